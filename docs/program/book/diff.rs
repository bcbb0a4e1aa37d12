//! `{{#diff ../a.rs ../b.rs}}`: how two files differ, in the form of `diff -u`; made from the files
//! when the book is built. What stands level in columns is what is the same here.

use std::fmt::Write;
use std::path::Path;

use similar::udiff::UnifiedHunkHeader;
use similar::{Algorithm, ChangeTag, DiffOp};

use super::align;
use super::excerpt;
use crate::html::escape;

/// How many lines around a difference are shown.
const CONTEXT: usize = 3;

/// The HTML for the difference between the two files that `arguments` names.
pub fn expand(folder: &Path, arguments: &str) -> Result<String, String> {
    let files: Vec<&str> = arguments.split_whitespace().collect();
    let [old, new] = files[..] else {
        return Err("{{#diff}} takes two files".to_owned());
    };
    let (old, new) = (excerpt::read(folder, old)?, excerpt::read(folder, new)?);
    let before: Vec<&str> = old.lines.iter().map(|line| line.text.as_str()).collect();
    let after: Vec<&str> = new.lines.iter().map(|line| line.text.as_str()).collect();
    if before == after {
        return Err(format!("{} and {} do not differ", old.file, new.file));
    }
    let (old, new) = (escape(&old.file), escape(&new.file));
    let mut html = format!(
        "<figure class=\"diff\">\n<figcaption>From {old} to {new}</figcaption>\n\
         <pre class=\"code\" role=\"group\" tabindex=\"0\" aria-label=\"From {old} to {new}\">"
    );
    for hunk in similar::group_diff_ops(operations(&before, &after), CONTEXT) {
        html += &render(&hunk, &before, &after);
    }
    Ok(html + "</pre>\n</figure>\n\n")
}

/// What is kept, removed and added, from top to bottom.
fn operations(before: &[&str], after: &[&str]) -> Vec<DiffOp> {
    // Lines as numbers: two that stand level have the same, and each other line has one of its own.
    let old: Vec<usize> = (0..before.len()).collect();
    let mut new: Vec<usize> = (before.len()..before.len() + after.len()).collect();
    for (line, place) in align::matching(before, after).into_iter().enumerate() {
        if let Some(place) = place {
            new[place] = line;
        }
    }
    similar::capture_diff_slices(Algorithm::Myers, &old, &new)
}

fn render(hunk: &[DiffOp], before: &[&str], after: &[&str]) -> String {
    let header = format!("{}\n", UnifiedHunkHeader::new(hunk));
    let mut html = format!("<span class=\"hunk\">{}</span>", escape(&header));
    for (tag, lines) in hunk.iter().flat_map(|operation| operation.iter_slices(before, after)) {
        let element = match tag {
            ChangeTag::Delete => "del",
            ChangeTag::Insert => "ins",
            ChangeTag::Equal => "span",
        };
        let text: String = lines.iter().map(|line| format!("{tag}{line}\n")).collect();
        let _ = write!(html, "<{element}>{}</{element}>", escape(&text));
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_tells_what_goes_what_comes_and_what_stays() {
        let (before, after) = (["alpha", "tokio1", "tokio2", "omega"], ["alpha", "smol", "omega"]);
        let hunks = similar::group_diff_ops(operations(&before, &after), CONTEXT);
        assert_eq!(hunks.len(), 1);
        let html = render(&hunks[0], &before, &after).replace("&#10;", "/");
        let lines =
            "<span> alpha/</span><del>-tokio1/-tokio2/</del><ins>+smol/</ins><span> omega/</span>";
        assert_eq!(html, format!("<span class=\"hunk\">@@ -1,4 +1,3 @@/</span>{lines}"));
    }
}
