//! What the kitchen's tests need of the machine: a PostgreSQL, a Python, something like MongoDB.
//!
//! Where it is missing the tests are skipped, with a message; with REQUIRE_POSTGRES=1 or
//! REQUIRE_PYTHON=1 that is a failure. And what they ask of both services.
#![allow(dead_code)] // each test uses a part

use std::net::{Ipv4Addr, TcpListener, TcpStream as BlockingStream};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use private_postgres::PrivatePostgres;
use serde_json::json;
use testing::{Running, command, or_skip};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_postgres::Client;

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
pub async fn connect(postgres: &PrivatePostgres) -> Client {
    let mut config = postgres.config();
    config.options(format!("-c statement_timeout={}", LIMIT.as_millis()));
    let connecting = config.connect(tokio_postgres::NoTls);
    let (client, connection) = within("a connection", connecting).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The first number that a query gives.
pub async fn number(client: &Client, query: &str) -> i64 {
    client.query_one(query, &[]).await.unwrap().get(0)
}

/// Waits until a query gives this number.
pub async fn until_number(client: &Client, query: &str, expected: i64) {
    let what = format!("{expected} from {query}");
    until(&what, async || number(client, query).await == expected).await;
}

/// Takes a lock on the eggs, so that orders of them stop in the middle.
pub async fn hold_the_eggs(client: &Client) {
    let hold = "BEGIN; SELECT 1 FROM stock WHERE dish = 'eggs' FOR UPDATE";
    client.batch_execute(hold).await.unwrap();
}

/// Sends an order of eggs from a socket that can be closed.
pub async fn send_order(port: u16) -> TcpStream {
    let mut guest = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    let order = json!({ "dish": "eggs", "count": 1 }).to_string();
    let head = "POST /orders HTTP/1.1\r\nHost: kitchen\r\nContent-Type: application/json\r\n";
    let request = format!("{head}Content-Length: {}\r\n\r\n{order}", order.len());
    guest.write_all(request.as_bytes()).await.unwrap();
    guest
}

/// A client whose requests have a limit.
pub fn http() -> reqwest::Client {
    reqwest::Client::builder().timeout(LIMIT).build().unwrap()
}

/// A server of one's own.
pub fn postgres() -> Option<PrivatePostgres> {
    or_skip(PrivatePostgres::start(), "REQUIRE_POSTGRES")
}

/// Waits until this program listens at this port.
pub fn wait_for(program: &mut Running, port: u16) {
    let begun = Instant::now();
    while BlockingStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert_eq!(program.0.try_wait().unwrap(), None, "it ended");
        assert!(begun.elapsed() < LIMIT, "waited {LIMIT:?} for somebody to listen at {port}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A port that is free, and, so we hope, stays so for a while.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// SecantusDB, which speaks MongoDB's protocol, and its port.
pub fn mongodb(python: &Path) -> (Running, u16) {
    let port = free_port();
    let mut server = command(python);
    server.args(["-m", "secantus", "--storage-path", ":memory:", "--log-level", "ERROR", "--port"]);
    server.arg(port.to_string()).stdout(Stdio::null()).stderr(Stdio::inherit());
    let mut server = Running::start(&mut server);
    wait_for(&mut server, port);
    (server, port)
}

/// The MongoDB at a port, as MONGODB_URI has it.
pub fn mongodb_uri(port: u16) -> String {
    format!("mongodb://127.0.0.1:{port}/?directConnection=true")
}
