//! The other side: a server that takes a few at a time, limits each wait, and ends well.
//!
//!     cargo run -p hello_world --example server -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     server = await asyncio.start_server(attend, "127.0.0.1", 0)   # a task for each, no limit
//!     await closing.wait()
//!     server.close()                                # accepts no more
//!     try:
//!         async with asyncio.timeout(0.3):
//!             await server.wait_closed()            # since 3.12 waits for all connections
//!     except TimeoutError:
//!         server.close_clients()                    # since 3.13; abort_clients() writes no more
//!
//! asyncio spawns the tasks, and goes on after an accept that fails. Here you write the loop.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures::channel::mpsc;
use futures::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use futures::stream::{FuturesUnordered, StreamExt};
use hello_world::lesson::{self, say, sleep, step};
use tokio::select; // of it the macro alone, which needs no runtime

fn main() -> ExitCode {
    lesson::run(
        "The other side: a limit, a slow client, a failing accept, and a graceful end",
        [&on_tokio, &on_async_std, &on_smol],
        "bound how many and how long, go on after errors, await the last ones.",
    )
}

const PLACES: usize = 2;
const ORDER_WITHIN: f64 = 0.5; // seconds
const LEAVE_WITHIN: f64 = 0.3;

/// Reads a dish's name in a line, and serves it in a line.
async fn attend(guest: impl AsyncRead + AsyncWrite) -> io::Result<()> {
    let (reader, mut writer) = guest.split();
    let mut line = String::new();
    let mut reader = BufReader::new(reader.take(100)); // and no endless line
    select! {
        read = reader.read_line(&mut line) => read?,
        () = sleep(ORDER_WITHIN) => return Err(io::ErrorKind::TimedOut.into()),
    };
    sleep(0.2).await;
    let write = async {
        writer.write_all(line.as_bytes()).await?;
        writer.flush().await
    };
    select! {
        written = write => written,
        () = sleep(LEAVE_WITHIN) => Err(io::ErrorKind::TimedOut.into()), // a guest who does not read
    }
}

/// The next guest. An accept that fails is no reason to close; to try again without a pause would
/// keep the processor busy.
async fn next_guest<G>(accept: impl AsyncFn() -> io::Result<(G, SocketAddr)>) -> G {
    loop {
        match accept().await {
            Ok((guest, _)) => return guest,
            Err(error) => say(format!("accept: {error}")),
        }
        sleep(0.1).await;
    }
}

/// Accepts guests until closing time, and spawns a task for each; then waits a while for the tasks,
/// and returns the handles of those that still run. (On tokio a JoinSet, in place of the
/// FuturesUnordered, would spawn and cancel them, too.)
async fn serve<Guest, Task: Future>(
    accept: impl AsyncFn() -> io::Result<(Guest, SocketAddr)>,
    spawn: impl Fn(Guest) -> Task,
    evening: &mut mpsc::Receiver<()>,
) -> FuturesUnordered<Task> {
    let mut attended = FuturesUnordered::new();
    loop {
        select! {
            guest = next_guest(&accept), if attended.len() < PLACES => attended.push(spawn(guest)),
            Some(_) = attended.next() => {} // one has left: there is a place
            _ = evening.next() => break, // closing time
        }
    }
    drop(accept); // with its listener: connections that still wait in the queue are reset
    let all_leave = async { while attended.next().await.is_some() {} };
    select! {
        () = all_leave => {}
        () = sleep(LEAVE_WITHIN) => {}
    }
    say(format!("still here after {LEAVE_WITHIN} s: {}", attended.len()));
    attended
}

#[tokio::main]
async fn on_tokio() {
    use tokio::net::{TcpListener, TcpStream};
    use tokio_util::compat::TokioAsyncReadCompatExt;

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has ports");
    let mut evening = guests(listener.local_addr().expect("a listener has an address"));
    let accept = async move || listener.accept().await;
    let spawn = |guest: TcpStream| tokio::spawn(attend(guest.compat())); // tokio has its own traits
    for task in serve(accept, spawn, &mut evening).await {
        task.abort();
        let _ = task.await;
    }
    evening.next().await; // the guests are gone
}

fn on_async_std() {
    use async_std::net::TcpListener;
    use async_std::task;

    task::block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has ports");
        let mut evening = guests(listener.local_addr().expect("a listener has an address"));
        let accept = async move || listener.accept().await;
        let spawn = |guest| task::spawn(attend(guest));
        for task in serve(accept, spawn, &mut evening).await {
            task.cancel().await;
        }
        evening.next().await;
    });
}

fn on_smol() {
    use smol::net::TcpListener;

    smol::block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has ports");
        let mut evening = guests(listener.local_addr().expect("a listener has an address"));
        let accept = async move || listener.accept().await;
        let spawn = |guest| smol::spawn(attend(guest));
        drop(serve(accept, spawn, &mut evening).await); // cancels what is left
        evening.next().await;
    });
}

/// The guests of an evening, on threads of their own. A message says that it is closing time, as
/// Ctrl-C would; the end of the messages, that the guests are gone.
fn guests(address: SocketAddr) -> mpsc::Receiver<()> {
    let (mut close, evening) = mpsc::channel(1);
    thread::spawn(move || {
        step("Two places, four guests, and the first one orders nothing");
        let orders = [("Ann", ""), ("Bob", "eggs"), ("Cid", "soup"), ("Dee", "tea")];
        let guests = orders.map(|(name, dish)| come(name, dish, TcpStream::connect(address)));
        guests.into_iter().for_each(wait);

        #[cfg(unix)]
        wait(no_descriptors(address));

        step("Closing time: Fay has ordered, Gus has not, Hal comes too late");
        let guests = [("Fay", "tea"), ("Gus", "")]
            .map(|(name, dish)| come(name, dish, TcpStream::connect(address)));
        thread::sleep(Duration::from_millis(100));
        close.try_send(()).expect("there is room for one");
        thread::sleep(Duration::from_millis(50));
        wait(come("Hal", "tea", TcpStream::connect(address)));
        guests.into_iter().for_each(wait);
    });
    evening
}

/// A guest orders a dish, or nothing, and prints how it ends.
fn come(name: &'static str, dish: &str, socket: io::Result<TcpStream>) -> JoinHandle<()> {
    let ordered = socket.and_then(|mut socket| {
        if !dish.is_empty() {
            socket.write_all(format!("{dish}\n").as_bytes())?;
        }
        Ok(socket)
    });
    thread::spawn(move || {
        let Ok(mut socket) = ordered else { return say(format!("{name}: the door is shut")) };
        let mut served = String::new();
        match socket.read_to_string(&mut served) {
            Ok(1..) => say(format!("{name} has {}", served.trim_end())),
            _ => say(format!("{name}: shown out")),
        }
    })
}

fn wait(guest: JoinHandle<()>) {
    guest.join().expect("no guest panics");
}

/// A guest comes while this program may open nothing more.
#[cfg(unix)]
fn no_descriptors(address: SocketAddr) -> JoinHandle<()> {
    use nix::sys::resource::{Resource::RLIMIT_NOFILE, getrlimit, setrlimit};
    use socket2::{Domain, Socket, Type};

    step("For 0.25 s no file descriptor is to be had");
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("one is to be had");
    let (now, most) = getrlimit(RLIMIT_NOFILE).expect("there is a limit");
    setrlimit(RLIMIT_NOFILE, 0, most).expect("one may have less");
    let guest = come("Eve", "tea", socket.connect(&address.into()).map(|()| socket.into()));
    thread::sleep(Duration::from_millis(250));
    setrlimit(RLIMIT_NOFILE, now, most).expect("one may have as many as before");
    say("file descriptors are to be had again");
    guest
}
