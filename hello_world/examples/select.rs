//! `select!` waits for several futures and takes one: which one, and what becomes of the others.
//!
//!     cargo run -p hello_world --example select -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     done, waiting = await asyncio.wait({order, end}, return_when=asyncio.FIRST_COMPLETED)
//!     if order in done:                  # both may be in it
//!         print(await order)
//!
//!     reader, writer = await asyncio.open_connection(host, port)
//!     await asyncio.wait_for(reader.readexactly(4), 1)   # when late, the reader keeps what came
//!
//! asyncio.wait returns all that are done and cancels nothing. `select!` takes one result and drops
//! the other futures, with what they have read. There are two such macros, in tokio and in futures.
//! Neither needs a runtime: both only poll.

use std::pin::pin;
use std::process::ExitCode;

use futures::future::{FutureExt, ready};
use futures::stream::{FuturesUnordered, StreamExt};
use hello_world::lesson::{self, say, sleep, step};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;
use tokio::{join, select};

fn main() -> ExitCode {
    lesson::run(
        "Order, `biased`, `if`, `else`; what a dropped branch loses; futures' select!",
        [&on_tokio, &on_async_std, &on_smol],
        "select! takes one result; it must be safe to drop the other branches.",
    )
}

const TIMES: u32 = 100;

async fn two_are_ready() {
    let (mut at_random, mut in_order) = (0, 0);
    for _ in 0..TIMES {
        select! {
            () = ready(()) => at_random += 1,
            () = ready(()) => (),
        }
        select! {
            biased;
            () = ready(()) => in_order += 1,
            () = ready(()) => (),
        }
    }
    step("Two branches are ready, a hundred times over");
    say(format!("select! takes now one, now the other: {}", (1..TIMES).contains(&at_random)));
    say(format!("with `biased` it takes the first each time: {}", in_order == TIMES));
}

async fn cook((dish, seconds): (&'static str, f64)) -> &'static str {
    sleep(seconds).await;
    dish
}

/// In each turn `select!` leaves out a branch whose `if` is false, or whose pattern did not match.
/// `else` is for a turn in which no branch is left; without it, `select!` panics.
async fn two_at_a_time() {
    step("`if` keeps it to two dishes at a time, `else` ends the loop");
    let (order, mut orders) = mpsc::channel(3);
    for dish in [("coffee", 0.2), ("eggs", 0.3), ("toast", 0.2)] {
        order.send(dish).await.expect("the receiver is there");
    }
    drop(order); // from here on, an empty queue gives None
    let mut cooking = FuturesUnordered::new(); // empty, it gives None
    loop {
        select! {
            Some(order) = orders.recv(), if cooking.len() < 2 => {
                say(format!("{}: begun", order.0));
                cooking.push(cook(order));
            }
            Some(dish) = cooking.next() => say(format!("{dish}: ready")),
            else => break say("no branch is left"),
        }
    }
}

async fn write_in_two(mut pipe: DuplexStream) {
    pipe.write_all(b"eg").await.expect("the reader is there");
    sleep(0.2).await;
    pipe.write_all(b"gs").await.expect("the reader is there");
}

/// Each turn of the loop makes a new `read_exact`, and a tick drops it with what it has read.
async fn read_anew(mut pipe: DuplexStream) {
    let mut word = [0; 4];
    loop {
        select! {
            read = pipe.read_exact(&mut word) => match read {
                Ok(_) => break say(format!("read: {}", word.escape_ascii())),
                Err(error) => break say(format!("error: {error}")),
            },
            () = sleep(0.15) => say("tick: read_exact is dropped, and two letters with it"),
        }
    }
}

/// One `read_exact`, kept outside of the loop. `select!` polls it through a reference, and to drop
/// that loses nothing. What is polled again at another time must not move: hence `pin!`.
async fn read_on(mut pipe: DuplexStream) {
    let mut word = [0; 4];
    let read = {
        let mut reading = pin!(pipe.read_exact(&mut word));
        loop {
            select! {
                read = &mut reading => break read,
                () = sleep(0.15) => say("tick: read_exact stays"),
            }
        }
    };
    read.expect("four letters come");
    say(format!("read: {}", word.escape_ascii()));
}

async fn a_branch_is_dropped() {
    step("Four letters come in two pieces; read_exact stands in the loop");
    let (here, there) = tokio::io::duplex(64); // a pipe in memory
    join!(read_anew(here), write_in_two(there));
    step("The same, and read_exact stands before the loop");
    let (here, there) = tokio::io::duplex(64);
    join!(read_on(here), write_in_two(there));
}

/// This macro wants futures that know when they are done, which `fuse` makes of any. So one that is
/// done is not polled again; tokio's macro would poll it, and an async fn panics then.
async fn of_futures() {
    step("futures::select! passes over what is done; `complete` is its `else`");
    let mut coffee = pin!(cook(("coffee", 0.1)).fuse());
    let mut eggs = pin!(cook(("eggs", 0.2)).fuse());
    loop {
        futures::select! {
            dish = coffee => say(format!("{dish}: ready")),
            dish = eggs => say(format!("{dish}: ready")),
            complete => break say("both are done"),
        }
    }
}

async fn all() {
    two_are_ready().await;
    two_at_a_time().await;
    a_branch_is_dropped().await;
    of_futures().await;
}

#[tokio::main]
async fn on_tokio() {
    all().await;
}

fn on_async_std() {
    async_std::task::block_on(all());
}

fn on_smol() {
    smol::block_on(all());
}
