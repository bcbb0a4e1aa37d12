//! The exercises that belong to a chapter: those that say at their top that one may read on there.
//!
//! ```text
//! {{#exercises}}
//! ```

use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::html::escape;

/// Where they are, seen from the chapters' folder.
const EXERCISES: &str = "../exercises";

/// What rustlings' info.toml says, as far as a chapter shows it.
#[derive(Deserialize)]
struct Info {
    exercises: Vec<Exercise>,
}

#[derive(Deserialize)]
struct Exercise {
    name: String,
    dir: String,
    hint: String,
}

/// The exercises of the chapter in this file, with a hint for each, in the order of info.toml.
pub fn list(chapter: &Path) -> Result<String, String> {
    let folder = chapter.parent().expect("a file has a folder").join(EXERCISES);
    let read = |file: &str| {
        fs::read_to_string(folder.join(file)).map_err(|e| format!("cannot read {file}: {e}"))
    };
    let info: Info = toml::from_str(&read("info.toml")?).map_err(|e| format!("info.toml: {e}"))?;
    let page = fs::read_to_string(chapter).map_err(|e| format!("cannot read the chapter: {e}"))?;
    let page = page.lines().next().unwrap_or_default().trim_start_matches("# ");
    let mut items = String::new();
    for exercise in &info.exercises {
        let source = read(&format!("exercises/{}/{}.rs", exercise.dir, exercise.name))?;
        let title = source.lines().next().and_then(|line| line.strip_prefix("//! "));
        let title = title.ok_or_else(|| format!("{}: no title", exercise.name))?;
        let mut places = source.lines().filter_map(|line| line.strip_prefix("//! - "));
        if !places.any(|place| place.split(", \"").next() == Some(page)) {
            continue;
        }
        items += &format!(
            "<li><code>{}</code> {}\n<details>\n<summary>A hint</summary>\n<p>{}</p>\n</details>\n</li>\n",
            exercise.name,
            escape(title),
            hint(&exercise.hint)
        );
    }
    if items.is_empty() {
        return Err("no exercise says that one may read on here".to_owned());
    }
    Ok(format!(
        "\nPrograms that do not work yet, and tests that say what is missing: `cargo test -p exercises \
         --bin NAME` ([how to begin](start.md#exercises)).\n\n<ul class=\"exercises\">\n{items}</ul>\n\n"
    ))
}

/// A hint is plain text, with code in backticks.
fn hint(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = text.split('`').enumerate();
    let html = parts.map(|(number, part)| match number % 2 {
        0 => escape(part),
        _ => format!("<code>{}</code>", escape(part)),
    });
    html.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_has_its_code_marked() {
        assert_eq!(hint("Take `&a`,\nand  b"), "Take <code>&amp;a</code>, and b");
    }

    #[test]
    fn a_chapter_lists_what_reads_on_there() {
        let chapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let list = |name: &str| super::list(&chapters.join(name));
        let concepts = list("concepts.md").unwrap();
        assert!(
            concepts.contains("<li><code>nobody_awaits</code> Nothing happens: "),
            "{concepts}"
        );
        assert!(!concepts.contains("crawler"), "{concepts}");
        assert!(list("for-the-record.md").is_err());
    }
}
