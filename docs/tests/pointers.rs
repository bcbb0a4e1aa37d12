//! The card, the glossary and a table of calls point to files: what they name stands there.
//!
//!     cargo test -p docs --test pointers

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The rows of a chapter's first table that begins like this, without its head, cell by cell.
fn rows(chapter: &str, head: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("docs/src").join(chapter)).unwrap();
    let table = text.lines().skip_while(|line| !line.starts_with(head)).skip(2);
    let lines = table.take_while(|line| line.starts_with('|'));
    let rows = lines
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect());
    rows.collect()
}

/// What stands in backticks.
fn code(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The text of all sources that the last column names, and what it names in them.
fn sources(pointer: &str) -> (String, Vec<&str>) {
    let (mut text, mut names) = (String::new(), Vec::new());
    let mut lesson = false; // `lesson` counts for all names after it, up to the next semicolon
    let mut found = 0;
    for (number, part) in pointer.split('`').enumerate() {
        if number % 2 == 0 {
            lesson = part.contains("lesson") || lesson && !part.contains(';');
            continue;
        }
        let files = match part {
            "client.rs" => files("scraper_*/src/client.rs"),
            _ if part.contains('/') => files(part),
            _ if lesson => vec![root().join(format!("hello_world/examples/{part}.rs"))],
            _ => {
                names.push(part);
                continue;
            }
        };
        for file in files {
            found += 1;
            text +=
                &fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        }
    }
    assert!(found > 0, "{pointer}: it names no file");
    (text, names)
}

/// The files that a path stands for: `*` is one of the scrapers, and a folder all sources in it.
fn files(path: &str) -> Vec<PathBuf> {
    if path.contains('*') {
        let scrapers = ["tokio", "async_std", "smol"];
        return scrapers.iter().flat_map(|name| files(&path.replace('*', name))).collect();
    }
    let path = root().join(path);
    if !path.is_dir() {
        return vec![path];
    }
    let mut sources = Vec::new();
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources.extend(files(path.to_str().unwrap()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(path);
        }
    }
    sources
}

fn without_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether each piece between three dots is there, in this order, in a few neighbouring lines.
fn stands_in(text: &str, code: &str) -> bool {
    let pieces: Vec<String> = code.split('…').map(without_space).collect();
    let lines: Vec<&str> = text.lines().collect();
    (0..lines.len()).any(|at| {
        let together = without_space(&lines[at..lines.len().min(at + 4)].concat());
        let mut rest = together.as_str();
        pieces.iter().all(|piece| match rest.split_once(piece.as_str()) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    })
}

/// A complaint about each piece of code that does not stand in this text, which is that of a place.
fn missing<'a>(
    codes: impl Iterator<Item = &'a str>,
    text: &str,
    place: &str,
) -> impl Iterator<Item = String> {
    let missing = codes.filter(move |code| !stands_in(text, code));
    missing.map(move |code| format!("{code} does not stand in {place}"))
}

/// The Python twins, and what the lessons say of Python at their top.
fn python() -> String {
    let folder = root().join("docs/python");
    let twins = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let twins = twins.filter(|path| path.extension().is_some_and(|extension| extension == "py"));
    let lessons = files("hello_world/examples");
    let kit = files("scraper_kit/http/src");
    let read = |path: PathBuf| fs::read_to_string(path).unwrap();
    twins.chain(lessons).chain(kit).map(read).collect()
}

#[test]
fn each_line_of_the_card_stands_where_it_says() {
    let python = python();
    let rows = rows("card.md", "| To |");
    assert!(rows.len() >= 30, "{}", rows.len());
    let mut faults = Vec::new();
    for row in &rows {
        let [_what, in_python, runtimes @ .., pointer] = &row[..] else { panic!("{row:?}") };
        assert_eq!(runtimes.len(), 3, "{row:?}");
        faults.extend(missing(code(in_python), &python, "any Python here"));
        let (text, _) = sources(&format!("lesson {pointer}"));
        faults.extend(missing(runtimes.iter().flat_map(|cell| code(cell)), &text, pointer));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn each_pointer_of_the_glossary_leads_to_what_it_names() {
    let rows = rows("for-the-record.md", "| Python |");
    assert!(rows.len() >= 25, "{}", rows.len());
    let mut faults = Vec::new();
    for row in &rows {
        let [_python, rust, pointer] = &row[..] else { panic!("{row:?}") };
        if !pointer.contains('`') {
            assert!(["everywhere", "the executor is compiled already"].contains(&&pointer[..]));
            continue;
        }
        let (text, names) = sources(pointer);
        faults.extend(missing(code(rust).chain(names), &text, pointer));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// What the table beside aiohttp says of reqwest is compiled and run.
#[test]
fn each_call_of_reqwest_stands_in_the_example() {
    let rows = rows("libraries.md", "| For | aiohttp | reqwest |");
    assert!(rows.len() >= 12, "{rows:?}");
    let (example, _) = sources("`docs/kitchen/examples/http_client.rs`");
    for row in &rows {
        assert!(code(&row[2]).next().is_some(), "{row:?}");
        let faults: Vec<String> = missing(code(&row[2]), &example, "the example").collect();
        assert!(faults.is_empty(), "{faults:#?}");
    }
}
