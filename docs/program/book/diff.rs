//! `{{#diff ../a.rs ../b.rs}}`: how two files differ, in the form of `diff -u`; made from the files
//! when the book is built. What stands level in columns is what is the same here.

use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use similar::DiffOp;

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
    let mut operations = Vec::new();
    let (mut old, mut new) = (0, 0);
    let pairs = align::matching(before, after).into_iter().enumerate();
    let pairs = pairs.filter_map(|(line, place)| Some((line, place?)));
    for (line, place) in pairs.chain([(before.len(), after.len())]) {
        if old < line {
            let len = line - old;
            operations.push(DiffOp::Delete { old_index: old, old_len: len, new_index: new });
        }
        if new < place {
            let len = place - new;
            operations.push(DiffOp::Insert { old_index: line, new_index: new, new_len: len });
        }
        match operations.last_mut() {
            _ if line == before.len() => {}
            Some(DiffOp::Equal { len, .. }) => *len += 1,
            _ => operations.push(DiffOp::Equal { old_index: line, new_index: place, len: 1 }),
        }
        (old, new) = (line + 1, place + 1);
    }
    operations
}

fn render(hunk: &[DiffOp], before: &[&str], after: &[&str]) -> String {
    let (first, last) = (&hunk[0], &hunk[hunk.len() - 1]);
    let old = first.old_range().start..last.old_range().end;
    let new = first.new_range().start..last.new_range().end;
    let header = format!("@@ -{} +{} @@\n", place(&old), place(&new));
    let mut html = format!("<span class=\"hunk\">{}</span>", escape(&header));
    for operation in hunk {
        let (element, sign, lines) = match operation {
            DiffOp::Delete { .. } => ("del", '-', &before[operation.old_range()]),
            DiffOp::Insert { .. } => ("ins", '+', &after[operation.new_range()]),
            _ => ("span", ' ', &before[operation.old_range()]),
        };
        let text: String = lines.iter().map(|line| format!("{sign}{line}\n")).collect();
        let _ = write!(html, "<{element}>{}</{element}>", escape(&text));
    }
    html
}

/// Lines as `diff -u` names them: the first, counted from 1, and how many.
fn place(lines: &Range<usize>) -> String {
    let first = if lines.is_empty() { lines.start } else { lines.start + 1 };
    format!("{first},{}", lines.len())
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

    #[test]
    fn what_is_far_from_a_difference_is_left_out() {
        let same: Vec<String> = (0..20).map(|line| format!("line {line}")).collect();
        let mut before: Vec<&str> = same.iter().map(String::as_str).collect();
        let mut after = before.clone();
        before[2] = "first";
        after.push("last");
        let hunks = similar::group_diff_ops(operations(&before, &after), CONTEXT);
        assert_eq!(hunks.len(), 2);
        assert!(render(&hunks[0], &before, &after).contains("@@ -1,6 +1,6 @@"));
        assert!(render(&hunks[1], &before, &after).contains("@@ -18,3 +18,4 @@"));
    }

    proptest::proptest! {
        #[test]
        fn both_files_can_be_read_from_a_difference(
            before in proptest::collection::vec("(one|two|three|four|\\}|)", 0..12),
            after in proptest::collection::vec("(one|two|three|four|\\}|)", 0..12),
        ) {
            let before: Vec<&str> = before.iter().map(String::as_str).collect();
            let after: Vec<&str> = after.iter().map(String::as_str).collect();
            let (mut old, mut new) = (Vec::new(), Vec::new());
            for operation in operations(&before, &after) {
                old.extend(&before[operation.old_range()]);
                new.extend(&after[operation.new_range()]);
                if let DiffOp::Equal { .. } = operation {
                    assert_eq!(before[operation.old_range()], after[operation.new_range()]);
                }
            }
            assert_eq!((old, new), (before, after));
        }
    }
}
