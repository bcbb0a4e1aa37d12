//! Finds the console blocks, runs them, and compares or rewrites what stands under each command.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use regex::Regex;
use snapbox::cmd::Command;
use snapbox::{Assert, Data, Redactions};

/// The longest that a command may take, with the building before it.
const LIMIT: Duration = Duration::from_secs(3600);

/// How many blocks are tested at the same time, unless `--test-threads` says otherwise.
const AT_ONCE: usize = 8;

/// What the kitchen says where it has no database.
const NO_SERVER: &str = "PostgreSQL is not installed";

/// What may vary from run to run, and between machines. It is shown as it was once printed, and
/// compared as the word in brackets.
fn varying() -> Redactions {
    let patterns = [
        ("[PORT]", r"127\.0\.0\.1:(?<redacted>\d{4,5})\b"),
        ("[TIME]", r"(?<redacted> *\b\d+(\.\d+)? m?s\b)"),
        ("[BAR]", r"(?<redacted> *━+)"),
        ("[NUMBER]", r"\(os error (?<redacted>\d+)\)"),
        ("[MEMORY]", r"peak memory (?<redacted>\d+ MB)"),
        // The lessons'.
        ("[BAR]", r"(?<redacted> *█+)$"),
        ("[QUEUE]", r"the queue was (?<redacted>.*)$"),
        ("[MOST]", r"At most (?<redacted>\d+ pages in memory: \d+ MB; whole process: \d+ MB)"),
        ("[GAIN]", r"(?<redacted> *\d+\.\d×)"),
        ("[CORES]", r"\((?<redacted>\d+ cores)\)"),
        ("[WHO]", r"thread (?<redacted>main|async-io|smol-1) wakes it"),
        ("[THREADS]", r"threads (?<redacted>before: \d+, now: \d+|not told here)"),
    ];
    let mut varying = Redactions::new();
    for (name, pattern) in patterns {
        varying.insert(name, Regex::new(pattern).unwrap()).unwrap();
    }
    varying
}

/// A fenced block of a Markdown file.
struct Block {
    file: PathBuf,
    /// Where it begins, counted from 1.
    line: usize,
    indent: String,
    steps: Vec<Step>,
}

/// A command, and what is shown below it.
struct Step {
    command: String,
    shown: String,
}

pub fn run() -> ExitCode {
    let mut arguments = Arguments::from_args();
    let overwrite = env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite");
    // Cargo lets one command build at a time, and what is built then mostly waits.
    arguments.test_threads = arguments.test_threads.or(Some(AT_ONCE));
    if overwrite {
        arguments.test_threads = Some(1);
    }
    let blocks: Vec<Block> = files().iter().flat_map(|file| blocks(file)).collect();
    let trials = blocks.into_iter().map(|block| {
        let file = block.file.strip_prefix(root()).unwrap().display();
        let name = format!("{file}:{} {}", block.line, block.steps[0].command);
        Trial::test(name, move || check(&block, overwrite))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The README and all chapters.
fn files() -> Vec<PathBuf> {
    let chapters = fs::read_dir(root().join("docs/src")).unwrap();
    let mut files: Vec<PathBuf> = chapters.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.push(root().join("README.md"));
    files.sort();
    files
}

fn blocks(file: &Path) -> Vec<Block> {
    let text = fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut blocks = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some(indent) = line.strip_suffix("```console") else { continue };
        let place = format!("{}:{}", file.display(), number + 1);
        let length = lines[number + 1..].iter().position(|line| line.trim() == "```");
        let end = number + 1 + length.unwrap_or_else(|| panic!("{place}: does not end"));
        let mut steps: Vec<Step> = Vec::new();
        for line in &lines[number + 1..end] {
            let line = line.strip_prefix(indent).unwrap_or_default();
            if let Some(command) = line.strip_prefix("$ ") {
                steps.push(Step { command: command.to_owned(), shown: String::new() });
            } else {
                let step = steps.last_mut().unwrap_or_else(|| panic!("{place}: no command"));
                step.shown += &format!("{line}\n");
            }
        }
        assert!(!steps.is_empty(), "{place}: no command");
        let (file, indent) = (file.to_owned(), indent.to_owned());
        blocks.push(Block { file, line: number + 1, indent, steps });
    }
    assert_eq!(blocks.len(), text.matches("```console").count(), "{}", file.display());
    blocks
}

/// Runs a block's commands; writes down what they print now, or fails if it is not what is shown.
fn check(block: &Block, overwrite: bool) -> Result<(), Failed> {
    let mut code = 0;
    for step in &block.steps {
        let printed = if step.command == "echo $?" {
            format!("{}\n", std::mem::take(&mut code))
        } else {
            let previous = std::mem::take(&mut code);
            fail_unless_shown(previous)?;
            if needs_python(&step.command) && testing::python().is_none() {
                return Ok(());
            }
            let printed;
            (printed, code) = execute(&step.command)?;
            if code != 0 && printed.contains(NO_SERVER) && env::var_os("REQUIRE_POSTGRES").is_none()
            {
                println!("{}: skipped: {NO_SERVER}", step.command);
                return Ok(());
            }
            printed
        };
        let (mut printed_steady, mut shown_steady) =
            (steady(&step.command, &printed), steady(&step.command, &step.shown));
        if is_lesson(&step.command) && step.shown.lines().any(|line| line == DOTS) {
            shown_steady = only(&shown_steady, |line| line != DOTS);
            printed_steady = only(&printed_steady, |line| shown_steady.lines().any(|l| l == line));
        }
        let same = Assert::new().try_eq(
            Some(&step.command),
            Data::text(printed_steady),
            Data::text(shown_steady),
        );
        match same {
            Err(_) if overwrite => rewrite(block, step, &printed)?,
            Err(error) => return Err(format!("{error}\nTo refresh: SNAPSHOTS=overwrite").into()),
            Ok(()) => {}
        }
    }
    fail_unless_shown(code)
}

/// Stands for any lines; in a lesson's set of lines, for all that are not shown.
const DOTS: &str = "...";

fn only(text: &str, keep: impl Fn(&str) -> bool) -> String {
    text.lines().filter(|line| keep(line)).map(|line| format!("{line}\n")).collect()
}

fn is_lesson(command: &str) -> bool {
    command.starts_with("cargo run") && command.contains("--example")
}

/// Output without what may vary. Two threads of a lesson may tell their events in another order, and
/// a heart may beat once more: the order is what each lesson's own test checks.
fn steady(command: &str, output: &str) -> String {
    let varying = varying();
    let steady: String = output.lines().map(|line| varying.redact(line) + "\n").collect();
    if !is_lesson(command) {
        return steady;
    }
    let lines: BTreeSet<&str> = steady.lines().collect();
    lines.into_iter().map(|line| format!("{line}\n")).collect()
}

fn fail_unless_shown(code: i32) -> Result<(), Failed> {
    if code == 0 {
        return Ok(());
    }
    Err(format!("exit code {code}, which is not shown: add `$ echo $?`").into())
}

fn needs_python(command: &str) -> bool {
    command.contains("python ")
}

/// What a command prints, on standard output and standard error, and its exit code.
fn execute(command: &str) -> Result<(String, i32), Failed> {
    let cargo = PathBuf::from(env::var_os("CARGO").expect("cargo runs the tests"));
    let folders = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
    let python = needs_python(command).then(testing::python).flatten();
    let first = [python.and_then(Path::parent), cargo.parent()];
    let first = first.into_iter().flatten().map(Path::to_owned);
    let path = first.chain(folders);
    let mut shell = Command::new("sh");
    // Cargo's words for this test: build scripts would run again for them.
    for name in testing::names_of_the_tested() {
        shell = shell.env_remove(name);
    }
    let output = shell
        .args(["-c", command])
        .current_dir(root())
        .env("PATH", env::join_paths(path)?)
        .env("CARGO_TERM_QUIET", "true")
        .env_remove("RUST_BACKTRACE")
        .timeout(LIMIT)
        .stderr_to_stdout()
        .output()?;
    let code = output.status.code();
    let code =
        code.ok_or_else(|| format!("{command}: ended by a signal, or after {LIMIT:?} not done"))?;
    Ok((String::from_utf8(output.stdout)?, code))
}

/// Writes below a command what it prints now.
fn rewrite(block: &Block, step: &Step, printed: &str) -> Result<(), Failed> {
    let place = block.file.display();
    let written = |output: &str| -> String {
        let lines = format!("$ {}\n{output}", step.command);
        let indented = lines.lines().map(|line| format!("{}{line}", block.indent));
        indented.map(|line| line.trim_end().to_owned() + "\n").collect()
    };
    let (text, old) = (fs::read_to_string(&block.file)?, written(&step.shown));
    assert!(text.contains(&old), "{place}: nobody has changed it meanwhile, or left spaces in it");
    fs::write(&block.file, text.replacen(&old, &written(printed), 1))?;
    println!("{place}: refreshed: {}", step.command);
    Ok(())
}
