//! One bar for each contender, with its number at its end and its spread across it.

use std::error::Error;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::theme::{FAINT, INK, LETTER, TEXT, WIDTH, colour};
use crate::measure::numbers::{short, times};
use crate::measure::statistics::{Comparison, Summary, compare};

/// The height of a row.
const ROW: u32 = 30;

/// Draws the bars; with a reference, each label also says how many times as much it is.
pub fn draw(rows: &[(String, Summary)], reference: Option<&str>) -> Result<String, Box<dyn Error>> {
    let base = rows.iter().find(|(name, _)| Some(name.as_str()) == reference);
    let labels: Vec<String> = rows.iter().map(|row| label(row, base)).collect();
    let width = |letters: Option<usize>| letters.unwrap_or(0) as f64 * LETTER + 14.0;
    let left = width(rows.iter().map(|(name, _)| name.chars().count()).max());
    let right = width(labels.iter().map(|label| label.chars().count()).max());
    let most = rows.iter().map(|(_, summary)| summary.max).fold(f64::MIN_POSITIVE, f64::max);
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
        for (place, ((name, summary), label)) in rows.iter().zip(&labels).enumerate() {
            let middle = place as f64 + 0.5;
            let bar = [(0.0, middle - 0.32), (summary.median, middle + 0.32)];
            chart.draw_series([Rectangle::new(bar, colour(name).filled())])?;
            for line in spread(summary, middle, most) {
                chart.draw_series([PathElement::new(line, INK.stroke_width(1))])?;
            }
            let (x, y) = chart.backend_coord(&(0.0, middle));
            area.draw(&Text::new(name.clone(), (x - 8, y), text(HPos::Right)))?;
            let (x, y) = chart.backend_coord(&(summary.max, middle));
            area.draw(&Text::new(label.clone(), (x + 8, y), text(HPos::Left)))?;
        }
        area.present()?;
    }
    Ok(drawing)
}

/// From the least to the greatest, with a mark at each end; nothing where nobody could see it.
fn spread(summary: &Summary, middle: f64, most: f64) -> Vec<Vec<(f64, f64)>> {
    if summary.max - summary.min < most / 200.0 {
        return Vec::new();
    }
    let mark = |x| vec![(x, middle - 0.13), (x, middle + 0.13)];
    let across = vec![(summary.min, middle), (summary.max, middle)];
    vec![across, mark(summary.min), mark(summary.max)]
}

/// "13,700  (3.8 ×)", or "(1/3.8)"; a contender that cannot be told from the reference has no ratio.
fn label((name, summary): &(String, Summary), base: Option<&(String, Summary)>) -> String {
    let number = short(summary.median);
    match base.filter(|(known, _)| known != name).map(|(_, base)| compare(*summary, *base)) {
        Some(Comparison::Apart { ratio, .. }) => format!("{number}  ({})", times(ratio)),
        _ => number,
    }
}
