//! What a reader may want to know before a chapter: how long it takes, how hard it is, and what for.
//!
//! ```text
//! {{#reading 2 You can say who polls.}}   below a chapter's title
//! {{#plan}}                               the same of all chapters, in a table
//! ```

use std::fs;
use std::path::Path;

use super::code_block::CodeBlock;

/// Words that a reader takes in each minute, of text in which every sentence says something.
const WORDS: usize = 150;

/// Lines of code in a minute.
const LINES: usize = 25;

/// What `{{#reading …}}` says: the level, as a reader sees it, and what can be done afterwards.
fn parse(arguments: &str) -> Result<(String, &str), String> {
    let parsed = arguments.split_once(' ').and_then(|(level, aim)| {
        let level: usize = level.parse().ok()?;
        let name = ["easy", "medium", "hard"].get(level.checked_sub(1)?)?;
        Some((format!("{}{} {name}", "●".repeat(level), "○".repeat(3 - level)), aim))
    });
    parsed.ok_or_else(|| "{{#reading}} takes a level from 1 to 3, and a sentence".to_owned())
}

/// The line below a chapter's title. `lines` are the chapter's.
pub fn line(folder: &Path, lines: &[&str], arguments: &str) -> Result<String, String> {
    let (level, aim) = parse(arguments)?;
    let (minutes, aim) = (minutes(folder, lines), crate::html::escape(aim));
    Ok(format!("\n<p class=\"reading\">{minutes} minutes · {level} · {aim}</p>\n\n"))
}

/// A table of all chapters that SUMMARY.md names.
pub fn plan(folder: &Path) -> Result<String, String> {
    let read = |name: &str| {
        fs::read_to_string(folder.join(name)).map_err(|e| format!("cannot read {name}: {e}"))
    };
    let mut table =
        "\n| Chapter | Minutes | Level | Afterwards |\n| --- | --- | --- | --- |\n".to_owned();
    for line in read("SUMMARY.md")?.lines() {
        let Some((title, rest)) = line.split_once("](") else { continue };
        let title = title.trim_start_matches([' ', '-', '[']);
        let file = rest.trim_end_matches(')');
        let chapter = read(file)?;
        let lines: Vec<&str> = chapter.lines().collect();
        let said = lines.iter().find_map(|line| {
            line.strip_prefix("{{#reading ").and_then(|rest| rest.strip_suffix("}}"))
        });
        let Some(said) = said else { continue };
        let (level, aim) = parse(said)?;
        let minutes = minutes(folder, &lines);
        table += &format!("| [{title}]({file}) | {minutes} | {level} | {aim} |\n");
    }
    Ok(table + "\n")
}

/// How long it takes to read these lines of a chapter, rounded to five minutes. A folded output is
/// read, for it answers a question; a folded program is one to look into.
fn minutes(folder: &Path, lines: &[&str]) -> usize {
    let (mut words, mut code) = (0, 0);
    let mut folded = false;
    let mut beside = false; // columns are read at the same time
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim();
        if let Ok(Some(block)) = CodeBlock::at(&lines[at..]) {
            let shown: usize = block
                .excerpts(folder)
                .map(|excerpts| excerpts.iter().map(|excerpt| excerpt.lines.len()).sum())
                .unwrap_or_default();
            let counts = !folded || block.language == "console";
            code += if counts { shown / if beside { 2 } else { 1 } } else { 0 };
            at += block.lines;
            continue;
        }
        match line {
            _ if line.starts_with("<details") => folded = true,
            "</details>" => folded = false,
            "<div class=\"side-by-side\">" => beside = true,
            "</div>" => beside = false,
            _ if line.starts_with(['<', '{']) => {}
            _ => words += line.split_whitespace().count(),
        }
        at += 1;
    }
    let minutes = words as f64 / WORDS as f64 + code as f64 / LINES as f64;
    ((minutes / 5.0).round() as usize * 5).max(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_takes_as_long_as_its_words_and_its_lines_of_code() {
        let words = ["word ".repeat(WORDS * 10)];
        let mut lines: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(minutes(Path::new("."), &lines), 10);
        let code = vec!["code"; LINES * 10];
        lines.push("```sh");
        lines.extend(&code);
        lines.push("```");
        assert_eq!(minutes(Path::new("."), &lines), 20);
        let folded = |language| {
            let mut lines = lines.clone();
            lines.extend(["<details>", language]);
            lines.extend(&code);
            lines.extend(["```", "</details>"]);
            minutes(Path::new("."), &lines)
        };
        assert_eq!((folded("```sh"), folded("```console")), (20, 30));
        assert_eq!(minutes(Path::new("."), &["a word"]), 5);
    }

    #[test]
    fn a_level_is_one_of_three() {
        assert_eq!(parse("2 You can."), Ok(("●●○ medium".to_owned(), "You can.")));
        for wrong in ["", "0 a", "4 a", "2", "two words"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
