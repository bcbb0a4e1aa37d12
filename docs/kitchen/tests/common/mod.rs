//! What the kitchen's tests need of the machine: a PostgreSQL, a Python, something like MongoDB.
//!
//! Where it is missing the tests are skipped, with a message; with REQUIRE_POSTGRES=1 or
//! REQUIRE_PYTHON=1 that is a failure.
#![allow(dead_code)] // each test uses a part

use std::env;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use docs::measure::python as python_environment;
use kitchen::private_postgres::PrivatePostgres;

fn skip(variable: &str, reason: &str) {
    static SAID: OnceLock<()> = OnceLock::new();
    assert!(env::var_os(variable).is_none(), "{reason}");
    SAID.get_or_init(|| {
        // Not eprintln, which a test that passes keeps to itself.
        _ = writeln!(std::io::stderr(), "not all of the kitchen is tested: {reason}");
    });
}

/// A server of one's own.
pub fn postgres() -> Option<PrivatePostgres> {
    PrivatePostgres::start().map_err(|reason| skip("REQUIRE_POSTGRES", &reason)).ok()
}

/// An interpreter with what the twins need.
pub fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| {
        let program = Path::new(env!("CARGO_BIN_EXE_kitchen"));
        let target = program.ancestors().nth(2).expect("target/debug/kitchen");
        let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python/requirements.txt");
        let found = python_environment::find(target, &requirements);
        found.map_err(|reason| skip("REQUIRE_PYTHON", &reason)).ok()
    });
    found.as_deref()
}

/// A program that is ended with the test.
pub struct Running(Child);

impl Running {
    pub fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).spawn().unwrap())
    }

    /// Waits until somebody listens at this port.
    pub fn wait_for(&mut self, port: u16) {
        for _ in 0..6000 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return;
            }
            assert_eq!(self.0.try_wait().unwrap(), None, "it ended");
            thread::sleep(Duration::from_millis(20));
        }
        panic!("nobody listens at port {port}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// A port that is free, and, so we hope, stays so for a while.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// SecantusDB, which speaks MongoDB's protocol, and its URI.
pub fn mongodb(python: &Path) -> (Running, String) {
    let port = free_port();
    let mut server = Command::new(python);
    server.args(["-m", "secantus", "--storage-path", ":memory:", "--log-level", "ERROR", "--port"]);
    let mut server = Running::start(server.arg(port.to_string()).stdout(Stdio::null()));
    server.wait_for(port);
    (server, format!("mongodb://127.0.0.1:{port}/?directConnection=true"))
}
