//! One figure: as a picture, and as a table in Markdown.

use std::error::Error;

use super::{bars, growth, theme};
use crate::measure::figures::{self, Data, Figure};
use crate::measure::numbers::{count, short, spread_of};
use crate::measure::results::Measurements;

/// Draws one figure as SVG; [`names`] has the names.
///
/// # Errors
/// The measurements have no such figure.
pub fn render(measurements: &Measurements, name: &str) -> Result<String, Box<dyn Error>> {
    let figure = figures::named(measurements, name)?;
    let drawing = match &figure.data {
        Data::Bars { rows, reference } => bars::draw(rows, *reference)?,
        Data::Growth { of, series } => growth::draw(series, of, figure.unit)?,
    };
    let title = format!("{} ({})", figure.title, figure.unit);
    Ok(theme::dress(&drawing, name, &title, &in_words(&figure)))
}

/// The table that belongs under a chart, in Markdown, with what it allows to conclude.
///
/// # Errors
/// The measurements have no such figure.
pub fn table(measurements: &Measurements, name: &str) -> Result<String, Box<dyn Error>> {
    let figure = figures::named(measurements, name)?;
    let table = figure.table();
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut markdown = line(&table.heads);
    markdown += &format!("| --- {}|\n", "| ---: ".repeat(table.heads.len() - 1));
    markdown.extend(table.rows.iter().map(|row| line(row)));
    markdown.extend(figure.notes().iter().map(|note| format!("\n{note}\n")));
    Ok(markdown)
}

/// The names of all figures that the measurements allow.
pub fn names(measurements: &Measurements) -> Vec<&'static str> {
    figures::all(measurements).iter().map(|figure| figure.name).collect()
}

/// What a screen reader says of a picture.
fn in_words(figure: &Figure) -> String {
    let said: Vec<String> = match &figure.data {
        Data::Bars { rows, .. } => rows
            .iter()
            .map(|(name, rounds)| {
                let spread = rounds.spread();
                format!("{name} {} ({})", short(spread.median), spread_of(&spread))
            })
            .collect(),
        Data::Growth { of, series } => series
            .iter()
            .map(|(name, points)| {
                let ends = [points.first(), points.last()].into_iter().flatten();
                let ends = ends.map(|(size, rounds)| {
                    format!("{} at {} {of}", short(rounds.spread().median), count(*size))
                });
                format!("{name} {}", ends.collect::<Vec<_>>().join(", "))
            })
            .collect(),
    };
    format!("{}: {}.", figure.unit, said.join("; "))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The recorded run: what the book is made from.
    fn recorded() -> Measurements {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("measurements/recorded.json");
        Measurements::read(&path).unwrap()
    }

    #[test]
    fn the_record_comes_back_from_json_as_it_was() {
        let recorded = recorded();
        let file = tempfile::NamedTempFile::new().unwrap();
        recorded.write(file.path()).unwrap();
        assert_eq!(Measurements::read(file.path()).unwrap(), recorded);
    }

    #[test]
    fn every_chart_is_well_formed_and_names_its_contenders() {
        let recorded = recorded();
        let names = names(&recorded);
        for name in ["hello-time", "hello-memory", "scraping", "memory-growth", "latency"] {
            assert!(names.contains(&name), "{name} is missing: {names:?}");
        }
        for name in names {
            let svg = render(&recorded, name).unwrap();
            let document =
                roxmltree::Document::parse(&svg).unwrap_or_else(|e| panic!("{name}: {e}"));
            let root = document.root_element();
            assert_eq!(root.attribute("role"), Some("img"));
            let texts_of = |tag: &str| -> Vec<String> {
                let nodes = root
                    .descendants()
                    .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", tag)));
                nodes.filter_map(|node| node.text()).map(|text| text.trim().to_owned()).collect()
            };
            assert_eq!([texts_of("title").len(), texts_of("desc").len()], [1, 1], "{name}");
            let figure = figures::named(&recorded, name).unwrap();
            for row in figure.table().rows {
                assert!(texts_of("text").contains(&row[0]), "{name}: no label {}", row[0]);
                assert!(texts_of("desc")[0].contains(&row[0]), "{name}: not in words: {}", row[0]);
            }
        }
    }

    #[test]
    fn charts_have_the_page_s_colours_and_none_of_their_own() {
        let recorded = recorded();
        for name in names(&recorded) {
            let svg = render(&recorded, name).unwrap();
            for attribute in ["fill=\"#", "stroke=\"#", "font-family=\"sans"] {
                assert!(!svg.contains(attribute), "{name} has {attribute}");
            }
            assert!(svg.contains("currentColor") && svg.contains("var(--chart-"), "{name}");
        }
    }

    #[test]
    fn every_table_is_as_wide_as_its_head() {
        let recorded = recorded();
        for name in names(&recorded) {
            let markdown = table(&recorded, name).unwrap();
            let rows = markdown.lines().take_while(|line| !line.is_empty());
            let widths: Vec<_> = rows.map(|row| row.matches('|').count()).collect();
            assert!(
                widths.len() > 2 && widths.iter().all(|width| *width == widths[0]),
                "{markdown}"
            );
        }
    }

    #[test]
    fn an_unknown_figure_is_told_with_those_that_there_are() {
        let error = render(&recorded(), "mars").unwrap_err().to_string();
        assert!(error.contains("'mars'") && error.contains("hello-time"), "{error}");
    }
}
