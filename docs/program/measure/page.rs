//! Figures as HTML, for the book and for a page of their own: a table, and a bar for each number.
//!
//! How long a bar is stands beside its number, as CSS custom properties; docs/theme/figures.css draws it. It
//! says nothing that the number does not, so screen readers leave it out.

use super::figures::{self, Data, Figure};
use super::report::where_and_when;
use super::results::Measurements;
use super::statistics::{Rounds, Spread};
use super::table::sizes;
use crate::html::escape;

/// A bar that is so many times as long as the next would leave no room for the others: it is cut.
const TOO_LONG: f64 = 4.0;

/// Bars that are further apart than this can be told from each other on a logarithmic scale only.
const TOO_FAR_APART: f64 = 100.0;

/// What the book's own style sheet says to figures.css, and the text around the figures.
const STYLE: &str = "
:root {
    color-scheme: light dark;
    --bg: light-dark(#fdfdfc, #16191e);
    --fg: light-dark(#23262b, #d6d9de);
    --quiet: light-dark(#5c636e, #a0a7b2);
    --line: light-dark(#dfe1e4, #343a43);
}
body { font: 16px/1.6 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
body { background: var(--bg); color: var(--fg); }
";

/// All figures of a run, as one HTML file without anything beside it.
pub fn page(m: &Measurements) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Measured side by side</title>\n<style>{STYLE}{}</style>\n\
         <h1>Measured side by side</h1>\n<p>{}</p>\n{}</html>\n",
        include_str!("../../theme/figures.css"),
        escape(&where_and_when(m)),
        figures::all(m).iter().map(figure).collect::<String>(),
    )
}

/// One figure, without an empty line, which would end an HTML block in Markdown.
pub fn figure(figure: &Figure) -> String {
    let (kind, bars, scale) = match &figure.data {
        Data::Bars { rows, .. } => ("bars", bars(rows), ""),
        Data::Growth { series, .. } => {
            let scale = Scale::of_growth(series);
            let logarithmic =
                if scale.foot.is_some() { ", bars on a logarithmic scale" } else { "" };
            ("growth", growth(series, &scale), logarithmic)
        }
    };
    let table = figure.table();
    let head = |cell: &String| format!("<th scope=\"col\">{}</th>", escape(cell));
    let row = |(cells, bars): (&Vec<String>, &Vec<String>)| {
        let name = escape(&cells[0]);
        let bars = bars.iter().map(String::as_str).chain(std::iter::repeat(""));
        let numbers = cells[1..].iter().zip(bars);
        let numbers = numbers.map(|(cell, bar)| format!("<td>{}{bar}</td>", escape(cell)));
        let numbers: String = numbers.collect();
        format!("<tr data-contender=\"{name}\"><th scope=\"row\">{name}</th>{numbers}</tr>\n")
    };
    let note = |note: &String| format!("<p>{}</p>\n", escape(note));
    format!(
        "<figure class=\"measured {kind}\">\n\
         <figcaption>{} <span>({}{scale})</span></figcaption>\n<div class=\"scroll\"><table>\n\
         <thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table></div>\n{}</figure>\n",
        escape(&figure.title),
        escape(figure.unit),
        table.heads.iter().map(head).collect::<String>(),
        table.rows.iter().zip(&bars).map(row).collect::<String>(),
        figure.notes().iter().map(note).collect::<String>(),
    )
}

/// What a bar's length means.
struct Scale {
    /// The number of a bar of no length, where the scale is logarithmic.
    foot: Option<f64>,
    /// The number of the longest bar.
    most: f64,
}

impl Scale {
    /// As long as the longest bar that is drawn whole, or a little more if there is one that is not.
    fn of_bars(spreads: &[Spread]) -> Self {
        let mut lengths: Vec<f64> = spreads.iter().map(|spread| spread.max).collect();
        lengths.sort_by(|a, b| b.total_cmp(a));
        let most = match lengths[..] {
            [first, next, ..] if first > TOO_LONG * next => 1.4 * next,
            [first, ..] => first,
            [] => 0.0,
        };
        Self { foot: None, most: most.max(f64::MIN_POSITIVE) }
    }

    fn of_growth(series: &[(String, Vec<(u64, Rounds)>)]) -> Self {
        let points = series.iter().flat_map(|(_, points)| points);
        let numbers = points.map(|(_, rounds)| rounds.spread().median);
        let (least, most) = numbers.fold((f64::MAX, f64::MIN_POSITIVE), |(least, most), number| {
            (least.min(number), most.max(number))
        });
        // What is next to nothing has no place on a logarithmic scale: it is drawn at its foot.
        let foot = (least * 0.8).max(most / 1e5);
        Self { foot: (most > TOO_FAR_APART * least).then_some(foot), most }
    }

    /// How much of the longest bar a number has, in percent.
    fn percent(&self, number: f64) -> String {
        let share = match self.foot {
            Some(foot) => (number.max(foot) / foot).ln() / (self.most / foot).ln(),
            None => number / self.most,
        };
        format!("{:.1}%", 100.0 * share)
    }
}

fn bar(class: &str, style: &str) -> String {
    format!("<span class=\"{class}\" aria-hidden=\"true\" style=\"{style}\"></span>")
}

/// One bar for each contender, with the spread of its rounds where that can be seen.
fn bars(rows: &[(String, Rounds)]) -> Vec<Vec<String>> {
    let spreads: Vec<Spread> = rows.iter().map(|(_, rounds)| rounds.spread()).collect();
    let scale = Scale::of_bars(&spreads);
    let drawn = |spread: &Spread| {
        if spread.max > scale.most {
            return vec![bar("bar cut", "--length:100%")];
        }
        let [length, least, greatest] =
            [spread.median, spread.min, spread.max].map(|number| scale.percent(number));
        let mut style = format!("--length:{length}");
        if spread.max - spread.min > scale.most / 200.0 {
            style += &format!(";--least:{least};--greatest:{greatest}");
        }
        vec![bar("bar", &style)]
    };
    spreads.iter().map(drawn).collect()
}

/// A bar for each contender and size; nothing where it was not measured.
fn growth(series: &[(String, Vec<(u64, Rounds)>)], scale: &Scale) -> Vec<Vec<String>> {
    let sizes = sizes(series);
    let row = |(_, points): &(String, Vec<(u64, Rounds)>)| {
        let drawn = |size: &u64| {
            let found = points.iter().find(|(known, _)| known == size);
            found.map_or_else(String::new, |(_, rounds)| {
                bar("bar", &format!("--length:{}", scale.percent(rounds.spread().median)))
            })
        };
        sizes.iter().map(drawn).collect()
    };
    series.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(numbers: &[f64]) -> Rounds {
        Rounds::of(numbers.iter().copied().enumerate()).unwrap()
    }

    fn html(data: Data) -> String {
        let (title, note) = ("1 < 2".to_owned(), "a & b".to_owned());
        figure(&Figure { name: "name", title, unit: "µs", note, data })
    }

    /// The figure of one number for each contender.
    fn of_bars(numbers: &[(&str, &[f64])]) -> String {
        let row = |(name, numbers): &(&str, &[f64])| ((*name).to_owned(), rounds(numbers));
        html(Data::Bars { rows: numbers.iter().map(row).collect(), reference: None })
    }

    /// The rest of each place where this stands, up to the end of the attribute.
    fn after<'a>(html: &'a str, start: &str) -> Vec<&'a str> {
        html.split(start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
    }

    #[test]
    fn bars_are_as_long_as_medians_with_the_spread_across_and_text_is_escaped() {
        let html = of_bars(&[("<b>\"", &[20.0, 30.0, 40.0]), ("tokio", &[12.0]), ("none", &[0.0])]);
        let styles = ["--length:75.0%;--least:50.0%;--greatest:100.0%", "--length:30.0%"];
        assert_eq!(after(&html, "style=\""), [styles[0], styles[1], "--length:0.0%"]);
        assert!(html.contains("<figcaption>1 &lt; 2 <span>(µs)</span></figcaption>"), "{html}");
        let name = "<tr data-contender=\"&lt;b&gt;&quot;\"><th scope=\"row\">&lt;b&gt;&quot;</th>";
        assert!(html.contains(name) && html.contains("</span></td><td>20–40</td>"), "{html}");
        assert!(html.contains("<p>a &amp; b</p>") && !html.contains("\n\n"), "{html}");
    }

    #[test]
    fn one_bar_that_is_far_too_long_is_cut_and_leaves_room_for_the_others() {
        let html = of_bars(&[("a", &[7.0]), ("b", &[400.0]), ("c", &[10.0])]);
        assert_eq!(after(&html, "class=\"bar"), ["", " cut", ""]);
        assert_eq!(after(&html, "--length:"), ["50.0%", "100%", "71.4%"]);
    }

    #[test]
    fn what_grows_has_one_scale_logarithmic_where_it_spans_much() {
        let growth = |most: f64| {
            let [low, middle] = [rounds(&[10.0]), rounds(&[100.0])];
            let many = vec![(1, low.clone()), (5, rounds(&[most]))];
            let series = vec![("one".to_owned(), many), ("two".to_owned(), vec![(5, middle)])];
            html(Data::Growth { of: "pages", series })
        };
        assert_eq!(after(&growth(1000.0), "--length:"), ["1.0%", "100.0%", "10.0%"]);
        let html = growth(8000.0);
        assert!(html.contains("(µs, bars on a logarithmic scale)"), "{html}");
        assert_eq!(after(&html, "--length:"), ["3.2%", "100.0%", "36.6%"]);
        let row = "<th scope=\"row\">two</th><td></td><td>100<span";
        assert!(html.contains(row), "what was not measured has no bar: {html}");
    }
}
