//! A fenced code block of a chapter, and a directive on a line of its own.

use std::path::Path;

use super::excerpt;

/// What may be said about a code block; a language that is misspelt would not be checked.
const LANGUAGES: [&str; 9] =
    ["rust", "python", "console", "sh", "toml", "json", "text", "diff", "powershell"];

/// `{{#name arguments}}` on a line of its own.
pub fn directive(line: &str) -> Option<(&str, &str)> {
    let inside = line.trim().strip_prefix("{{#")?.strip_suffix("}}")?;
    Some(inside.split_once(' ').unwrap_or((inside, "")))
}

/// A fenced code block.
pub struct CodeBlock<'a> {
    /// What stands before the fence: spaces, in a list.
    pub indent: &'a str,
    /// What follows the fence, such as `rust`.
    pub language: &'a str,
    content: Vec<&'a str>,
    /// How many lines it takes, with its fences.
    pub lines: usize,
}

impl<'a> CodeBlock<'a> {
    /// The block that the first of these lines opens. Errors name a line, from 0.
    pub fn at(lines: &[&'a str]) -> Result<Option<Self>, (usize, String)> {
        let trimmed = lines[0].trim_start_matches([' ', '>']);
        let indent = &lines[0][..lines[0].len() - trimmed.len()];
        let sign = if trimmed.starts_with("~~~") { '~' } else { '`' };
        let language = trimmed.trim_start_matches(sign);
        let fence = &trimmed[..trimmed.len() - language.len()];
        if fence.len() < 3 {
            return Ok(None);
        }
        let language = language.trim();
        if !LANGUAGES.contains(&language) {
            let known = LANGUAGES.join(", ");
            return Err((0, format!("the language of a code block is one of {known}")));
        }
        let ends = |line: &&str| line.trim_start_matches([' ', '>']).trim_end() == fence;
        let end =
            lines[1..].iter().position(ends).ok_or((0, "a code block does not end".into()))?;
        let content = &lines[1..=end];
        let content = content.iter().map(|line| line.strip_prefix(indent).unwrap_or(line.trim()));
        Ok(Some(Self { indent, language, content: content.collect(), lines: end + 2 }))
    }

    /// The block's lines, with what they include; and the files that they are from.
    pub fn excerpts(&self, folder: &Path) -> Result<Vec<excerpt::Excerpt>, (usize, String)> {
        let mut excerpts = Vec::new();
        for (number, line) in self.content.iter().enumerate() {
            match directive(line) {
                Some(("include", wanted)) => {
                    excerpts.push(excerpt::read(folder, wanted).map_err(|e| (number + 1, e))?);
                }
                Some((name, _)) => {
                    return Err((number + 1, format!("no {{{{#{name}}}}} in a code block")));
                }
                None if matches!(self.language, "rust" | "python") => {
                    let message = "Rust and Python are included from files that are tested";
                    return Err((number + 1, format!("{message}: {{{{#include …}}}}")));
                }
                None => excerpts.push(excerpt::Excerpt {
                    file: String::new(),
                    lines: vec![excerpt::SourceLine { text: (*line).to_owned(), region: None }],
                }),
            }
        }
        if matches!(self.language, "rust" | "python") && excerpts.is_empty() {
            return Err((0, "this code block is empty".to_owned()));
        }
        Ok(excerpts)
    }
}
