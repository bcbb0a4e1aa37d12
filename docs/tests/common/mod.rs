//! The workspace's programs, for tests that run them; and limits for whatever they wait for.

#![allow(dead_code, reason = "each test needs some of it")]

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// Longer than anything takes that a test waits for, on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(600);

/// The same where cargo may have all of the workspace to build.
const PATIENCE_TO_BUILD: Duration = Duration::from_secs(3600);

/// Does something that may take so long, and says what it was if it takes longer.
pub fn within<T: Send + 'static>(
    limit: Duration,
    what: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (done, result) = mpsc::channel();
    thread::spawn(move || done.send(catch_unwind(AssertUnwindSafe(work))));
    let result = result.recv_timeout(limit);
    let result = result.unwrap_or_else(|_| panic!("waited {} s for {what}", limit.as_secs()));
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

/// The first of a program's lines that this makes something of; `None` if there is no such line. The rest is
/// left unread.
pub fn line<T: Send + 'static>(
    what: &str,
    output: impl Read + Send + 'static,
    find: impl FnMut(String) -> Option<T> + Send + 'static,
) -> Option<T> {
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    within(PATIENCE, what, move || lines.find_map(find))
}

/// Looks until this is so.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let step = Duration::from_millis(20);
    for _ in 0..PATIENCE.as_millis() / step.as_millis() {
        if is_so() {
            return;
        }
        thread::sleep(step);
    }
    panic!("waited {} s for {what}", PATIENCE.as_secs());
}

/// target/, where this test is built.
pub fn target() -> PathBuf {
    let docs = Path::new(env!("CARGO_BIN_EXE_docs"));
    docs.ancestors().nth(2).expect("target/debug/docs").to_owned()
}

/// Cargo, at the root of the workspace, building into the folder where this test was built.
pub fn cargo() -> Command {
    let mut cargo = testing::cargo();
    cargo.env("CARGO_TARGET_DIR", target()).stdin(Stdio::null());
    cargo
}

/// A program of the workspace, built as this test was.
pub fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        // As `cargo test` selects them, the default members and the others: then cargo chooses the
        // dependencies' features as it did there, and there is nothing left to build.
        for selection in [&[][..], &["-p", "docs", "-p", "kitchen", "-p", "scraper_http_tokio"]] {
            let mut cargo = cargo();
            cargo.args(["build", "--quiet", "--bins", "--examples"]).args(selection);
            cargo.args((!cfg!(debug_assertions)).then_some("--release"));
            let built = within(PATIENCE_TO_BUILD, "cargo build", move || cargo.status());
            assert!(built.unwrap().success(), "cargo build fails");
        }
    });
    let docs = Path::new(env!("CARGO_BIN_EXE_docs"));
    docs.with_file_name(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// What a build says, in JSON.
pub fn messages(mut build: Command) -> Vec<Value> {
    build.args(["--message-format", "json"]);
    let output = within(PATIENCE_TO_BUILD, "cargo to build", move || build.output());
    let lines = String::from_utf8_lossy(&output.expect("cargo is there").stdout).into_owned();
    lines.lines().map(|line| serde_json::from_str(line).expect("cargo prints JSON")).collect()
}

/// For rustc, which builds what is none of cargo's targets: the libraries that cargo has built.
pub fn libraries(messages: &[Value]) -> Vec<String> {
    let mut arguments = Vec::new();
    for message in messages {
        let strings = |key: &str| {
            let values = message[key].as_array().into_iter().flatten();
            values.filter_map(Value::as_str).collect::<Vec<_>>()
        };
        for path in strings("linked_paths") {
            arguments.extend(["-L".to_owned(), path.to_owned()]);
        }
        for library in strings("filenames").into_iter().filter(|name| name.ends_with(".rlib")) {
            let name = message["target"]["name"].as_str().expect("a target has a name");
            arguments
                .extend(["--extern".to_owned(), format!("{}={library}", name.replace('-', "_"))]);
            let folder = Path::new(library).parent().expect("a file has a folder").display();
            arguments.extend(["-L".to_owned(), format!("dependency={folder}")]);
        }
    }
    arguments
}

/// Builds what is none of cargo's targets, on these libraries, beside its source: the program, or its tests.
pub fn rustc(source: &Path, libraries: &[String], tests: bool) -> PathBuf {
    let program = source.with_extension(env::consts::EXE_EXTENSION);
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2024", "--crate-name", "tried"]).args(tests.then_some("--test"));
    rustc.env("CARGO_PKG_NAME", "tried").env("CARGO_PKG_VERSION", "0.0.0");
    let built = rustc.args(libraries).arg("-o").arg(&program).arg(source).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    program
}
