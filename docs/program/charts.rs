//! Charts of the measurements, as SVG to be put into a page: they follow its colours and its font.
//!
//! Colours are CSS custom properties (`--chart-tokio`, `--chart-smol` and so on) with a middle tone
//! to fall back on that can be told from white and from black; text and axes have the colour of the
//! text around them.

mod bars;
mod growth;
mod page;
mod theme;

use std::error::Error;

use crate::measure::figures::{self, Data, Figure, count, short, spread_of};
use crate::measure::results::Measurements;
use crate::measure::statistics::Summary;

pub use page::page;

/// Draws one figure as SVG; `name` is one of [`names`].
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
    for note in std::iter::once(figure.note.clone()).chain(figure.conclusions()) {
        if !note.is_empty() {
            markdown += &format!("\n{note}\n");
        }
    }
    Ok(markdown)
}

/// The names of all figures that the measurements allow.
pub fn names(measurements: &Measurements) -> Vec<&'static str> {
    figures::all(measurements).iter().map(|figure| figure.name).collect()
}

/// What a picture says to those who do not see it.
fn in_words(figure: &Figure) -> String {
    match &figure.data {
        Data::Bars { rows, .. } => {
            let row = |(name, summary): &(String, Summary)| match summary.min < summary.max {
                true => format!("{name} {} ({})", short(summary.median), spread_of(summary)),
                false => format!("{name} {}", short(summary.median)),
            };
            format!("{}: {}.", figure.unit, rows.iter().map(row).collect::<Vec<_>>().join("; "))
        }
        Data::Growth { of, series } => {
            let line = |(name, points): &(String, Vec<(u64, Summary)>)| {
                let ends = [points.first(), points.last()].into_iter().flatten();
                let ends = ends.map(|(size, summary)| {
                    format!("{} at {} {of}", short(summary.median), count(*size))
                });
                format!("{name} {}", ends.collect::<Vec<_>>().join(", "))
            };
            format!("{}: {}.", figure.unit, series.iter().map(line).collect::<Vec<_>>().join("; "))
        }
    }
}
