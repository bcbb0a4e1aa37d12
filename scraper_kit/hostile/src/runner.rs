//! Runs a scraper's binary as its users do.

use std::env;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use scraper_kit::Outcome;

/// A run that takes longer than this hangs, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(600);

/// A scraper's command line.
pub struct Scraper(Command);

/// What a run left behind.
#[derive(Debug)]
pub struct Finished {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// A program with nothing around it that could change what it does, and its output in pipes: whoever runs
/// the tests may have any environment, and may ignore signals, as `nohup` does.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let program = program.as_ref();
    // What is ignored stays so in a child, and to change that takes unsafe code; env has it.
    let mut command =
        Command::new(if cfg!(target_os = "linux") { "env".as_ref() } else { program });
    if cfg!(target_os = "linux") {
        command.arg("--default-signal=HUP,INT,TERM").arg(program);
    }
    command.env_clear();
    // Where programs and temporary files are; Windows finds no network without SystemRoot.
    for name in ["PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot", "USERPROFILE"] {
        command.envs(env::var_os(name).map(|value| (name, value)));
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Cargo, at the root of the workspace, for a test that builds something.
///
/// # Panics
/// If it is not cargo that runs this test.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo runs the tests"));
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    // What `cargo test` says of the package to be tested: build scripts that look at it would run again.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
    cargo
}

impl Scraper {
    /// The binary at this path, run as [`command`] has it.
    pub fn new(binary: &str) -> Self {
        let mut command = command(binary);
        for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env(name, "http://127.0.0.1:1"); // scrapers ignore proxies: this one is dead
        }
        Self(command)
    }

    /// One more argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.0.arg(arg);
        self
    }

    /// More arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.0.args(args);
        self
    }

    /// Trusts the certificate authority in this PEM file, and no other.
    pub fn trust(mut self, ca: &Path) -> Self {
        self.0.env("SSL_CERT_FILE", ca);
        self
    }

    /// Starts it, with standard input to write to.
    pub fn spawn(mut self) -> Child {
        self.0.stdin(Stdio::piped()).spawn().expect("the scraper's binary is built")
    }

    /// Runs it to its end.
    pub fn run(self) -> Finished {
        self.run_with("")
    }

    /// Runs it to its end, with this on standard input.
    pub fn run_with(self, input: impl Into<Vec<u8>>) -> Finished {
        let mut child = self.spawn();
        let mut stdin = child.stdin.take().expect("it is piped");
        let input = input.into();
        thread::spawn(move || stdin.write_all(&input));
        Finished::wait(child)
    }
}

impl Finished {
    /// Runs a [`command`] to its end.
    ///
    /// # Panics
    /// If it cannot start, or does not end within ten minutes.
    pub fn run(command: &mut Command) -> Self {
        Self::wait(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// Waits for the end of a started program, reading whatever it still prints.
    ///
    /// # Panics
    /// If it does not end within ten minutes.
    pub fn wait(mut child: Child) -> Self {
        let stdout = child.stdout.take().map(read_to_end);
        let stderr = child.stderr.take().map(read_to_end);
        let started = std::time::Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("it is our child") {
                break status;
            }
            if started.elapsed() > PATIENCE {
                let _ = child.kill();
                panic!("a program hangs: it should have ended long ago");
            }
            thread::sleep(Duration::from_millis(5));
        };
        let join = |reader: Option<thread::JoinHandle<String>>| {
            reader.map_or_else(String::new, |reader| reader.join().expect("it only reads"))
        };
        Self { code: status.code(), stdout: join(stdout), stderr: join(stderr) }
    }

    /// The pages of a run with `-f json`, in the order of the list.
    ///
    /// # Panics
    /// If standard output is anything but JSON Lines of pages.
    pub fn pages(&self) -> Vec<Outcome> {
        let mut pages = self.pages_as_they_came();
        pages.sort_by_key(|page| page.index);
        pages
    }

    /// The same in the order in which they were done.
    ///
    /// # Panics
    /// If standard output is anything but JSON Lines of pages.
    pub fn pages_as_they_came(&self) -> Vec<Outcome> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        self.stdout.lines().map(parse).collect()
    }
}

fn read_to_end(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8(bytes).expect("it prints UTF-8")
    })
}
