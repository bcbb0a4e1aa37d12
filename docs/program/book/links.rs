//! What can only be seen in the built book: links and pictures that lead nowhere, and code that is
//! indented and not fenced, so that its file is not known.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use lol_html::{RewriteStrSettings, element, rewrite_str};

use super::fault::Fault;

/// A page of the built book.
#[derive(Default)]
struct PageLinks {
    /// What a `#fragment` can name.
    ids: BTreeSet<String>,
    /// What its elements point to.
    targets: Vec<String>,
    /// A code block that names no language.
    has_unfenced_code: bool,
}

/// Checks that each chapter that SUMMARY.md names is there.
pub fn check_summary(summary: &Path) -> Result<(), Fault> {
    let fault = |line, message| Fault { file: summary.to_owned(), line, message };
    let text = fs::read_to_string(summary).map_err(|e| fault(None, format!("cannot read: {e}")))?;
    for (number, line) in text.lines().enumerate() {
        let link = line.split_once("](").and_then(|(_, rest)| rest.split_once(')'));
        if let Some((path, _)) = link
            && !path.is_empty()
            && !summary.with_file_name(path).is_file()
        {
            return Err(fault(Some(number + 1), format!("dead link: there is no {path}")));
        }
    }
    Ok(())
}

/// Checks the chapters in `folder`; each is given with the Markdown files that it was made from.
pub fn check(folder: &Path, chapters: &[(PathBuf, Vec<PathBuf>)]) -> Result<(), Fault> {
    let folder = &folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mut pages = BTreeMap::new();
    for (page, _) in chapters {
        let html = fs::read_to_string(folder.join(page));
        let fault = |e: String| Fault { file: folder.join(page), line: None, message: e };
        let links = html.map_err(|e| fault(format!("cannot read: {e}")))?;
        pages.insert(page.clone(), read(&links).map_err(|e| fault(e.to_string()))?);
    }
    for (page, files) in chapters {
        if pages[page].has_unfenced_code {
            let message = "a code block is indented: write a fence, and its language".to_owned();
            return Err(Fault { file: files[0].clone(), line: None, message });
        }
        for target in &pages[page].targets {
            if let Some(message) = fault(folder, page, target, &pages) {
                let (file, line) = place(files, target);
                return Err(Fault { file, line, message });
            }
        }
    }
    Ok(())
}

fn read(html: &str) -> Result<PageLinks, lol_html::errors::RewritingError> {
    let (mut ids, mut targets, mut has_unfenced_code) = (BTreeSet::new(), Vec::new(), false);
    let settings = RewriteStrSettings::new()
        .append_element_content_handler(element!("[id]", |element| {
            ids.extend(element.get_attribute("id"));
            Ok(())
        }))
        .append_element_content_handler(element!("main [href], main [src]", |element| {
            targets.extend(["href", "src"].iter().filter_map(|name| element.get_attribute(name)));
            Ok(())
        }))
        .append_element_content_handler(element!("main pre > code", |code| {
            let class = code.get_attribute("class").unwrap_or_default();
            has_unfenced_code |= !class.contains("language-");
            Ok(())
        }));
    rewrite_str(html, settings)?;
    Ok(PageLinks { ids, targets, has_unfenced_code })
}

/// What is wrong with a link from this page.
fn fault(
    folder: &Path,
    page: &Path,
    target: &str,
    pages: &BTreeMap<PathBuf, PageLinks>,
) -> Option<String> {
    let target = target.replace("&amp;", "&");
    let (path, fragment) = target.split_once('#').unwrap_or((&target, ""));
    let scheme = path.split(['/', '?']).next().is_some_and(|start| start.contains(':'));
    if scheme {
        return None; // another site: not looked up, so that a build needs no network
    }
    if path.starts_with('/') {
        return Some(format!("dead link: {target} leads out of the book"));
    }
    let decoded =
        |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let file = match path {
        "" => page.to_owned(),
        _ => page.with_file_name(decoded(path)),
    };
    // Where `..` leads, and whether that is in the book.
    let full = folder.join(file).canonicalize().ok().filter(|full| full.is_file());
    let Some(file) = full.as_ref().and_then(|full| full.strip_prefix(folder).ok()) else {
        return Some(format!("dead link: there is no {target}"));
    };
    let known = pages.get(file).is_none_or(|page| page.ids.contains(&decoded(fragment)));
    (!fragment.is_empty() && !known).then(|| format!("dead link: there is no place {target}"))
}

/// Where the link was written. mdBook has turned `page.md` into `page.html`.
fn place(files: &[PathBuf], target: &str) -> (PathBuf, Option<usize>) {
    let source = target.replace(".html", ".md");
    for file in files {
        let text = fs::read_to_string(file).unwrap_or_default();
        let found = |target| text.lines().position(|line: &str| line.contains(target));
        if let Some(line) = found(source.as_str()).or_else(|| found(target)) {
            return (file.clone(), Some(line + 1));
        }
    }
    (files[0].clone(), None)
}
