//! The other side: a server that takes a few at a time, waits for nobody for ever, and ends well.
//!
//!     cargo run -p hello_world --example server -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     server = await asyncio.start_server(attend, "127.0.0.1", 0)   # a task for each, no limit
//!     await closing.wait()
//!     server.close()                                # nobody else is let in
//!     await server.wait_closed()                    # since 3.12 waits for all, and for ever
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
use tokio::select; // of it the macro alone, which asks for no runtime

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

/// One guest, who names a dish in a line and gets it in a line.
async fn attend(guest: impl AsyncRead + AsyncWrite) -> io::Result<()> {
    let (reader, mut writer) = guest.split();
    let mut line = String::new();
    let mut reader = BufReader::new(reader.take(100)); // and no endless line
    select! {
        read = reader.read_line(&mut line) => read?,
        () = sleep(ORDER_WITHIN) => return Err(io::ErrorKind::TimedOut.into()),
    };
    sleep(0.2).await;
    writer.write_all(line.as_bytes()).await?;
    writer.flush().await
}

/// The next guest. That one could not be let in is no reason to close; to try again without a pause
/// would keep the processor busy.
async fn next_guest<G>(accept: impl AsyncFn() -> io::Result<(G, SocketAddr)>) -> G {
    loop {
        match accept().await {
            Ok((guest, _)) => return guest,
            Err(error) => say(format!("accept: {error}")),
        }
        sleep(0.1).await;
    }
}

#[tokio::main]
async fn on_tokio() {
    use tokio::net::TcpListener;
    use tokio::task::JoinSet;
    use tokio_util::compat::TokioAsyncReadCompatExt;

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has ports");
    let mut evening = guests(listener.local_addr().expect("a listener has an address"));

    let mut attended = JoinSet::new();
    loop {
        select! {
            guest = next_guest(|| listener.accept()), if attended.len() < PLACES => {
                attended.spawn(attend(guest.compat())); // tokio has traits of its own
            }
            Some(_) = attended.join_next() => {} // one has left: there is a place
            _ = evening.next() => break, // closing time
        }
    }
    drop(listener); // nobody else is let in, and those who wait outside are told
    let all_leave = async { while attended.join_next().await.is_some() {} };
    select! {
        () = all_leave => {}
        () = sleep(LEAVE_WITHIN) => {}
    }
    say(format!("still here after {LEAVE_WITHIN} s: {}", attended.len()));
    attended.shutdown().await;
    evening.next().await; // the guests have told all
}

fn on_async_std() {
    use async_std::net::TcpListener;
    use async_std::task;

    task::block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has ports");
        let mut evening = guests(listener.local_addr().expect("a listener has an address"));

        let mut attended = FuturesUnordered::new();
        loop {
            select! {
                guest = next_guest(|| listener.accept()), if attended.len() < PLACES => {
                    attended.push(task::spawn(attend(guest)));
                }
                Some(_) = attended.next() => {} // one has left: there is a place
                _ = evening.next() => break, // closing time
            }
        }
        drop(listener); // nobody else is let in, and those who wait outside are told
        let all_leave = async { while attended.next().await.is_some() {} };
        select! {
            () = all_leave => {}
            () = sleep(LEAVE_WITHIN) => {}
        }
        say(format!("still here after {LEAVE_WITHIN} s: {}", attended.len()));
        for task in attended {
            task.cancel().await;
        }
        evening.next().await; // the guests have told all
    });
}

fn on_smol() {
    use smol::net::TcpListener;

    smol::block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has ports");
        let mut evening = guests(listener.local_addr().expect("a listener has an address"));

        let mut attended = FuturesUnordered::new();
        loop {
            select! {
                guest = next_guest(|| listener.accept()), if attended.len() < PLACES => {
                    attended.push(smol::spawn(attend(guest)));
                }
                Some(_) = attended.next() => {} // one has left: there is a place
                _ = evening.next() => break, // closing time
            }
        }
        drop(listener); // nobody else is let in, and those who wait outside are told
        let all_leave = async { while attended.next().await.is_some() {} };
        select! {
            () = all_leave => {}
            () = sleep(LEAVE_WITHIN) => {}
        }
        say(format!("still here after {LEAVE_WITHIN} s: {}", attended.len()));
        drop(attended); // cancels them
        evening.next().await; // the guests have told all
    });
}

/// The guests of an evening, on threads of their own. A message says that it is closing time, as Ctrl-C
/// would; the end of the messages, that the guests are gone.
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

/// A guest orders a dish, or nothing, and tells how it ends.
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
