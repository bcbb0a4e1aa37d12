//! Each exercise fails as given, for the reason that its hint speaks of; its solution passes,
//! without a warning from clippy, and differs only where the learner is meant to work. Programs of
//! wrong.toml, which look right, fail.
//!
//!     cargo test -p docs --test exercises
//!
//! Without clippy the warnings are not looked at, with a message; with REQUIRE_CLIPPY=1 that is a
//! failure.

mod common;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::LazyLock;

use common::{cargo, libraries, messages, rustc};
use docs::book::exercises::{self, Exercise};
use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use serde_json::Value;
use testing::{Finished, command, or_skip};

/// wrong.toml: programs that a learner may write.
#[derive(Deserialize)]
struct WrongPrograms {
    wrong: Vec<Wrong>,
}

/// A solution with some of its lines changed, and what its tests have to say of it.
#[derive(Deserialize)]
struct Wrong {
    exercise: String,
    what: String,
    solved: String,
    instead: String,
    says: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("exercises")
}

fn main() -> ExitCode {
    let wrong = fs::read_to_string(folder().join("wrong.toml")).expect("it is there");
    let programs: WrongPrograms = toml::from_str(&wrong).expect("it is as we want it");
    let all = &*Vec::leak(exercises::all(&folder()).expect("it is as rustlings wants it"));
    let mut trials = Vec::new();
    for wrong in programs.wrong {
        let exercise = all.iter().find(|exercise| exercise.name == wrong.exercise);
        let exercise = exercise.expect("wrong.toml names an exercise");
        let name = format!("{} does not pass {}", wrong.exercise, wrong.what);
        trials.push(Trial::test(name, move || wrong_fails(exercise, &wrong)));
    }
    for exercise in all {
        let mut add = |what, check: fn(&Exercise) -> Result<(), Failed>| {
            trials.push(Trial::test(format!("{} {what}", exercise.name), move || check(exercise)));
        };
        add("says where it comes from", header);
        add("fails as its hint says", as_given);
        add("is solved", solved);
        add("differs from its solution where there is something to do", differs);
    }
    trials.push(Trial::test("clippy warns of no solution", clippy));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Python, a page of the book with such a heading, and a file; then a program that fits on a screen.
fn header(exercise: &Exercise) -> Result<(), Failed> {
    let source = exercise.source(&folder(), "exercises")?;
    assert!(source.contains("\n//! In Python"), "no Python");
    let places = source.lines().filter_map(|line| line.strip_prefix("//! - "));
    let (files, pages): (Vec<&str>, Vec<&str>) = places.partition(|place| place.ends_with(".rs"));
    for file in &files {
        assert!(folder().join("../..").join(file).exists(), "there is no {file}");
    }
    for place in &pages {
        let (title, heading) = place.split_once(", \"").unwrap_or((place, ""));
        let heading = heading.split('"').next().unwrap_or_default();
        let page = PAGES.get(title).ok_or(format!("no page of the book is {title:?}"))?;
        let there = page.contains(&format!("\n## {heading}\n"));
        assert!(heading.is_empty() || there, "{title:?} has no heading {heading:?}");
        assert!(page.contains("{{#exercises}}"), "{title:?} does not list its exercises");
    }
    assert!(!files.is_empty() && !pages.is_empty(), "nothing to read on");
    let (program, tests) = source.split_once("#[cfg(test)]").unwrap_or((&source, ""));
    let code = program.lines().filter(|line| !line.is_empty() && !line.trim().starts_with("//"));
    let lines = code.count();
    assert!((10..=60).contains(&lines), "{lines} lines of code");
    for assertion in tests.split("assert").skip(1) {
        let assertion = assertion.split(";\n").next().unwrap_or_default();
        // What was expected, then what happened.
        let says = ["\"expected ", "\"{HELD}"].iter().any(|start| assertion.contains(start));
        assert!(says, "assert{assertion} does not say what was expected");
    }
    Ok(())
}

/// The pages of the book, by their titles.
static PAGES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let chapters = fs::read_dir(folder().join("../src")).expect("they are there");
    let texts = chapters.map(|chapter| fs::read_to_string(chapter.unwrap().path()).unwrap());
    let titled = |text: String| {
        let title = text.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned();
        (title, text.replace("\r\n", "\n"))
    };
    texts.map(titled).collect()
});

fn as_given(exercise: &Exercise) -> Result<(), Failed> {
    let output = match BUILT.get(&exercise.name) {
        Some(Built { program: Some(program), .. }) => {
            let (success, output) = run(program);
            assert!(!success, "it is solved already:\n{output}");
            // A panic is at a line of the learner's.
            assert!(!output.contains("panicked at docs/exercises/src/"), "{output}");
            output
        }
        Some(built) => built.said.clone(),
        None => panic!("cargo does not know it: rustlings dev update"),
    };
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let promised =
        words(exercise.hint.split('"').nth(1).expect("the hint quotes what it is about"));
    assert!(words(&output).contains(&promised), "not in its output: {promised}\n{output}");
    Ok(())
}

fn solved(exercise: &Exercise) -> Result<(), Failed> {
    let solution = &BUILT[&format!("{}_sol", exercise.name)];
    let program = solution.program.as_ref().ok_or_else(|| solution.said.clone())?;
    let (success, output) = run(program);
    assert!(success, "{output}");
    assert!(!output.contains(" 0 passed"), "it has no test");
    Ok(())
}

fn wrong_fails(exercise: &Exercise, wrong: &Wrong) -> Result<(), Failed> {
    let solution = exercise.source(&folder(), "solutions")?;
    assert_eq!(solution.matches(&wrong.solved).count(), 1, "not in the solution, or twice");
    let folder = tempfile::tempdir()?;
    let source = folder.path().join(format!("{}.rs", exercise.name));
    fs::write(&source, solution.replace(&wrong.solved, &wrong.instead))?;
    let (success, output) = run(&rustc(&source, &LIBRARIES, true));
    assert!(!success, "it passes");
    assert!(output.contains(&wrong.says), "not in its output: {}\n{output}", wrong.says);
    Ok(())
}

/// For rustc: the libraries that the exercises stand on.
static LIBRARIES: LazyLock<Vec<String>> = LazyLock::new(|| libraries(&MESSAGES));

/// What is the learner's: items with a TODO, and imports; or all "from here to main", if a TODO says so.
/// All other items are the same, one by one.
fn differs(exercise: &Exercise) -> Result<(), Failed> {
    let (given, solution) =
        (exercise.source(&folder(), "exercises")?, exercise.source(&folder(), "solutions")?);
    assert!(!solution.contains("TODO"), "the solution has a TODO");
    assert!(!solution.contains("allow("), "the solution silences the compiler");
    let (given, solution) = (items(&given), items(&solution));
    let is_main = |item: &String| item.contains("fn main()");
    let (mut given, mut solution) = (given.into_iter(), solution.into_iter());
    let mut reasons = 0;
    while let Some(item) = given.next() {
        if item.contains("// TODO, from here to main") {
            let main = given.find(is_main).expect("there is a main");
            let solved: Vec<String> = solution.by_ref().take_while(|item| !is_main(item)).collect();
            reasons += solved.iter().map(|item| reasons_in(item, "")).sum::<usize>();
            assert!(!main.contains("TODO"), "main is as it was");
            continue;
        }
        let solved = solution.next().unwrap_or_default();
        if item.contains("// TODO") {
            assert_ne!(item, solved, "a TODO without a change");
            reasons += reasons_in(&solved, &item);
            assert_eq!(test_body(&item), test_body(&solved), "a test is another");
        } else {
            assert_eq!(item, solved, "this is not the learner's");
        }
    }
    let more: Vec<String> = solution.collect();
    assert!(more.is_empty(), "only the solution has this:\n{more:#?}");
    assert!(reasons > 0, "the solution does not say why");
    Ok(())
}

/// What a test does, if this is one: only its attribute may be the learner's.
fn test_body(item: &str) -> Option<&str> {
    item.contains("#[tokio::test").then(|| item.split_once("async fn "))?.map(|(_, body)| body)
}

/// The lines of comment that are new.
fn reasons_in(solved: &str, given: &str) -> usize {
    let comment = |line: &&str| line.trim_start().starts_with("// ") && !given.contains(*line);
    solved.lines().filter(comment).count()
}

/// The top-level items of a source, without imports. An item ends at a brace, or a semicolon, at the
/// beginning of a line or of one that stands there; what is before the next one belongs to that.
fn items(source: &str) -> Vec<String> {
    let mut items: Vec<String> = vec![String::new()];
    let mut ended = false;
    for line in source.lines() {
        if line.is_empty() {
            // The top of the file ends with a blank line.
            ended |= items.last().is_some_and(|item| item.lines().all(|l| l.starts_with("//!")));
            continue;
        }
        if ended {
            items.push(String::new());
        }
        let top = !line.starts_with([' ', '/', '#']);
        ended = top && line.ends_with(['}', ';']);
        if line.starts_with("use ") {
            ended = false;
            continue;
        }
        *items.last_mut().expect("there is one") += &format!("{line}\n");
    }
    items.retain(|item| !item.is_empty());
    items
}

fn clippy() -> Result<(), Failed> {
    let version = cargo().args(["clippy", "--version"]).output()?;
    let there = version.status.success().then_some(());
    let there = there.ok_or_else(|| "clippy is not installed".to_owned());
    let Some(()) = or_skip(there, "REQUIRE_CLIPPY") else { return Ok(()) };
    let mut clippy = cargo();
    clippy.args(["clippy", "-p", "exercises", "--quiet", "--profile", "test", "--lib"]);
    for name in BUILT.keys().filter(|name| name.ends_with("_sol")) {
        clippy.args(["--bin", name]);
    }
    clippy.args(["--", "--deny", "warnings"]);
    let output = clippy.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(said.into_owned().into()) }
}

/// What came of building a program's tests: they, or what the compiler said.
#[derive(Default)]
struct Built {
    program: Option<PathBuf>,
    said: String,
}

/// What cargo says of building the exercises' and the solutions' tests.
static MESSAGES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let mut build = cargo();
    build.args(["build", "-p", "exercises", "--tests", "--keep-going", "--quiet"]);
    messages(build)
});

/// All exercises and solutions.
static BUILT: LazyLock<HashMap<String, Built>> = LazyLock::new(|| {
    let mut built: HashMap<String, Built> = HashMap::new();
    for message in &*MESSAGES {
        let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str);
        if !text("/package_id").is_some_and(|id| id.contains("docs/exercises")) {
            continue;
        }
        let Some(name) = text("/target/name") else { continue };
        let built = built.entry(name.to_owned()).or_default();
        if let Some(said) = text("/message/rendered") {
            built.said += said;
        }
        if let Some(program) = text("/executable") {
            built.program = Some(program.into());
        }
    }
    built
});

/// Runs the tests in a program, and returns what they print.
fn run(tests: &Path) -> (bool, String) {
    let Finished { code, stdout, .. } = Finished::run(&mut command(tests));
    (code == Some(0), stdout)
}
