//! Replaces what is written for the build by what readers see. On a line of its own:
//!
//! ```text
//! {{#include ../page.md}}            another Markdown file, its headings one level deeper
//! {{#include ../page.md#Title}}      its section of this title
//! {{#diff ../a.rs ../b.rs}}          how two files, or two anchored parts, differ
//! {{#figure name}}  {{#measured}}    what `measure` wrote
//! {{#claim name: one < another}}     what a sentence says of it, with its figures; see claims.rs
//! {{#reading 2 …}}  {{#plan}}        how long a chapter takes, how hard it is, and what for
//! {{#exercises}}                     the exercises that belong to the chapter
//! ```
//!
//! In a code block, `{{#include ../../file.rs:anchor}}` is that file, or that part of it. Rust and
//! Python blocks hold nothing else: code that is not compiled and run is not shown.
//! `<div class="side-by-side">` … `</div>` sets code blocks side by side.

use std::fs;
use std::path::{Path, PathBuf};

use super::code_block::{CodeBlock, directive};
use super::fault::Fault;
use super::{diff, excerpt, exercises, generated, reading, side_by_side};
use crate::html;

/// A chapter for mdBook.
pub struct Expanded {
    /// Its text, with everything filled in.
    pub markdown: String,
    /// The Markdown files that it was made from.
    pub files: Vec<PathBuf>,
}

/// Reads a chapter and fills in everything.
pub fn chapter(file: &Path) -> Result<Expanded, Fault> {
    let mut expanded = Expanded { markdown: String::new(), files: Vec::new() };
    expand(file, "", &mut expanded)?;
    Ok(expanded)
}

/// Adds a file, or its section of this name.
fn expand(file: &Path, section: &str, to: &mut Expanded) -> Result<(), Fault> {
    let fault = |line, message| Fault { file: file.to_owned(), line, message };
    let text = fs::read_to_string(file).map_err(|e| fault(None, format!("cannot read: {e}")))?;
    to.files.push(file.to_owned());
    let deeper = !to.markdown.is_empty(); // this file is a part of another
    let folder = file.parent().expect("a file has a folder");
    let mut lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    if !section.is_empty() {
        let heading = format!("## {section}");
        let found = lines.iter().position(|line| *line == heading);
        at = found.ok_or_else(|| fault(None, format!("there is no section {section}")))?;
        let ends = |line: &&str| line.starts_with("## ");
        lines.truncate(
            lines[at + 1..].iter().position(ends).map_or(lines.len(), |end| at + 1 + end),
        );
    }
    while at < lines.len() {
        let here = |(line, message): (usize, String)| fault(Some(at + line + 1), message);
        let rest = &lines[at..];
        let line = rest[0];
        if let Some(block) = CodeBlock::at(rest).map_err(here)? {
            to.markdown += &code(folder, &block).map_err(here)?;
            at += block.lines;
        } else if line.trim() == r#"<div class="side-by-side">"# {
            let (figure, lines) = side_by_side::expand(folder, rest).map_err(here)?;
            to.markdown += &figure;
            at += lines;
        } else if let Some((name, arguments)) = directive(line) {
            if name == "include" {
                let (name, section) = arguments.split_once('#').unwrap_or((arguments, ""));
                let included = to_include(folder, name, &to.files);
                let included = included.map_err(|e| here((0, e)))?;
                expand(&included, section, to)?;
            } else {
                let made = match name {
                    "reading" => reading::line(folder, &lines, arguments),
                    "exercises" => exercises::list(file),
                    _ => generate(folder, name, arguments),
                };
                let made = made.map_err(|e| here((0, e)))?;
                to.markdown += &made;
            }
            at += 1;
        } else if line.contains("{{#") {
            let message = "{{#…}} stands on a line of its own, or in a code block";
            return Err(here((0, message.to_owned())));
        } else if line.contains("<pre") {
            return Err(here((0, "code is written in a fenced block, not in <pre>".to_owned())));
        } else {
            let heading = deeper && line.starts_with('#');
            to.markdown += &format!("{}{line}\n", if heading { "#" } else { "" });
            at += 1;
        }
    }
    Ok(())
}

/// The Markdown file of this name, if it is there and not part of the chapter yet.
fn to_include(folder: &Path, name: &str, files: &[PathBuf]) -> Result<PathBuf, String> {
    let file = folder.join(name);
    let full = file.canonicalize().map_err(|e| format!("cannot include {name}: {e}"))?;
    let known = files.iter().any(|known| known.canonicalize().is_ok_and(|known| known == full));
    if known { Err(format!("cannot include {name} a second time")) } else { Ok(file) }
}

fn generate(folder: &Path, name: &str, arguments: &str) -> Result<String, String> {
    match name {
        "diff" => diff::expand(folder, arguments),
        "plan" => reading::plan(folder),
        "figure" => generated::figure(folder, arguments),
        "measured" => generated::measured(folder),
        "claim" => generated::claim(folder, arguments),
        _ => Err(format!("there is no {{{{#{name}}}}}")),
    }
}

/// A code block for mdBook, under the name of the file that it is from.
fn code(folder: &Path, block: &CodeBlock<'_>) -> Result<String, (usize, String)> {
    let excerpts = block.excerpts(folder)?;
    let text: Vec<String> = excerpts.iter().map(excerpt::Excerpt::text).collect();
    let mut text = text.join("\n");
    if block.language == "rust" {
        text = text.lines().map(not_hidden).collect::<Vec<_>>().join("\n");
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let fenced = format!("{fence}{}\n{text}\n{fence}", block.language);
    let file = excerpts.first().map(|excerpt| excerpt.file.as_str()).unwrap_or_default();
    if !file.is_empty() && block.indent.is_empty() {
        let file = html::escape(file);
        return Ok(format!(
            "<figure class=\"listing\">\n<figcaption>{file}</figcaption>\n\n{fenced}\n\n</figure>\n"
        ));
    }
    Ok(fenced.lines().map(|line| format!("{}{line}\n", block.indent)).collect())
}

/// mdBook hides a line of Rust after a `#`, and shows one after two. Attributes it knows.
fn not_hidden(line: &str) -> String {
    let hidden =
        line.trim_start().strip_prefix('#').is_some_and(|rest| !rest.starts_with(['[', '!']));
    if hidden { line.replacen('#', "##", 1) } else { line.to_owned() }
}
