//! What the kitchen's tests need of the machine: a PostgreSQL, a Python, something like MongoDB.
//!
//! Where it is missing the tests are skipped, with a message; with REQUIRE_POSTGRES=1 or
//! REQUIRE_PYTHON=1 that is a failure.
#![allow(dead_code)] // each test uses a part

use std::env;
use std::io::{Read, Seek, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use docs::measure::python as python_environment;
use private_postgres::PrivatePostgres;

/// How long a test waits for anything: far longer than a busy machine needs.
pub const LIMIT: Duration = Duration::from_secs(600);

/// What a future gives, if it does so in time.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let ended = tokio::time::timeout(LIMIT, future).await;
    ended.unwrap_or_else(|_| panic!("waited {LIMIT:?} for {what}"))
}

/// Waits until this is so; it is asked again and again.
pub async fn until(what: &str, so: impl AsyncFn() -> bool) {
    let asking = async {
        while !so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    within(what, asking).await;
}

/// A connection whose statements have a limit.
pub async fn connect(postgres: &PrivatePostgres) -> tokio_postgres::Client {
    let mut config = postgres.config();
    config.options(format!("-c statement_timeout={}", LIMIT.as_millis()));
    let connecting = config.connect(tokio_postgres::NoTls);
    let (client, connection) = within("a connection", connecting).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The first number that a query gives.
pub async fn number(client: &tokio_postgres::Client, query: &str) -> i64 {
    client.query_one(query, &[]).await.unwrap().get(0)
}

/// A client whose requests have a limit.
pub fn http() -> reqwest::Client {
    reqwest::Client::builder().timeout(LIMIT).build().unwrap()
}

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
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert_eq!(self.0.try_wait().unwrap(), None, "it ended");
            assert!(begun.elapsed() < LIMIT, "waited {LIMIT:?} for somebody to listen at {port}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for its end; returns whether it succeeded, and what it printed.
    pub fn output(command: &mut Command) -> (bool, String) {
        let (begun, mut printed) = (Instant::now(), tempfile::tempfile().unwrap());
        command.stdout(printed.try_clone().unwrap()).stderr(printed.try_clone().unwrap());
        let mut running = Self::start(command);
        let status = loop {
            if let Some(status) = running.0.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < LIMIT, "waited {LIMIT:?} for {command:?} to end");
            thread::sleep(Duration::from_millis(20));
        };
        let mut text = Vec::new();
        printed.rewind().unwrap();
        printed.read_to_end(&mut text).unwrap();
        (status.success(), String::from_utf8_lossy(&text).into_owned())
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

/// SecantusDB, which speaks MongoDB's protocol, and its port.
pub fn mongodb(python: &Path) -> (Running, u16) {
    let port = free_port();
    let mut server = Command::new(python);
    server.args(["-m", "secantus", "--storage-path", ":memory:", "--log-level", "ERROR", "--port"]);
    let mut server = Running::start(server.arg(port.to_string()).stdout(Stdio::null()));
    server.wait_for(port);
    (server, port)
}

/// The MongoDB at a port, as MONGODB_URI has it.
pub fn mongodb_uri(port: u16) -> String {
    format!("mongodb://127.0.0.1:{port}/?directConnection=true")
}
