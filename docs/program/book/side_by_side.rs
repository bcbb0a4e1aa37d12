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
//! out in one grid: nothing is put into the code to make it so. Where files have a good deal in
//! common, that stands once and over the full width, and there are columns only where they differ.
//! theme/style.css shows the columns below each other where there is no room; theme/script.js then
//! makes them tabs, and can show one file whole.

use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use super::align::{self, Cell, Column};
use super::code_block::CodeBlock;
use super::excerpt::SourceLine;
use crate::html::escape;

/// What a column shows.
struct Source<'a> {
    name: &'a str,
    language: &'a str,
    file: String,
    lines: Vec<SourceLine>,
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

/// Fewer lines than these are not worth a place of their own between two differences.
const WORTH_MERGING: usize = 6;

fn render(sources: &[Source<'_>]) -> String {
    let columns: Vec<Column<'_>> = sources
        .iter()
        .map(|source| Column { language: source.language, lines: source.lines.clone() })
        .collect();
    let cells = align::align(&columns);
    let one_language = columns.iter().all(|column| column.language == columns[0].language);
    let stretches = if one_language { stretches(&cells[0]) } else { Vec::new() };
    if !stretches.iter().any(|stretch| stretch.shared) {
        let cells: Vec<&[Cell]> = cells.iter().map(Vec::as_slice).collect();
        return render_columns(sources, &cells, true) + "\n";
    }
    let names: Vec<String> = sources.iter().map(|source| escape(source.name)).collect();
    let names = names.join(", ");
    let files: Vec<String> = sources.iter().map(|source| escape(&source.file)).collect();
    let mut html = format!(
        "<div class=\"merged\">\n<p class=\"column-name\"><strong>{names}</strong> \
         <span class=\"file\">{}</span></p>\n",
        files.join(", ")
    );
    for Stretch { rows, shared } in stretches {
        if shared {
            let cells: String =
                cells[0][rows].iter().map(|cell| render_cell(&sources[0], cell)).collect();
            let _ = writeln!(html, "{}{cells}</div>", codes(&names));
        } else {
            let cells: Vec<&[Cell]> = cells.iter().map(|cells| &cells[rows.clone()]).collect();
            html += &render_columns(sources, &cells, false);
        }
    }
    html + "</div>\n\n"
}

/// Neighbouring rows that are shown once, or in columns.
struct Stretch {
    rows: Range<usize>,
    shared: bool,
}

/// What is shown once, from the top of the files to the bottom, and what in columns: regions, what
/// differs, and what is too short between them.
fn stretches(cells: &[Cell]) -> Vec<Stretch> {
    let shared = |cell: &Cell| !cell.differs && !cell.region && cell.lines.len() >= WORTH_MERGING;
    let mut end = 0;
    let stretches = cells.chunk_by(|one, next| shared(one) == shared(next)).map(|stretch| {
        let start = end;
        end += stretch.len();
        Stretch { rows: start..end, shared: shared(&stretch[0]) }
    });
    stretches.collect()
}

/// The box that holds code, and scrolls where it is too wide.
fn codes(label: &str) -> String {
    format!("<div class=\"codes\" role=\"group\" aria-label=\"{label}\" tabindex=\"0\">\n")
}

fn render_columns(sources: &[Source<'_>], cells: &[&[Cell]], with_files: bool) -> String {
    let rows: usize = cells[0].iter().map(|cell| cell.rows).sum();
    let mut html = format!(
        "<div class=\"side-by-side\" data-columns=\"{}\" style=\"--columns:{};--rows:{rows}\">\n",
        sources.len(),
        sources.len()
    );
    for (source, cells) in sources.iter().zip(cells) {
        let (name, file) = (escape(source.name), escape(&source.file));
        let shown =
            if with_files { format!(" <span class=\"file\">{file}</span>") } else { String::new() };
        let _ = write!(
            html,
            "<div class=\"column\" role=\"group\" aria-label=\"{name}\" data-name=\"{name}\">\n\
             <p class=\"column-name\"><strong>{name}</strong>{shown}</p>\n{}",
            codes(&file)
        );
        for cell in *cells {
            html += &render_cell(source, cell);
        }
        html += "</div>\n</div>\n";
    }
    html + "</div>\n"
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
