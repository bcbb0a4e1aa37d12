//! tokio-postgres on each runtime's own sockets: it asks for a stream, and for somebody to poll it.
//!
//!     cargo run -p kitchen --example any_runtime
//!
//! In Python the event loop does that:
//!
//!     connection = await asyncpg.connect(host=folder)
//!     print(await connection.fetchval("SELECT 6 * 7"))

use std::error::Error;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use private_postgres::PrivatePostgres;
use tokio_postgres::{Client, NoTls};
use tokio_util::compat::FuturesAsyncReadCompatExt;

#[cfg(unix)]
fn main() -> Result<(), Box<dyn Error>> {
    let postgres = PrivatePostgres::start()?;
    println!("on tokio");
    on_tokio(&postgres)?;
    println!("on async-std");
    async_std::task::block_on(on_async_std(&postgres))?;
    println!("on smol");
    smol::block_on(on_smol(&postgres))
}

#[cfg(not(unix))]
fn main() {
    println!("the private PostgreSQL listens on a Unix socket alone");
}

#[cfg(unix)]
#[tokio::main(flavor = "current_thread")]
async fn on_tokio(postgres: &PrivatePostgres) -> Result<(), Box<dyn Error>> {
    let stream = tokio::net::UnixStream::connect(postgres.socket()).await?;
    let (client, connection) = postgres.config().connect_raw(stream, NoTls).await?;
    ask(&client, tokio::time::sleep(SHORT)).await?;
    tokio::spawn(run(connection));
    ask(&client, tokio::time::sleep(LONG)).await
}

// The other two have the traits of futures, and tokio-postgres asks for tokio's: `compat` turns one
// into the other. No tokio runs here.
#[cfg(unix)]
async fn on_async_std(postgres: &PrivatePostgres) -> Result<(), Box<dyn Error>> {
    let stream = async_std::os::unix::net::UnixStream::connect(postgres.socket()).await?;
    let (client, connection) = postgres.config().connect_raw(stream.compat(), NoTls).await?;
    ask(&client, async_std::task::sleep(SHORT)).await?;
    async_std::task::spawn(run(connection));
    ask(&client, async_std::task::sleep(LONG)).await
}

#[cfg(unix)]
async fn on_smol(postgres: &PrivatePostgres) -> Result<(), Box<dyn Error>> {
    let stream = smol::net::unix::UnixStream::connect(postgres.socket()).await?;
    let (client, connection) = postgres.config().connect_raw(stream.compat(), NoTls).await?;
    ask(&client, smol::Timer::after(SHORT)).await?;
    let _running = smol::spawn(run(connection)); // kept: dropped, it would be cancelled
    ask(&client, smol::Timer::after(LONG)).await
}

/// Polls a connection to its end, and prints its error: the task is not awaited.
async fn run(connection: impl Future<Output = Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        eprintln!("PostgreSQL's connection: {error}");
    }
}

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(60);

/// Asks, and waits until the timer says that it was long enough.
async fn ask<T>(client: &Client, timer: impl Future<Output = T>) -> Result<(), Box<dyn Error>> {
    let answer = pin!(client.query_one("SELECT 6 * 7 AS answer", &[]));
    match select(answer, pin!(timer)).await {
        Either::Left((row, _)) => println!("  6 * 7 = {}", row?.get::<_, i32>("answer")),
        Either::Right(_) => println!("  no answer: nobody polls the connection"),
    }
    Ok(())
}
