//! The exercises that belong to a chapter: those that say at their top that one may read on there.
//!
//! ```text
//! {{#exercises}}
//! ```

use std::fs;
use std::path::Path;

use serde::Deserialize;

/// Where they are, seen from the chapters' folder.
const EXERCISES: &str = "../exercises";

/// What rustlings' info.toml says, as far as we read it.
#[derive(Deserialize)]
struct Info {
    exercises: Vec<Exercise>,
}

/// An entry of info.toml.
#[derive(Deserialize)]
pub struct Exercise {
    /// Its name, and its file's.
    pub name: String,
    /// The folder of its part.
    pub dir: String,
    /// What rustlings says to a learner who asks.
    pub hint: String,
}

impl Exercise {
    /// Its source: as given, in `exercises`, or solved, in `solutions`. `root` is the folder of both.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn source(&self, root: &Path, kind: &str) -> Result<String, String> {
        let path = root.join(kind).join(&self.dir).join(format!("{}.rs", self.name));
        let text = fs::read_to_string(&path);
        let text = text.map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        Ok(text.replace("\r\n", "\n"))
    }
}

/// All exercises, in the order of info.toml. `root` is the folder that it is in.
///
/// # Errors
/// It cannot be read.
pub fn all(root: &Path) -> Result<Vec<Exercise>, String> {
    let text = fs::read_to_string(root.join("info.toml"));
    let text = text.map_err(|e| format!("cannot read info.toml: {e}"))?;
    let info: Info = toml::from_str(&text).map_err(|e| format!("info.toml: {e}"))?;
    Ok(info.exercises)
}

/// The exercises of the chapter in this file, with a hint for each, in the order of info.toml.
pub(super) fn list(chapter: &Path) -> Result<String, String> {
    let root = chapter.parent().expect("a file has a folder").join(EXERCISES);
    let page = fs::read_to_string(chapter).map_err(|e| format!("cannot read the chapter: {e}"))?;
    let page = page.lines().next().unwrap_or_default().trim_start_matches("# ");
    let mut items = String::new();
    for exercise in all(&root)? {
        let source = exercise.source(&root, "exercises")?;
        let title = source.lines().next().and_then(|line| line.strip_prefix("//! "));
        let title = title.ok_or_else(|| format!("{}: no title", exercise.name))?;
        let mut places = source.lines().filter_map(|line| line.strip_prefix("//! - "));
        if !places.any(|place| place.split(", \"").next() == Some(page)) {
            continue;
        }
        let hint = exercise.hint.trim().replace('\n', "\n  ");
        items += &format!(
            "- `{}` {title}\n  <details>\n  <summary>A hint</summary>\n\n  {hint}\n\n  </details>\n",
            exercise.name
        );
    }
    if items.is_empty() {
        return Err("no exercise says that one may read on here".to_owned());
    }
    Ok(format!(
        "\nPrograms that do not work yet, and tests that say what is missing: `cargo test -p exercises \
         --bin NAME` ([how to begin](start.md#exercises)).\n\n<div class=\"exercises\">\n\n{items}\n</div>\n\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_lists_what_reads_on_there() {
        let chapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let list = |name: &str| super::list(&chapters.join(name));
        let concepts = list("concepts.md").unwrap();
        assert!(concepts.contains("- `nobody_awaits` Nothing happens: "), "{concepts}");
        assert!(!concepts.contains("crawler"), "{concepts}");
        assert!(list("for-the-record.md").is_err());
    }
}
