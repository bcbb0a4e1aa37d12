//! A guest goes away in the middle of an order: what becomes of the handler, the transaction, and the
//! connection that it had.
//!
//!     cargo run -p kitchen --example guest_goes_away
//!
//! In Python, FastAPI does not notice:
//!
//!     async with pool.acquire() as connection, connection.transaction():
//!         await connection.execute("INSERT INTO orders …")
//!         await connection.execute("UPDATE stock …")     # goes on, and is committed

use std::error::Error;
use std::time::{Duration, Instant};

use kitchen::{Kitchen, Limits, app};
use private_postgres::PrivatePostgres;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_postgres::{Client, NoTls};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let postgres = PrivatePostgres::start()?;
    let kitchen = Kitchen::open(postgres.config(), None, Limits::default()).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let routes = app(kitchen.clone());
    tokio::spawn(async { axum::serve(listener, routes).await });
    let mut connections = JoinSet::new();
    let (cook, connection) = postgres.config().connect(NoTls).await?;
    connections.spawn(run(connection));
    let (watcher, connection) = postgres.config().connect(NoTls).await?;
    connections.spawn(run(connection));

    let begun = Instant::now();
    let say = |event: &str| println!("{:6.2} s  {event}", begun.elapsed().as_secs_f64());
    cook.batch_execute("BEGIN; SELECT 1 FROM stock WHERE dish = 'eggs' FOR UPDATE").await?;
    say("the cook counts the eggs: their row is locked");
    let ann = order(port, "eggs").await?;
    wait_for(&watcher, "wait_event_type = 'Lock'", 1).await?;
    say("Ann's order of eggs is inserted, and waits for the eggs to be taken");
    sleep(Duration::from_millis(200)).await;
    drop(ann);
    say("Ann goes away; axum drops the handler, that drops the transaction");
    sleep(Duration::from_millis(200)).await;
    let still = count(&watcher, "wait_event_type = 'Lock'").await?;
    say(&format!("in PostgreSQL {still} statement still waits, with a ROLLBACK behind it"));
    let mut bob = order(port, "coffee").await?;
    let mut answer = [0; 12];
    bob.read_exact(&mut answer).await?;
    let status = String::from_utf8_lossy(&answer[9..]);
    say(&format!("Bob orders coffee, on a connection that answers: {status}"));
    cook.batch_execute("COMMIT").await?;
    wait_for(&watcher, "state <> 'idle'", 0).await?;
    say("the cook is done; the statement ends, and is rolled back");
    let orders = watcher.query("SELECT dish FROM orders", &[]).await?;
    let orders: Vec<&str> = orders.iter().map(|row| row.get(0)).collect();
    say(&format!("orders in the table: {orders:?}"));
    kitchen.close(Duration::from_secs(5)).await;
    drop((cook, watcher)); // their connections end, and before PostgreSQL does
    connections.join_all().await;
    Ok(())
}

/// Polls a connection to its end, and prints its error when it comes.
async fn run(connection: impl Future<Output = Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        eprintln!("PostgreSQL's connection: {error}");
    }
}

/// Sends an order; the answer can be read, or not.
async fn order(port: u16, dish: &str) -> Result<TcpStream, Box<dyn Error>> {
    let mut guest = TcpStream::connect(("127.0.0.1", port)).await?;
    let body = format!("{{\"dish\": \"{dish}\", \"count\": 1}}");
    let head = "POST /orders HTTP/1.1\r\nHost: kitchen\r\n";
    let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    guest.write_all(request.as_bytes()).await?;
    Ok(guest)
}

/// How many of the kitchen's connections are like this.
async fn count(watcher: &Client, which: &str) -> Result<i64, tokio_postgres::Error> {
    let activity = "FROM pg_stat_activity WHERE application_name = 'kitchen'";
    Ok(watcher.query_one(&format!("SELECT count(*) {activity} AND {which}"), &[]).await?.get(0))
}

async fn wait_for(watcher: &Client, which: &str, n: i64) -> Result<(), tokio_postgres::Error> {
    while count(watcher, which).await? != n {
        sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}
