//! Code side by side. In Markdown:
//!
//! ````text
//! <div class="side-by-side">
//!
//! **tokio**
//!
//! ```rust
//! {{#include ../../hello_world/src/on_tokio.rs}}
//! ```
//!
//! **smol**
//!
//! ```rust
//! {{#include ../../hello_world/src/on_smol.rs}}
//! ```
//!
//! </div>
//! ````
//!
//! becomes two to four columns. What they have in common is level, because the browser lays them
//! out in one grid: nothing is put into the code to make it so. theme/style.css shows the columns
//! below each other where there is no room; theme/script.js then makes them tabs.

use std::fmt::Write;
use std::path::Path;

use super::align::{self, Cell, Column};
use super::excerpt::Line;
use super::expand::CodeBlock;
use super::html::escape;

/// What a column shows.
struct Source<'a> {
    name: &'a str,
    language: &'a str,
    file: String,
    lines: Vec<Line>,
}

/// The HTML for the block that the first of these lines opens, and how many lines it takes.
/// Errors name a line, from 0.
pub fn expand(folder: &Path, lines: &[&str]) -> Result<(String, usize), (usize, String)> {
    let end = lines.iter().position(|line| line.trim() == "</div>");
    let end = end.ok_or((0, "side-by-side does not end: there is no </div>".to_owned()))?;
    let mut sources = Vec::new();
    let mut name = None;
    let mut at = 1;
    while at < end {
        let line = lines[at].trim();
        if let Some(bold) = line.strip_prefix("**").and_then(|line| line.strip_suffix("**")) {
            name = Some(bold);
        } else if let Some(block) = CodeBlock::at(&lines[at..]).map_err(|(n, e)| (at + n, e))? {
            let name = name.take().ok_or((at, "code without a **name** above it".to_owned()))?;
            let excerpts = block.excerpts(folder).map_err(|(line, e)| (at + line, e))?;
            let file = excerpts.first().map(|excerpt| excerpt.file.clone()).unwrap_or_default();
            let lines = excerpts.into_iter().flat_map(|excerpt| excerpt.lines).collect();
            sources.push(Source { name, language: block.language, file, lines });
            at += block.lines - 1;
        } else if !line.is_empty() {
            return Err((at, "side-by-side holds **names** and code, nothing else".to_owned()));
        }
        at += 1;
    }
    if !(2..=4).contains(&sources.len()) {
        return Err((0, format!("side-by-side takes two to four columns, not {}", sources.len())));
    }
    Ok((render(&sources), end + 1))
}

fn render(sources: &[Source<'_>]) -> String {
    let columns: Vec<Column<'_>> = sources
        .iter()
        .map(|source| Column { language: source.language, lines: source.lines.clone() })
        .collect();
    let cells = align::align(&columns);
    let rows: usize = cells[0].iter().map(|cell| cell.rows).sum();
    let mut html = format!(
        "<div class=\"side-by-side\" data-columns=\"{}\" style=\"--columns:{};--rows:{rows}\">\n",
        sources.len(),
        sources.len()
    );
    for (source, cells) in sources.iter().zip(&cells) {
        let (name, file) = (escape(source.name), escape(&source.file));
        let _ = write!(
            html,
            "<div class=\"column\" role=\"group\" aria-label=\"{name}\" data-name=\"{name}\">\n\
             <p class=\"column-name\"><strong>{name}</strong> <span class=\"file\">{file}</span></p>\n\
             <div class=\"codes\" role=\"group\" aria-label=\"{file}\" tabindex=\"0\">\n"
        );
        for cell in cells {
            html += &render_cell(source, cell);
        }
        html += "</div>\n</div>\n";
    }
    html + "</div>\n\n"
}

fn render_cell(source: &Source<'_>, cell: &Cell) -> String {
    let lines = &source.lines[cell.lines.clone()];
    let differs = if cell.differs { " differs" } else { "" };
    let region = if cell.region { " region" } else { "" };
    let rows = match cell.rows {
        1 => String::new(),
        rows => format!(" style=\"grid-row:span {rows}\""),
    };
    if lines.is_empty() {
        return format!("<div class=\"nothing\"{rows} aria-hidden=\"true\"></div>\n");
    }
    let text: String = lines.iter().map(|line| format!("{}\n", line.text)).collect();
    // A line break straight after <pre> is not part of its text, so the first one is lost.
    format!(
        "<pre class=\"code language-{}{differs}{region}\"{rows}>&#10;{}</pre>\n",
        source.language,
        escape(&text)
    )
}
