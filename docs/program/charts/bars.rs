//! One bar for each contender, with its number at its end and its spread across it.

use std::error::Error;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::theme::{FAINT, INK, LETTER, TEXT, WIDTH, colour};
use crate::measure::numbers::{short, two_digits};
use crate::measure::statistics::{Rounds, Spread};
use crate::measure::table::ratio;

/// The height of a row.
const ROW: u32 = 30;

/// A bar that is so many times as long as the next would leave no room for the others: it is cut.
const TOO_LONG: f64 = 4.0;

/// Draws the bars; with a reference, each label also says how many times as much it is.
pub fn draw(rows: &[(String, Rounds)], reference: Option<&str>) -> Result<String, Box<dyn Error>> {
    let labels: Vec<String> = rows.iter().map(|row| label(row, rows, reference)).collect();
    let rows: Vec<(&str, Spread)> =
        rows.iter().map(|(name, rounds)| (name.as_str(), rounds.spread())).collect();
    let width = |letters: Option<usize>| letters.unwrap_or(0) as f64 * LETTER + 14.0;
    let left = width(rows.iter().map(|(name, _)| name.chars().count()).max());
    let right = width(labels.iter().map(|label| label.chars().count()).max());
    let most = longest(&rows);
    let height = ROW * rows.len() as u32 + 8;

    let mut drawing = String::new();
    {
        let area = SVGBackend::with_string(&mut drawing, (WIDTH, height)).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin_left(left as u32)
            .margin_right(right as u32)
            .margin_top(4)
            .margin_bottom(4)
            .build_cartesian_2d(0.0..most, (rows.len() as f64)..0.0)?;
        let text =
            |place| ("sans-serif", TEXT).into_font().color(&INK).pos(Pos::new(place, VPos::Center));
        chart.draw_series([PathElement::new(vec![(0.0, 0.0), (0.0, rows.len() as f64)], FAINT)])?;
        for (place, ((name, range), label)) in rows.iter().zip(&labels).enumerate() {
            let middle = place as f64 + 0.5;
            let is_cut = range.max > most;
            let mut bar = |from: f64, to: f64| {
                let bar = [(from, middle - 0.32), (to, middle + 0.32)];
                chart.draw_series([Rectangle::new(bar, colour(name).filled())]).map(|_| ())
            };
            if is_cut {
                bar(0.0, most * 0.85)?;
                bar(most * 0.88, most)?;
            } else {
                bar(0.0, range.median)?;
                for line in spread(range, middle, most) {
                    chart.draw_series([PathElement::new(line, INK.stroke_width(1))])?;
                }
            }
            let (x, y) = chart.backend_coord(&(0.0, middle));
            area.draw(&Text::new(name.to_owned(), (x - 8, y), text(HPos::Right)))?;
            let (x, y) = chart.backend_coord(&(range.max.min(most), middle));
            area.draw(&Text::new(label.clone(), (x + 8, y), text(HPos::Left)))?;
        }
        area.present()?;
    }
    Ok(drawing)
}

/// The length of the longest bar that is drawn whole, or a little more if there is one that is not.
fn longest(rows: &[(&str, Spread)]) -> f64 {
    let mut lengths: Vec<f64> = rows.iter().map(|(_, range)| range.max).collect();
    lengths.sort_by(|a, b| b.total_cmp(a));
    match lengths[..] {
        [first, next, ..] if first > TOO_LONG * next => 1.4 * next,
        [first, ..] => first.max(f64::MIN_POSITIVE),
        [] => f64::MIN_POSITIVE,
    }
}

/// From the least to the greatest, with a mark at each end; nothing where it would be too small to see.
fn spread(range: &Spread, middle: f64, most: f64) -> Vec<Vec<(f64, f64)>> {
    if range.max - range.min < most / 200.0 {
        return Vec::new();
    }
    let mark = |x| vec![(x, middle - 0.13), (x, middle + 0.13)];
    let across = vec![(range.min, middle), (range.max, middle)];
    vec![across, mark(range.min), mark(range.max)]
}

/// "47  (1.3 ×)"; a contender that cannot be told from the reference has no ratio.
fn label(
    (name, rounds): &(String, Rounds),
    rows: &[(String, Rounds)],
    reference: Option<&str>,
) -> String {
    let number = short(rounds.spread().median);
    let ratio = reference.filter(|known| known != name).and_then(|it| ratio(rounds, rows, it));
    match ratio.filter(|ratio| ratio.differs()) {
        Some(ratio) => format!("{number}  ({} ×)", two_digits(ratio.median)),
        None => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bar_that_is_far_too_long_leaves_room_for_the_others() {
        let rows = |lengths: &[f64]| -> Vec<(String, Rounds)> {
            let row = |length: &f64| (String::new(), Rounds::of([(0, *length)]).unwrap());
            lengths.iter().map(row).collect()
        };
        let longest = |lengths: &[f64]| {
            let range = |length: &f64| ("", Spread { median: *length, min: *length, max: *length });
            longest(&lengths.iter().map(range).collect::<Vec<_>>())
        };
        assert_eq!(longest(&[3.0, 10.0, 5.0]), 10.0);
        assert_eq!(longest(&[10.0, 400.0, 5.0]), 14.0);
        let drawing =
            |lengths: &[f64]| draw(&rows(lengths), None).unwrap().matches("<rect").count();
        assert_eq!(drawing(&[10.0, 400.0]), drawing(&[10.0, 20.0]) + 1, "in two parts");
    }
}
