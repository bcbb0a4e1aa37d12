//! Where async pays, and where it does not: waiting is shared, work is not.
//!
//!     cargo run -p hello_world --example when_async_pays -- [tokio|async-std|smol]
//!
//! Everything is done twice, as in Python:
//!
//!     for n in range(10): await work(n)                        # one by one
//!     await asyncio.gather(*(work(n) for n in range(10)))      # all at once, in one thread
//!
//! Requests, connections and timers are waited for, and waiting can be shared. Work cannot: it
//! takes as long in whatever order it is done, and gains only by threads, at most as many times as
//! there are cores. Files gain nothing here: epoll and kqueue, which report that a socket is ready,
//! report no files, so all three runtimes hand each call to a thread, and memory (the page cache)
//! answers it at once.

use std::hint::black_box;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use futures::future::join_all;
use hello_world::lesson::{self, sleep};
use tempfile::TempDir;

const MEGABYTE: &[u8] = &[0; 1_000_000];

fn main() -> ExitCode {
    lesson::run(
        "Where async pays, and where it does not: waiting is shared, work is not",
        [&on_tokio, &on_async_std, &on_smol],
        "async shares waiting, and not work; for work there are threads.",
    )
}

/// The comparisons. What depends on the runtime is given: how to `ask` a server, how to `save` a
/// file, and how to send work `elsewhere`, to a thread that may block.
async fn compare_all<T>(
    ask: impl AsyncFn(SocketAddr) -> io::Result<String>,
    save: impl AsyncFn(PathBuf) -> io::Result<()>,
    elsewhere: impl AsyncFn(u64) -> T,
) {
    let (far, near) = (server(Duration::from_millis(100)), server(Duration::from_millis(10)));
    let folder = TempDir::new().expect("a folder for temporary files");
    let file = |n: usize| folder.path().join(n.to_string());
    let rounds = calibrate();
    println!("{:36}{:>12}{:>13}{:>9}", "", "one by one", "all at once", "gain");
    compare("10 requests, answered after 100 ms", 10, async |_| ask(far).await).await;
    compare("100 connections, each for 10 ms", 100, async |_| ask(near).await).await;
    compare("10 waits of 100 ms", 10, async |_| sleep(0.1).await).await;
    compare("20 files of 1 MB", 20, async |n| save(file(n)).await).await;
    compare("8 pieces of work, 50 ms each", 8, async |_| work(rounds)).await;
    compare(&format!("the same, on threads ({} cores)", cores()), 8, async |_| {
        elsewhere(rounds).await
    })
    .await;
}

/// Does `work` for 0, 1, 2 … `times`: one by one, then all at once; and prints what that gained.
async fn compare<T>(what: &str, times: usize, work: impl AsyncFn(usize) -> T) {
    let start = Instant::now();
    for n in 0..times {
        work(n).await;
    }
    let one_by_one = start.elapsed().as_secs_f64();
    let start = Instant::now();
    join_all((0..times).map(async |n| work(n).await)).await;
    let at_once = start.elapsed().as_secs_f64();
    println!("{what:36}{one_by_one:10.2} s{at_once:11.2} s{:8.1}×", one_by_one / at_once);
}

#[tokio::main]
async fn on_tokio() {
    use tokio::io::AsyncReadExt;
    let ask = async |server| {
        let mut answer = String::new();
        let mut stream = tokio::net::TcpStream::connect(server).await?;
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    };
    let save = async |file| tokio::fs::write(file, MEGABYTE).await;
    let elsewhere = async |rounds| tokio::task::spawn_blocking(move || work(rounds)).await;
    compare_all(ask, save, elsewhere).await;
}

fn on_async_std() {
    use async_std::io::ReadExt;
    let ask = async |server| {
        let mut answer = String::new();
        let mut stream = async_std::net::TcpStream::connect(server).await?;
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    };
    let save = async |file| async_std::fs::write(file, MEGABYTE).await;
    let elsewhere = async |rounds| async_std::task::spawn_blocking(move || work(rounds)).await;
    async_std::task::block_on(compare_all(ask, save, elsewhere));
}

fn on_smol() {
    use smol::io::AsyncReadExt;
    let ask = async |server| {
        let mut answer = String::new();
        let mut stream = smol::net::TcpStream::connect(server).await?;
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    };
    let save = async |file: PathBuf| smol::fs::write(file, MEGABYTE).await;
    let elsewhere = async |rounds| smol::unblock(move || work(rounds)).await;
    smol::block_on(compare_all(ask, save, elsewhere));
}

/// A server that answers each connection after a while; with a thread for each, to be simple.
fn server(delay: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it has one");
    let answer = move |mut connection: TcpStream| {
        thread::sleep(delay);
        connection.write_all(b"Hello")
    };
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || answer(connection));
        }
    });
    address
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// How many rounds of `work` take this machine about 50 ms.
fn calibrate() -> u64 {
    let (start, mut rounds) = (Instant::now(), 0);
    while start.elapsed() < Duration::from_millis(50) {
        work(1000);
        rounds += 1000;
    }
    rounds
}

/// Work for the processor. `black_box` keeps the compiler from doing it in advance.
fn work(rounds: u64) -> u64 {
    (0..rounds).fold(0, |sum, n| black_box(sum ^ n).rotate_left(7))
}
