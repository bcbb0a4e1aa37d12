//! Runs programs as their users do, for the tests of all packages and for what measures them.

pub mod environment;

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

/// A run that takes longer than this hangs, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(600);

/// A program with nothing around it that could change what it does, and its output in pipes: the tests
/// may be run in any environment, and with signals ignored, as by `nohup`.
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

/// What `cargo test` says of the package to be tested: build scripts that look at it would run again, and
/// much would be built again with them.
pub fn names_of_the_tested() -> impl Iterator<Item = OsString> {
    env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    })
}

/// Cargo, at the root of the workspace, for a test that builds something.
///
/// # Panics
/// If it is not cargo that runs this test.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo runs the tests"));
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    for name in names_of_the_tested() {
        cargo.env_remove(name);
    }
    cargo
}

/// What a test needs of the machine. Where it is not there, the test is to be skipped, which is said once;
/// with this variable set, such as REQUIRE_PYTHON=1, that is a failure.
///
/// # Panics
/// With the reason, if the variable is set.
pub fn or_skip<T>(found: Result<T, String>, variable: &str) -> Option<T> {
    static SAID: OnceLock<()> = OnceLock::new();
    let skip = |reason: String| {
        assert!(env::var_os(variable).is_none(), "{reason}");
        SAID.get_or_init(|| {
            // Not eprintln, which a test that passes keeps to itself.
            _ = writeln!(io::stderr(), "not everything is tested: {reason}");
        });
    };
    found.map_err(skip).ok()
}

/// A Python with what the twins need, or `None` where there is none and none can be made: see [`or_skip`].
///
/// # Panics
/// Where there is none, and REQUIRE_PYTHON is set.
pub fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| {
        let test = env::current_exe().map_err(|error| error.to_string())?;
        let target = test.ancestors().nth(3).expect("target/debug/deps/test");
        let twins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/python");
        environment::find(target, &twins.join("requirements.txt"))
    });
    or_skip(found.as_deref().map_err(Clone::clone), "REQUIRE_PYTHON")
}

/// A started program, which is ended with the test.
#[derive(Debug)]
pub struct Running(pub Child);

impl Running {
    /// Starts it.
    ///
    /// # Panics
    /// If it cannot start.
    pub fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

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
}

fn read_to_end(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8(bytes).expect("it prints UTF-8")
    })
}
