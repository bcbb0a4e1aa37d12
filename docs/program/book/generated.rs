//! What `cargo run -p docs -- measure` wrote: `{{#chart name}}`, `{{#table name}}` and `{{#measured}}`.
//!
//! A chart is an inline SVG, so that its colours follow the theme. It holds no empty line, which
//! would end an HTML block in Markdown.

use std::path::Path;

use super::claims;
use crate::charts;
use crate::measure::report;
use crate::measure::results::Measurements;

/// The recorded run, seen from the chapters' folder.
const RECORD: &str = "../measurements/recorded.json";

/// The chart of this name. `folder` is the chapters'.
pub fn chart(folder: &Path, name: &str) -> Result<String, String> {
    let svg = charts::render(&record(folder)?, name).map_err(|e| e.to_string())?;
    let lines: Vec<&str> = svg.lines().filter(|line| !line.trim().is_empty()).collect();
    Ok(format!("\n<figure class=\"chart\">\n{}\n</figure>\n\n", lines.join("\n")))
}

/// The table of this name, in Markdown. `folder` is the chapters'.
pub fn table(folder: &Path, name: &str) -> Result<String, String> {
    let table = charts::table(&record(folder)?, name).map_err(|e| e.to_string())?;
    Ok(format!("\n{table}\n"))
}

/// Where and when it was measured, in a sentence. `folder` is the chapters'.
pub fn measured(folder: &Path) -> Result<String, String> {
    Ok(format!("{}\n", report::where_and_when(&record(folder)?)))
}

/// The figures that the sentence before it stands on, in a list's item. `folder` is the chapters'.
pub fn claim(folder: &Path, claim: &str) -> Result<String, String> {
    Ok(format!("  <small>({}.)</small>\n", claims::claim(&record(folder)?, claim)?))
}

fn record(folder: &Path) -> Result<Measurements, String> {
    Measurements::read(&folder.join(RECORD)).map_err(|e| e.to_string())
}
