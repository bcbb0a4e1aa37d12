//! A bounded channel makes a fast producer wait; an unbounded one fills memory, and saves no time.
//!
//!     cargo run -p hello_world --example backpressure -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     queue = asyncio.Queue(maxsize=2)      # without a maxsize, unbounded
//!     await asyncio.gather(produce(queue), consume(queue))
//!     await queue.put(page)                 # the producer: waits for room
//!     queue.shutdown()                      # at its end: no more will come (since 3.13)
//!     page = await queue.get()              # the consumer: waits for a page; at the end an error
//!
//! Here no channel is unbounded by default: there is a function for each. A channel is closed when
//! its last sender is dropped.
//!
//! Room for two is enough here, where each page takes the same time. A producer that pauses now and
//! then lets a short queue run empty, and then the slow side waits, too. The bound costs no time if
//! the queue holds as many pages as are saved during a pause.

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use futures::join;
use hello_world::lesson::{self, say, seconds, sleep, step};
use hello_world::peak_memory;

const PAGES: usize = 16;
const ROOM: usize = 2;
const MEGABYTES: usize = 8;

fn main() -> ExitCode {
    lesson::run(
        "A bounded channel makes a fast producer wait; an unbounded one fills memory",
        [&on_tokio, &on_async_std, &on_smol],
        "a bound limits memory; with room to outlast a pause, it costs no time.",
    )
}

/// How many pages are in memory, wherever they are; and how many there were at most. Every thread
/// sees a static, so only what no two threads can spoil, an atomic, may change in it.
static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST_HELD: AtomicUsize = AtomicUsize::new(0);

/// A page as it comes from a network, in chunks.
struct Page {
    _chunks: Vec<Vec<u8>>,
}

impl Page {
    fn download() -> Page {
        MOST_HELD.fetch_max(HELD.fetch_add(1, Relaxed) + 1, Relaxed);
        // Ones: what was never written to takes no memory yet.
        Page { _chunks: (0..MEGABYTES * 20).map(|_| vec![1; 50_000]).collect() }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        HELD.fetch_sub(1, Relaxed);
    }
}

/// Downloads pages, five in the time in which one is saved. `send`, any async function that takes a
/// page, is the channel's own.
async fn produce(send: impl AsyncFn(Page)) {
    let mut waited = 0.0;
    for _ in 0..PAGES {
        sleep(0.02).await;
        let page = Page::download();
        let offered = seconds();
        send(page).await;
        waited += seconds() - offered;
    }
    say(format!("the producer is done; it waited {waited:.1} s for room"));
} // `send` is dropped here, and with it the sender that it owns: the channel is closed

/// Saves pages. `receive` says how long the queue is, and takes a page from it.
async fn consume(mut receive: impl AsyncFnMut() -> (usize, Option<Page>)) {
    let mut number = 0;
    while let (queue, Some(page)) = receive().await {
        number += 1;
        let bar = "█".repeat(queue);
        say(format!("page {number:2} is taken; the queue was {bar:.<PAGES$} {queue}"));
        sleep(0.1).await; // a slow disk
        drop(page);
    }
    say("the consumer is done");
    // Those in the queue, one in the producer's hands, and one in the consumer's.
    let held = MOST_HELD.swap(0, Relaxed);
    let process = peak_memory().map(|bytes| format!("{} MB", bytes / 1_000_000));
    let process = process.unwrap_or("not told here".to_owned());
    println!("At most {held} pages in memory: {} MB; whole process: {process}", held * MEGABYTES);
}

async fn run(
    room: Option<usize>,
    send: impl AsyncFn(Page),
    receive: impl AsyncFnMut() -> (usize, Option<Page>),
) {
    match room {
        Some(room) => step(format!("A bounded channel, with room for {room} pages")),
        None => step("An unbounded channel"),
    }
    join!(produce(send), consume(receive)); // asyncio.gather: both sides at once
}

// Each runtime has channels of its own. `async |page| …` is a lambda that can await; without `move`
// it would only borrow the sender, and could not drop it. tokio has a type for each kind of
// channel, and sends to an unbounded one without `await`.

#[tokio::main]
async fn on_tokio() {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(ROOM);
    let send = async move |page| sender.send(page).await.expect("there is a receiver");
    run(Some(ROOM), send, async || (receiver.len(), receiver.recv().await)).await;

    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let send = async move |page| sender.send(page).expect("there is a receiver"); // no await
    run(None, send, async || (receiver.len(), receiver.recv().await)).await;
}

// async-std's channels and smol's are the same crate, async-channel. It has one type for both
// kinds, and so awaits both; an unbounded one never lets you wait.

fn on_async_std() {
    async_std::task::block_on(async {
        let (sender, receiver) = async_std::channel::bounded(ROOM);
        let send = async move |page| sender.send(page).await.expect("there is a receiver");
        run(Some(ROOM), send, async || (receiver.len(), receiver.recv().await.ok())).await;

        let (sender, receiver) = async_std::channel::unbounded();
        let send = async move |page| sender.send(page).await.expect("there is a receiver");
        run(None, send, async || (receiver.len(), receiver.recv().await.ok())).await;
    });
}

fn on_smol() {
    smol::block_on(async {
        let (sender, receiver) = smol::channel::bounded(ROOM);
        let send = async move |page| sender.send(page).await.expect("there is a receiver");
        run(Some(ROOM), send, async || (receiver.len(), receiver.recv().await.ok())).await;

        let (sender, receiver) = smol::channel::unbounded();
        let send = async move |page| sender.send(page).await.expect("there is a receiver");
        run(None, send, async || (receiver.len(), receiver.recv().await.ok())).await;
    });
}
