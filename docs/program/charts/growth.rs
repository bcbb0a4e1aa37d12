//! How a number grows: a line for each contender, both axes logarithmic, names at the lines' ends.

use std::error::Error;
use std::ops::Range;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::theme::{FAINT, INK, LETTER, TEXT, WIDTH, colour};
use crate::measure::numbers::short;
use crate::measure::statistics::{Rounds, Spread};

const HEIGHT: u32 = 320;

/// The room that a name needs below another.
const LINE: i32 = 17;

/// A contender's name, and the spread at each size.
type Curve = (String, Vec<(u64, Spread)>);

/// Draws the lines.
pub fn draw(
    series: &[(String, Vec<(u64, Rounds)>)],
    of: &str,
    unit: &str,
) -> Result<String, Box<dyn Error>> {
    let line = |(name, points): &(String, Vec<(u64, Rounds)>)| {
        (name.clone(), points.iter().map(|(size, rounds)| (*size, rounds.spread())).collect())
    };
    let series: &[Curve] = &series.iter().map(line).collect::<Vec<_>>();
    let letters = series.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let (x_range, y_range) = ranges(series);
    let last = x_range.end;
    let mut drawing = String::new();
    {
        let area = SVGBackend::with_string(&mut drawing, (WIDTH, HEIGHT)).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin_top(28)
            .margin_right((letters as f64 * LETTER + 16.0) as u32)
            .x_label_area_size(44)
            .y_label_area_size(50)
            .build_cartesian_2d(
                x_range.log_scale().with_key_points(sizes(series)),
                y_range.clone().log_scale().with_key_points(round_numbers(&y_range)),
            )?;
        let font = ("sans-serif", TEXT).into_font().color(&INK);
        chart
            .configure_mesh()
            .axis_style(FAINT)
            .bold_line_style(FAINT)
            .light_line_style(TRANSPARENT)
            .label_style(font.clone())
            .x_desc(of)
            .x_label_formatter(&|size| in_thousands(*size as u64))
            .y_label_formatter(&|number| short(*number))
            .draw()?;
        let place = |text: &TextStyle<'static>, horizontal| {
            text.clone().pos(Pos::new(horizontal, VPos::Center))
        };
        area.draw(&Text::new(unit.to_owned(), (4, 12), place(&font, HPos::Left)))?;
        let (mut ends, mut early) = (Vec::new(), Vec::new());
        for (name, points) in series {
            let inside = |number: f64| number.clamp(y_range.start, y_range.end);
            let style = colour(name).stroke_width(2);
            let line = points.iter().map(|(size, number)| (*size as f64, inside(number.median)));
            chart.draw_series(LineSeries::new(line, style))?;
            for (size, number) in points {
                let size = *size as f64;
                let [low, middle, high] = [number.min, number.median, number.max].map(inside);
                chart.draw_series([ErrorBar::new_vertical(size, low, middle, high, style, 7)])?;
            }
            if let Some((size, number)) = points.last() {
                let (x, y) = chart.backend_coord(&(*size as f64, inside(number.median)));
                if (*size as f64) < last { &mut early } else { &mut ends }.push((x, y, name));
            }
        }
        for (x, y, name) in stacked(early) {
            let style = place(&("sans-serif", TEXT).into_font().color(&colour(name)), HPos::Right);
            area.draw(&Text::new(name.clone(), (x - 10, y), style))?;
        }
        for (x, y, name) in spread_out(ends) {
            let style = place(&("sans-serif", TEXT).into_font().color(&colour(name)), HPos::Left);
            area.draw(&Text::new(name.clone(), (x + 10, y), style))?;
        }
        area.present()?;
    }
    Ok(drawing)
}

/// From the least to the greatest, with a little room above and below.
fn ranges(series: &[Curve]) -> (Range<f64>, Range<f64>) {
    let points = || series.iter().flat_map(|(_, points)| points);
    let range = |numbers: &mut dyn Iterator<Item = f64>| {
        let (low, high) = numbers.fold((f64::MAX, f64::MIN_POSITIVE), |(low, high), number| {
            (low.min(number), high.max(number))
        });
        low..high
    };
    let x = range(&mut points().map(|(size, _)| *size as f64));
    let y = range(&mut points().flat_map(|(_, number)| [number.median, number.max]));
    // What is next to nothing has no place on a logarithmic axis: it is drawn at its foot.
    let foot = (y.start * 0.8).max(y.end / 1e5);
    (x, foot..y.end * 1.25)
}

/// The sizes that were measured are the marks of the axis.
fn sizes(series: &[Curve]) -> Vec<f64> {
    let points = series.iter().flat_map(|(_, points)| points);
    let mut sizes: Vec<f64> = points.map(|(size, _)| *size as f64).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    sizes
}

/// 1, 100k, 1M: short, for marks that stand close together.
fn in_thousands(size: u64) -> String {
    match size {
        1_000_000.. if size.is_multiple_of(1_000_000) => format!("{}M", size / 1_000_000),
        1_000.. if size.is_multiple_of(1_000) => format!("{}k", size / 1_000),
        _ => size.to_string(),
    }
}

/// 1, 10, 100 and, where there are few of these, 2 and 5 of each.
fn round_numbers(range: &Range<f64>) -> Vec<f64> {
    let decades = (range.end / range.start).log10();
    let steps: &[f64] = if decades > 2.5 { &[1.0] } else { &[1.0, 2.0, 5.0] };
    let powers = (range.start.log10().floor() as i32)..=(range.end.log10().ceil() as i32);
    let all = powers.flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
    all.filter(|number| range.contains(number)).collect()
}

/// The names of lines that end before the others go above their ends, where these do not come; and
/// each above the last.
fn stacked(mut ends: Vec<(i32, i32, &String)>) -> Vec<(i32, i32, &String)> {
    ends.sort_by_key(|(_, y, _)| -*y);
    let mut highest = i32::MAX;
    for end in &mut ends {
        end.1 = end.1.min(highest) - LINE;
        highest = end.1;
    }
    ends
}

/// Moves names down until none is upon another, and up again if they fell off the end.
fn spread_out(mut ends: Vec<(i32, i32, &String)>) -> Vec<(i32, i32, &String)> {
    ends.sort_by_key(|(_, y, _)| *y);
    for place in 1..ends.len() {
        ends[place].1 = ends[place].1.max(ends[place - 1].1 + LINE);
    }
    let mut lowest = HEIGHT as i32 - 44;
    for end in ends.iter_mut().rev() {
        end.1 = end.1.min(lowest);
        lowest = end.1 - LINE;
    }
    ends
}
