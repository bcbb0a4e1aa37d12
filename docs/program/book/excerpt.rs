//! A part of a source file: `path`; `path:name` for what stands between two comments, `// ANCHOR:
//! name` and `// ANCHOR_END: name`; or, where there are none, for Rust's `fn name`, with what stands
//! right above it. Comments that mark a region are never shown.

use std::fs;
use std::path::Path;

/// Lines of a file, as the book shows them.
pub struct Excerpt {
    /// The file, named as from the root of the repository.
    pub file: String,
    /// Its lines.
    pub lines: Vec<SourceLine>,
}

/// A line, and the innermost anchored region around it.
#[derive(Clone)]
pub struct SourceLine {
    /// Without its line break.
    pub text: String,
    /// The region's name.
    pub region: Option<String>,
}

impl Excerpt {
    /// The text, without a line break at its end.
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n")
    }
}

/// Reads `wanted`, a path from `folder` with or without an anchor.
pub fn read(folder: &Path, wanted: &str) -> Result<Excerpt, String> {
    let (path, anchor) = match wanted.split_once(':') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (wanted, None),
    };
    let path = folder.join(path);
    let file = name_of(&path);
    let text = fs::read_to_string(&path).map_err(|e| format!("cannot include {file}: {e}"))?;
    let mut lines = parse(&text, anchor).map_err(|e| format!("cannot include {file}: {e}"))?;
    // Python wants empty lines after a function, and so before the comment that ends the part.
    while lines.pop_if(|line| line.text.is_empty()).is_some() {}
    if lines.is_empty() {
        return Err(format!("cannot include {wanted}: there is nothing in it"));
    }
    Ok(Excerpt { file, lines: unindented(lines) })
}

/// The lines of the part of this name, or all of them; without the comments that mark regions.
fn parse(text: &str, anchor: Option<&str>) -> Result<Vec<SourceLine>, String> {
    let mut lines = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let mut found = 0;
    for line in text.lines() {
        match mark(line) {
            Some(("ANCHOR", name)) => {
                open.push(name);
                found += usize::from(Some(name) == anchor);
            }
            Some((_, name)) => {
                let place = open.iter().rposition(|region| *region == name);
                open.remove(place.ok_or(format!("ANCHOR_END: {name} has no beginning"))?);
            }
            None if anchor.is_none_or(|anchor| open.contains(&anchor)) => {
                let region = open.last().filter(|name| Some(**name) != anchor);
                lines.push(SourceLine {
                    text: line.trim_end().to_owned(),
                    region: region.map(|&name| name.to_owned()),
                });
            }
            None => {}
        }
    }
    match (open.first(), anchor, found) {
        (Some(name), ..) => Err(format!("ANCHOR: {name} does not end")),
        (None, Some(anchor), 2..) => Err(format!("ANCHOR: {anchor} is there more than once")),
        (None, Some(name), 0) => function(&parse(text, None)?, name)
            .ok_or(format!("there is no ANCHOR: {name}, and no fn {name}")),
        _ => Ok(lines),
    }
}

/// The function of this name, as rustfmt lays it out: it ends with the first brace that stands as
/// far to the right as its beginning. What is right above it belongs to it.
fn function(lines: &[SourceLine], name: &str) -> Option<Vec<SourceLine>> {
    let words = |line: &SourceLine| line.text.split(['(', '<', ' ']).any(|word| word == name);
    let begins = |line: &&SourceLine| words(line) && line.text.contains(&format!("fn {name}"));
    let head = lines.iter().position(|line| begins(&line))?;
    let indent = lines[head].text.len() - lines[head].text.trim_start().len();
    let end = format!("{:indent$}}}", "");
    let last = head + lines[head..].iter().position(|line| line.text == end)?;
    let above = lines[..head].iter().rev();
    let first =
        head - above.take_while(|line| line.text.trim_start().starts_with(['/', '#'])).count();
    Some(lines[first..=last].to_vec())
}

/// A comment of any language that begins or ends a region, and the region's name.
fn mark(line: &str) -> Option<(&str, &str)> {
    let comment = line.trim_start().trim_start_matches(['/', '#', '<', '!', '-', ' ']);
    let (kind, rest) = comment.split_once(": ")?;
    let name = rest.split_whitespace().next()?;
    matches!(kind, "ANCHOR" | "ANCHOR_END").then_some((kind, name))
}

/// Without the indentation that all lines share.
fn unindented(mut lines: Vec<SourceLine>) -> Vec<SourceLine> {
    let indent = |line: &SourceLine| line.text.len() - line.text.trim_start_matches(' ').len();
    let shared = lines.iter().filter(|line| !line.text.is_empty()).map(indent).min().unwrap_or(0);
    for line in lines.iter_mut().filter(|line| !line.text.is_empty()) {
        line.text.drain(..shared);
    }
    lines
}

/// A file as readers know it: from the root of the repository, if it is in there.
pub fn name_of(path: &Path) -> String {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().and_then(|root| root.canonicalize().ok());
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let inside = root.and_then(|root| full.strip_prefix(root).ok().map(Path::to_owned));
    inside.unwrap_or_else(|| path.to_owned()).display().to_string().replace('\\', "/")
}
