//! `{{#diff ../a.rs ../b.rs}}`: how two files differ, as `diff -u` tells it; made from the files
//! when the book is built.

use std::fmt::Write;
use std::path::Path;

use similar::{ChangeTag, TextDiff};

use super::excerpt;
use super::html::escape;

/// The HTML for the difference between the two files that `arguments` names.
pub fn expand(folder: &Path, arguments: &str) -> Result<String, String> {
    let files: Vec<&str> = arguments.split_whitespace().collect();
    let [old, new] = files[..] else {
        return Err("{{#diff}} takes two files".to_owned());
    };
    let old = excerpt::read(folder, old)?;
    let new = excerpt::read(folder, new)?;
    let (before, after) = (old.text() + "\n", new.text() + "\n");
    if before == after {
        return Err(format!("{} and {} do not differ", old.file, new.file));
    }
    let (old, new) = (escape(&old.file), escape(&new.file));
    let mut html = format!(
        "<figure class=\"diff\">\n<figcaption>From <del>{old}</del> to <ins>{new}</ins>\
         </figcaption>\n<pre class=\"code\" role=\"group\" tabindex=\"0\" \
         aria-label=\"How {new} differs from {old}\">"
    );
    let diff = TextDiff::from_lines(&before, &after);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        let _ =
            write!(html, "<span class=\"hunk\">{}&#10;</span>", escape(&hunk.header().to_string()));
        let changes: Vec<_> = hunk.iter_changes().collect();
        for run in changes.chunk_by(|a, b| a.tag() == b.tag()) {
            let (element, sign) = match run[0].tag() {
                ChangeTag::Delete => ("del", '-'),
                ChangeTag::Insert => ("ins", '+'),
                ChangeTag::Equal => ("span", ' '),
            };
            let text: String =
                run.iter().map(|change| format!("{sign}{}", change.value())).collect();
            let _ = write!(html, "<{element}>{}</{element}>", escape(&text));
        }
    }
    Ok(html + "</pre>\n</figure>\n\n")
}
