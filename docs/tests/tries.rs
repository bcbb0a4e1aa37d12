//! What the book asks its reader to try does what the book says.
//!
//!     cargo test -p docs --test tries
//!
//! A *Try* that changes a program says "in `FILE` …, replace `A` by `B`". The test reads that from the
//! chapter, and builds the changed file. The chapters' commands are run, or stand in a test that runs them.

#![cfg(unix)] // Ctrl-C is a signal

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::{cargo, libraries, messages, rustc, target};
use regex::Regex;
use tempfile::TempDir;
use testing::{Finished, Running, command, names_of_the_tested};

/// Longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(60);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn chapter(name: &str) -> String {
    let file = root().join(format!("docs/src/{name}.md"));
    fs::read_to_string(file).unwrap().replace("\r\n", "\n")
}

/// The section "Try" of a chapter, a paragraph a line.
fn tries(name: &str) -> String {
    let chapter = chapter(name);
    let (_, section) = chapter.split_once("\n## Try\n").unwrap_or_default();
    let (section, _) = section.split_once("\n## ").unwrap_or((section, ""));
    section.replace("\n  ", " ")
}

/// The text of `file` with what a chapter's Try replaces in it.
fn changed(name: &str, file: &str) -> String {
    let tries = tries(name);
    let (_, after) = tries.split_once(&format!("`{file}`")).expect("a Try names the file");
    let replace = Regex::new("replace `([^`]+)` by `([^`]+)`").unwrap();
    let found = replace.captures(after).expect("and says what to replace");
    let text = fs::read_to_string(root().join(file)).unwrap();
    assert!(text.contains(&found[1]), "{file}: there is no {}", &found[1]);
    text.replace(&found[1], &found[2])
}

/// Builds this main file of a package, with what stands beside it, by the libraries that cargo has built for
/// the package.
fn build(package: &str, args: &[&str], source: &str, beside: Option<&str>) -> (TempDir, PathBuf) {
    let mut cargo = cargo();
    cargo.args(["build", "--quiet", "-p", package]).args(args);
    let libraries = libraries(&messages(cargo));
    let folder = tempfile::tempdir().unwrap();
    if let Some(file) = beside {
        fs::copy(root().join(file), folder.path().join(Path::new(file).file_name().unwrap()))
            .unwrap();
    }
    let main = folder.path().join("main.rs");
    fs::write(&main, source).unwrap();
    let program = rustc(&main, &libraries, false);
    (folder, program)
}

/// What a lesson prints on one runtime, changed as a chapter's Try says.
fn lesson(name: &str, lesson: &str, runtime: &str) -> String {
    let source = changed(name, &format!("hello_world/examples/{lesson}.rs"));
    let (_folder, program) = build("hello_world", &["--example", lesson], &source, None);
    Finished::run(command(program).arg(runtime)).stdout
}

#[test]
fn a_hang_mended_too_early_leaves_one_run_that_hangs() {
    let printed = lesson("advantages-and-drawbacks", "hang", "tokio");
    let ends: Vec<_> = printed
        .lines()
        .filter_map(|line| match line {
            _ if line.contains("we give up: it hangs") => Some("hangs"),
            _ if line.contains("the channel is closed") => Some("ends"),
            _ => None,
        })
        .collect();
    assert_eq!(ends, ["ends", "hangs", "ends"], "{printed}");
}

#[test]
fn without_compat_a_tokio_library_finds_no_tokio() {
    let printed = lesson("libraries", "bridging", "smol");
    assert_eq!(printed.matches("caught: it looked for a running tokio").count(), 4, "{printed}");
    let works = printed.matches("it works").count();
    assert_eq!(works, 2, "smol's own, and after runtime.enter(): {printed}");
}

/// A scraper whose page is asked for, and does not come until it is sent; ends with the test.
struct Waiting {
    scraper: Running,
    page: std::net::TcpStream,
}

impl Waiting {
    fn start(scraper: &Path) -> Self {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", server.local_addr().unwrap());
        let scraper = Running::start(Command::new(scraper).arg(url).stdout(Stdio::null()));
        let (page, _) = server.accept().unwrap();
        Self { scraper, page }
    }

    fn interrupt(&self) {
        let mut kill = Command::new("kill");
        kill.args(["-INT", &self.scraper.0.id().to_string()]);
        assert!(kill.status().unwrap().success());
    }

    fn wait(&mut self, limit: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < limit {
            if self.scraper.0.try_wait().unwrap().is_some() {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

#[test]
fn a_detached_task_outlives_ctrl_c_and_one_that_is_aborted_does_not() {
    let mut cargo = cargo();
    assert!(cargo.args(["build", "--quiet", "-p", "scraper_tokio"]).status().unwrap().success());
    let mut usual = Waiting::start(&target().join("debug/scraper_tokio"));
    usual.interrupt();
    assert!(usual.wait(LIMIT), "it ends, and its page has not come");

    let source = changed("choosing-a-runtime", "scraper_tokio/src/main.rs");
    let client = Some("scraper_tokio/src/client.rs");
    let (_folder, program) = build("scraper_tokio", &[], &source, client);
    let mut detached = Waiting::start(&program);
    detached.interrupt();
    assert!(!detached.wait(Duration::from_secs(2)), "it waits for the page");
    let page = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    detached.page.write_all(page).unwrap();
    assert!(detached.wait(LIMIT), "the page has come");
}

/// Each Try that replaces something is done above.
#[test]
fn no_try_that_replaces_something_is_left_out() {
    let mut replacing = BTreeSet::new();
    for entry in fs::read_dir(root().join("docs/src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let count = tries(&name).matches("replace `").count();
        if count > 0 {
            replacing.insert((name, count));
        }
    }
    let done = ["advantages-and-drawbacks", "choosing-a-runtime", "libraries"];
    assert_eq!(replacing, done.map(|name| (name.to_owned(), 1)).into());
}

/// How a command is known to work.
enum By {
    /// It is run here, and its output has this in it.
    Output(&'static str),
    /// This file runs it, and has this in it.
    File(&'static str, &'static str),
    /// A name for something, and not to be typed.
    Name,
}
use By::{File, Name, Output};

const SCRAPERS: &str = "for example in scraper_tokio scraper_async_std scraper_smol";

const COMMANDS: &[(&str, By)] = &[
    ("cargo install rustlings", File(".ci/run", "cargo install rustlings")),
    ("cd docs/exercises", File(".ci/run", "cd docs/exercises")),
    ("rustlings", File(".ci/run", "rustlings dev check")),
    ("cargo run -p NAME", Name),
    ("cargo run", Name),
    ("cargo test", File(".ci/run", "step cargo test\n")),
    ("cargo build", Name),
    ("cargo sqlx prepare", Name),
    ("cargo test -p exercises --bin nobody_awaits", File("docs/tests/exercises.rs", "--bin")),
    ("cargo run -p scraper_tokio -- -c 1", Output("3 pages in ")),
    ("cargo run -p scraper_smol", File(".ci/run", SCRAPERS)),
    ("cargo run -p scraper_async_std", File(".ci/run", SCRAPERS)),
    ("cargo run -p hello_world --example", Output("laziness")),
    ("cargo run -p hello_world -- smol --tasks 100000", Output("100000")),
    ("RUST_BACKTRACE=1 cargo run -p hello_world --example errors -- smol", Output("errors.rs:")),
    ("python -m asyncio pstree", Name),
    ("python -m asyncio pstree PID", Name),
    ("cargo tree -p scraper_async_std -e normal -i async-std", Output("surf v")),
    ("cargo tree -p scraper_async_std -e normal -i tokio", Output("hyper v")),
    ("cargo tree -p scraper_smol -e normal -i tokio", Output("hyper v")),
    ("cargo tree -i async-std", Output("async-std v")),
    ("cargo tree -i async-std --depth 2", Output("async-std v")),
    (
        "cargo run -p scraper_kit --bin practice_site -- --port 8000",
        File("docs/tests/twins.rs", "practice_site"),
    ),
    (
        "cargo run -p scraper_tokio -- \"http://127.0.0.1:8000/page/1?delay_ms=8000\"",
        File("docs/tests/tries.rs", "fn interrupt"),
    ),
    ("cargo run -p kitchen", File("docs/kitchen/tests/twin.rs", "CARGO_BIN_EXE_kitchen")),
    (
        "cargo run -p kitchen --example http_client",
        Output("a proxy    GET http://kitchen.example/"),
    ),
    (
        "pip install docs/python/rust_cook",
        File("docs/tests/twins.rs", "docs().join(\"python/rust_cook\")"),
    ),
];

const CHAPTERS: [&str; 9] = [
    "start",
    "advantages-and-drawbacks",
    "when-async-pays",
    "choosing-a-runtime",
    "libraries",
    "what-differs",
    "best-practices",
    "more-than-one-machine",
    "from-python",
];

/// The commands of a chapter: in blocks of `sh`, and in the text.
fn commands(chapter: &str) -> BTreeSet<String> {
    let block = Regex::new(r"(?ms)^ *```(\w+)\n(.*?)^ *```").unwrap();
    let mut commands = BTreeSet::new();
    for found in block.captures_iter(chapter).filter(|found| &found[1] == "sh") {
        commands.extend(found[2].lines().map(|line| line.trim().to_owned()));
    }
    let text = block.replace_all(chapter, "");
    let inline =
        Regex::new(r"`((?:[A-Z_]+=\S+ )*(?:cargo|git|pip|python|maturin) [^`]+)`").unwrap();
    let spaces = |command: &str| command.split_whitespace().collect::<Vec<_>>().join(" ");
    commands.extend(inline.captures_iter(&text).map(|found| spaces(&found[1])));
    commands
}

#[test]
fn each_command_of_these_chapters_is_run() {
    let shown: BTreeSet<String> =
        CHAPTERS.iter().flat_map(|name| commands(&chapter(name))).collect();
    let known: BTreeSet<String> =
        COMMANDS.iter().map(|(command, _)| (*command).to_owned()).collect();
    assert_eq!(shown, known, "what is shown, and what is run");
    for (command, by) in COMMANDS {
        match by {
            Name => {}
            File(file, part) => {
                let text = fs::read_to_string(root().join(file)).unwrap();
                assert!(text.contains(part), "{command}: {file} does not run it");
            }
            Output(part) => {
                let mut shell = Command::new("sh");
                for name in names_of_the_tested() {
                    shell.env_remove(name);
                }
                shell.env("CARGO_TARGET_DIR", target());
                shell.args(["-c", &format!("{command} 2>&1")]).current_dir(root());
                let output = shell.env("CARGO_TERM_QUIET", "true").output().unwrap();
                let printed = String::from_utf8_lossy(&output.stdout);
                assert!(printed.contains(part), "{command}: {printed}");
            }
        }
    }
}
