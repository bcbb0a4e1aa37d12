//! What `cargo run -p docs -- measure` wrote: `{{#chart name}}` and `{{#table name}}`.
//!
//! Both return HTML that holds no empty line, which would end an HTML block in Markdown, and end
//! with one. A chart is an inline SVG, so that its colours follow the theme.

use std::path::Path;

/// The chart of this name. `folder` is the chapter's.
pub fn chart(_folder: &Path, name: &str) -> Result<String, String> {
    Err(format!("there is no chart {name}"))
}

/// The table of this name. `folder` is the chapter's.
pub fn table(_folder: &Path, name: &str) -> Result<String, String> {
    Err(format!("there is no table {name}"))
}
