//! What `cargo run -p docs -- measure` wrote: `{{#figure name}}` and `{{#measured}}`.

use std::path::Path;

use super::claims;
use crate::measure::results::Measurements;
use crate::measure::{figures, page, report};

/// The recorded run, seen from the chapters' folder.
const RECORD: &str = "../measurements/recorded.json";

/// The figure of this name, as HTML. `folder` is the chapters'.
pub fn figure(folder: &Path, name: &str) -> Result<String, String> {
    let figure = figures::named(&record(folder)?, name).map_err(|e| e.to_string())?;
    Ok(format!("\n{}\n", page::figure(&figure)))
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
