//! Each lesson, run on each runtime: the events that it tells, and their order.
//!
//! What the book shows of a lesson stands there alone: it is what the lesson has to tell. After a change,
//! `SNAPSHOTS=overwrite cargo test -p docs --test console` writes it anew.

mod as_shown;
mod backpressure;
mod blocking;
mod bridging;
mod by_hand;
mod cancellation;
mod crawl;
mod errors;
mod gather;
mod pace;
mod refused;
mod retry;
mod server;
mod shared_state;
mod streams;
mod sync_and_async;
mod ticks;
mod timeouts;
mod when_async_pays;
mod who_wakes_whom;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::thread;

use testing::{Finished, cargo, command};

/// The runtimes, by the names that a learner types.
const RUNTIMES: [&str; 3] = ["tokio", "async-std", "smol"];

/// Does this for each runtime, side by side: a lesson mostly waits.
fn on_each(check: impl Fn(&'static str) + Sync) {
    let check = &check;
    thread::scope(|scope| {
        for runtime in RUNTIMES {
            scope.spawn(move || check(runtime));
        }
    });
}

/// What the book shows of this lesson on one of the runtimes, with these lines where it shows three dots.
fn shown(lesson: &str, hidden: &[&[&str]]) -> Told {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src");
    let chapters = fs::read_dir(book).unwrap().map(|file| fs::read_to_string(file.unwrap().path()));
    let command = format!("```console\n$ cargo run -p hello_world --example {lesson} -- ");
    let block = chapters.into_iter().find_map(|chapter| {
        let chapter = chapter.unwrap().replace("\r\n", "\n");
        let (block, _) = chapter.split_once(&command)?.1.split_once("```")?;
        Some(block.to_owned())
    });
    let block = block.unwrap_or_else(|| panic!("the book does not show {lesson}"));
    let mut hidden = hidden.iter();
    let mut lines = Vec::new();
    for line in block.lines().skip(1) {
        match line {
            "..." => lines.extend(hidden.next().expect("the book hides more").iter().copied()),
            line => lines.push(line),
        }
    }
    assert_eq!(hidden.next(), None, "{lesson}: the book hides less");
    Told { lines: lines.into_iter().map(str::to_owned).collect() }
}

/// The lesson tells on each runtime what the book shows of one.
fn tells_the_same_on_each(lesson: &str, hidden: &[&[&str]]) {
    on_each(|runtime| tells(lesson, runtime, &shown(lesson, hidden)));
}

/// The lesson tells this on this runtime.
fn tells(lesson: &str, runtime: &str, expected: &Told) {
    let told = run_in_time(lesson, &[runtime], |told| told.events() == expected.events());
    assert_eq!(told.events(), expected.events(), "{runtime}, and what the book shows");
}

/// The lessons, by the names of their files.
fn lessons() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sources = files.filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    sources.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// The compiler refuses this example, as `says` has it: what it says is that a task holds across an
/// await what is not `Send`, and these words.
fn refuses(example: &str, words: &[&str], trap: &str, cures: &[&str]) {
    let usual = [
        "error: future cannot be sent between threads safely",
        "future is not `Send` as ", // this value is used across an await, or it awaits another
    ];
    says(example, &[&usual, words].concat(), trap, cures);
}

/// The compiler refuses this example, because of the lines that are the `trap`, and says these words;
/// with each of the cures in their place, it does not.
fn says(example: &str, words: &[&str], trap: &str, cures: &[&str]) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
    let source = fs::read_to_string(source).unwrap().replace("\r\n", "\n");
    let folder = tempfile::tempdir().unwrap();
    let compile = |source: &str| {
        let file = folder.path().join("example.rs");
        fs::write(&file, source).unwrap();
        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc.args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir"]);
        let output = rustc.arg(folder.path()).arg(file).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let (compiles, message) = compile(&source);
    assert!(!compiles);
    for words in words {
        assert!(message.contains(words), "{words}: {message}");
    }
    assert!(source.contains(trap), "{trap}");
    for cure in cures {
        let (compiles, message) = compile(&source.replace(trap, cure));
        assert!(compiles, "{cure}: {message}");
    }
}

/// A lesson's program, as `cargo run --example` would start it.
fn lesson(name: &str) -> Command {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        // `cargo test` has built them already, but `cargo test --test lessons` has not. Not with
        // --package: of all default members, cargo chooses the dependencies' features as before.
        let mut cargo = cargo();
        cargo.args(["build", "--quiet", "--examples"]);
        cargo.args((!cfg!(debug_assertions)).then_some("--release"));
        assert!(cargo.status().unwrap().success(), "cargo build fails");
    });
    let folder = Path::new(env!("CARGO_BIN_EXE_hello_world")).parent().unwrap().join("examples");
    command(folder.join(name))
}

/// What a lesson printed on standard output.
struct Told {
    lines: Vec<String>,
}

/// Runs a lesson to its end, which must be a good one.
fn run(name: &str, args: &[&str]) -> Told {
    let Finished { code, stdout, stderr } = Finished::run(lesson(name).args(args));
    assert_eq!(code, Some(0), "{name} {args:?}:\n{stdout}\n{stderr}");
    assert_eq!(stderr, "", "{name} {args:?}: nothing to complain of");
    for line in stdout.lines() {
        assert!(line.chars().count() <= 80, "{name} {args:?}: wider than a terminal: {line}");
    }
    Told { lines: stdout.lines().map(str::to_owned).collect() }
}

/// Runs a lesson again, twice at most, until it goes as `expected`: a busy machine may upset what
/// is a matter of time.
fn run_in_time(name: &str, args: &[&str], expected: impl Fn(&Told) -> bool) -> Told {
    let mut told = run(name, args);
    for _ in 0..2 {
        if expected(&told) {
            break;
        }
        told = run(name, args);
    }
    told
}

impl Told {
    /// The same with other words, each pair of which is those that are there, and those in their place.
    fn in_other_words(mut self, pairs: &[(&str, &str)]) -> Self {
        for (there, instead) in pairs {
            let before = self.lines.clone();
            self.lines.iter_mut().for_each(|line| *line = line.replace(there, instead));
            assert!(there == instead || before != self.lines, "{there:?} is not shown");
        }
        self
    }

    /// The lines without their times, and without the sentence at the end.
    fn events(&self) -> Vec<&str> {
        let lines = self.lines.iter().take_while(|line| !line.starts_with("Learned: "));
        lines.map(|line| event(line)).filter(|line| !line.is_empty()).collect()
    }

    /// The number of the line with this event.
    fn position(&self, wanted: &str) -> usize {
        let found = self.lines.iter().position(|line| event(line) == wanted);
        found.unwrap_or_else(|| panic!("{wanted:?} is not told: {:#?}", self.lines))
    }

    /// When an event was printed, in seconds since its step began.
    fn seconds(&self, wanted: &str) -> f64 {
        self.lines[self.position(wanted)][..6].trim().parse().unwrap()
    }
}

/// A line without its time: `  0.50 s  water boils`.
fn event(line: &str) -> &str {
    let is_time = |start: &str| start.trim().parse::<f64>().is_ok();
    match line.split_once(" s  ") {
        Some((start, event)) if is_time(start) => event,
        _ => line,
    }
}

#[test]
fn without_a_runtime_all_three_run_and_the_sentence_comes_once() {
    let told = run("laziness", &[]);
    for runtime in RUNTIMES {
        assert_eq!(
            told.lines.iter().filter(|line| **line == format!("--- {runtime} ---")).count(),
            1
        );
    }
    let learned: Vec<&String> =
        told.lines.iter().filter(|line| line.starts_with("Learned: ")).collect();
    assert_eq!(learned.len(), 1);
}

#[test]
fn help_says_in_one_line_what_the_lesson_shows() {
    for name in &lessons() {
        let told = run(name, &["--help"]);
        assert!(told.lines[0].len() > 20 && told.lines[1].is_empty(), "{name}: {:?}", told.lines);
        for runtime in RUNTIMES {
            let value = format!("- {runtime}: ");
            assert!(told.lines.iter().any(|line| line.contains(&value)), "{name}: {value}");
        }
    }
}

#[test]
fn bad_input_gets_a_usage_error_that_names_the_valid_values() {
    for name in &lessons() {
        let run = Finished::run(lesson(name).arg("mars"));
        assert_eq!((run.code, &run.stdout[..]), (Some(2), ""), "{name}: {run:?}");
        let values = "[possible values: tokio, async-std, smol]";
        assert!(run.stderr.contains(values), "{name}: {}", run.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_a_lesson_quietly() {
    for args in [&[][..], &["smol"]] {
        let mut child = lesson("laziness").args(args).spawn().unwrap();
        drop(child.stdout.take());
        let run = Finished::wait(child);
        assert_eq!((run.code, &run.stderr[..]), (Some(0), ""), "{args:?}");
    }
}
