//! A future moves only while it is polled. Three traps, and one way out of them: a task.
//!
//!     cargo run -p hello_world --example nobody_polls -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     for dish in asyncio.as_completed([cook("coffee"), cook("eggs")]):
//!         await serve(await dish)                 # and the eggs go on cooking
//!
//! as_completed and gather make a task of each coroutine, wait takes no coroutine, and the event
//! loop runs them whatever you do. In Rust buffer_unordered, join! and select! poll the futures
//! themselves, inside of your task: while it awaits something else, they are not polled.

use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;

use futures::channel::mpsc;
use futures::future::{BoxFuture, Either, FutureExt, select};
use futures::stream::{self, Stream, StreamExt};
use hello_world::lesson::{self, say, sleep, step};
use tokio::sync::{Mutex, OwnedMutexGuard}; // tokio's locks work on any runtime

fn main() -> ExitCode {
    lesson::run(
        "A future that nobody polls: in a stream, in a select!, before a lock",
        [&on_tokio, &on_async_std, &on_smol],
        "what must go on while you await something else has to be a task.",
    )
}

/// A future that gives a dish. Boxed, all of them have the same type.
type Cooking = BoxFuture<'static, &'static str>;

/// Makes a task of a future, and returns a future that awaits the task.
type Spawn = fn(Cooking) -> Cooking;

const DISHES: [(&str, f64); 3] = [("coffee", 0.1), ("eggs", 0.2), ("toast", 0.1)];

async fn cook((dish, seconds): (&'static str, f64)) -> &'static str {
    sleep(seconds).await;
    say(format!("{dish}: ready"));
    dish
}

async fn serve(mut dishes: impl Stream<Item = &'static str> + Unpin) {
    while let Some(dish) = dishes.next().await {
        say(format!("{dish}: is served, which takes 0.4 s"));
        sleep(0.4).await;
    }
}

async fn knead() -> &'static str {
    for turn in 1..=3 {
        sleep(0.1).await;
        say(format!("dough: kneaded, {turn} of 3"));
    }
    "dough"
}

async fn serve_while(mut dough: Cooking) {
    let (order, mut orders) = mpsc::unbounded();
    order.unbounded_send("toast").expect("the receiver is there");
    while let Either::Right(_) = select(&mut dough, orders.next()).await {
        say("toast: is served, which takes 0.4 s");
        sleep(0.4).await; // this is awaited, and so the select! is not polled, nor what is in it
    }
}

async fn fry(dish: &'static str, pan: OwnedMutexGuard<()>) -> &'static str {
    say(format!("{dish}: in the pan"));
    sleep(0.2).await;
    drop(pan);
    dish
}

/// The eggs are a task, and the fish is what `start` makes of it.
async fn soup_beside_fish(spawn: Spawn, start: Spawn) {
    let pan = Arc::new(Mutex::new(()));
    let _eggs = spawn(fry("eggs", pan.clone().lock_owned().await).boxed());
    let its_pan = pan.clone();
    let mut fish = start(async { fry("fish", its_pan.lock_owned().await).await }.boxed());
    if let Either::Right(_) = select(&mut fish, pin!(sleep(0.1))).await {
        say("soup: waits for the pan, behind the fish");
        match select(pin!(pan.lock()), pin!(sleep(0.6))).await {
            Either::Left(_) => say("soup: in the pan"),
            Either::Right(_) => {
                say("soup: the pan is free, it is the fish's turn, and nobody polls it")
            }
        }
    }
}

async fn three_traps(spawn: Spawn) {
    step("buffer_unordered(2) over futures");
    serve(stream::iter(DISHES).map(cook).buffer_unordered(2)).await;
    step("buffer_unordered(2) over tasks");
    serve(stream::iter(DISHES).map(|dish| spawn(cook(dish).boxed())).buffer_unordered(2)).await;

    step("select! of a future and a channel, in a loop");
    serve_while(knead().boxed()).await;
    step("select! of a task and a channel, in a loop");
    serve_while(spawn(knead().boxed())).await;

    step("A future that stands in line for a lock, and a select! that goes on without it");
    soup_beside_fish(spawn, |fish| fish).await;
    step("A task that stands in line for a lock");
    soup_beside_fish(spawn, spawn).await;
}

#[tokio::main]
async fn on_tokio() {
    three_traps(|dish| tokio::spawn(dish).map(|dish| dish.expect("no panic")).boxed()).await;
}

fn on_async_std() {
    async_std::task::block_on(three_traps(|dish| async_std::task::spawn(dish).boxed()));
}

fn on_smol() {
    smol::block_on(three_traps(|dish| smol::spawn(dish).boxed()));
}
