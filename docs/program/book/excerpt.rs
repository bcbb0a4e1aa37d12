//! A part of a source file: `path`, or `path:anchor` for what stands between two comments,
//! `// ANCHOR: anchor` and `// ANCHOR_END: anchor`. Those comments are never shown.

use std::fs;
use std::path::Path;

/// Lines of a file, as the book shows them.
pub struct Excerpt {
    /// The file, named as from the root of the repository.
    pub file: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A line, and the innermost anchored region around it.
#[derive(Clone)]
pub struct Line {
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
    let lines = parse(&text, anchor).map_err(|e| format!("cannot include {file}: {e}"))?;
    if lines.iter().all(|line| line.text.trim().is_empty()) {
        return Err(format!("cannot include {wanted}: there is nothing in it"));
    }
    Ok(Excerpt { file, lines: unindented(lines) })
}

/// The lines of the anchored part, or all of them; without the comments that mark regions.
fn parse(text: &str, anchor: Option<&str>) -> Result<Vec<Line>, String> {
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
                lines.push(Line {
                    text: line.trim_end().to_owned(),
                    region: region.map(|&name| name.to_owned()),
                });
            }
            None => {}
        }
    }
    match (open.first(), anchor, found) {
        (Some(name), ..) => Err(format!("ANCHOR: {name} does not end")),
        (None, Some(anchor), 0) => Err(format!("there is no ANCHOR: {anchor}")),
        (None, Some(anchor), 2..) => Err(format!("ANCHOR: {anchor} is there more than once")),
        _ => Ok(lines),
    }
}

/// A comment of any language that begins or ends a region, and the region's name.
fn mark(line: &str) -> Option<(&str, &str)> {
    let comment = line.trim_start().trim_start_matches(['/', '#', '<', '!', '-', ' ']);
    let (kind, rest) = comment.split_once(": ")?;
    let name = rest.split_whitespace().next()?;
    matches!(kind, "ANCHOR" | "ANCHOR_END").then_some((kind, name))
}

/// Without the indentation that all lines share.
fn unindented(mut lines: Vec<Line>) -> Vec<Line> {
    let indent = |line: &Line| line.text.len() - line.text.trim_start_matches(' ').len();
    let shared = lines.iter().filter(|line| !line.text.is_empty()).map(indent).min().unwrap_or(0);
    for line in lines.iter_mut().filter(|line| !line.text.is_empty()) {
        line.text.drain(..shared);
    }
    lines
}

/// A file as readers know it: from the root of the repository, if it is in there.
pub fn name_of(path: &Path) -> String {
    let root = Path::new(super::DOCS).parent().and_then(|root| root.canonicalize().ok());
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let inside = root.and_then(|root| full.strip_prefix(root).ok().map(Path::to_owned));
    inside.unwrap_or_else(|| path.to_owned()).display().to_string().replace('\\', "/")
}
