//! A future moves only while somebody polls it. Three traps, and one way out of them: a task.
//!
//!     cargo run -p hello_world --example nobody_polls -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     for dish in asyncio.as_completed([cook("coffee"), cook("eggs")]):
//!         await serve(await dish)                 # and the eggs go on cooking
//!
//! as_completed and gather make a task of each coroutine, wait takes tasks only, and the event loop
//! runs them whatever you do. In Rust buffer_unordered, join! and select! poll the futures
//! themselves, inside of your task: while it awaits something else, nobody does.

use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;

use futures::channel::mpsc;
use futures::future::{Either, FutureExt, select};
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

async fn knead() {
    for turn in 1..=3 {
        sleep(0.1).await;
        say(format!("dough: kneaded, {turn} of 3"));
    }
}

async fn serve_while(dough: impl Future<Output = ()>) {
    let (order, mut orders) = mpsc::unbounded();
    order.unbounded_send("toast").expect("the receiver is there");
    let mut dough = pin!(dough);
    while let Either::Right(_) = select(dough.as_mut(), orders.next()).await {
        say("toast: is served, which takes 0.4 s");
        sleep(0.4).await; // we await this, and so nobody polls the select!, nor what is in it
    }
}

async fn fry(dish: &str, pan: OwnedMutexGuard<()>) {
    say(format!("{dish}: in the pan"));
    sleep(0.2).await;
    drop(pan);
}

async fn soup_beside(fish: impl Future<Output = ()>, pan: &Mutex<()>) {
    let mut fish = pin!(fish);
    if let Either::Right(_) = select(fish.as_mut(), pin!(sleep(0.1))).await {
        say("soup: waits for the pan, behind the fish");
        match select(pin!(pan.lock()), pin!(sleep(0.6))).await {
            Either::Left(_) => say("soup: in the pan"),
            Either::Right(_) => {
                say("soup: the pan is free, it is the fish's turn, and nobody polls it")
            }
        }
    }
}

#[tokio::main]
async fn on_tokio() {
    step("buffer_unordered(2) over futures");
    serve(stream::iter(DISHES).map(cook).buffer_unordered(2)).await;
    step("buffer_unordered(2) over tasks");
    let spawn = |dish| tokio::spawn(cook(dish)).map(|dish| dish.expect("it is cooked"));
    serve(stream::iter(DISHES).map(spawn).buffer_unordered(2)).await;

    step("select! of a future and a channel, in a loop");
    serve_while(knead()).await;
    step("select! of a task and a channel, in a loop");
    serve_while(tokio::spawn(knead()).map(drop)).await;

    step("A future that stands in line for a lock, and a select! that goes on without it");
    let pan = Arc::new(Mutex::new(()));
    tokio::spawn(fry("eggs", pan.clone().lock_owned().await));
    let fish = async { fry("fish", pan.clone().lock_owned().await).await };
    soup_beside(fish, &pan).await;
    step("A task that stands in line for a lock");
    let pan = Arc::new(Mutex::new(()));
    tokio::spawn(fry("eggs", pan.clone().lock_owned().await));
    let its_pan = pan.clone();
    let fish = tokio::spawn(async { fry("fish", its_pan.lock_owned().await).await });
    soup_beside(fish.map(drop), &pan).await;
}

fn on_async_std() {
    use async_std::task;

    task::block_on(async {
        step("buffer_unordered(2) over futures");
        serve(stream::iter(DISHES).map(cook).buffer_unordered(2)).await;
        step("buffer_unordered(2) over tasks");
        let spawn = |dish| task::spawn(cook(dish));
        serve(stream::iter(DISHES).map(spawn).buffer_unordered(2)).await;

        step("select! of a future and a channel, in a loop");
        serve_while(knead()).await;
        step("select! of a task and a channel, in a loop");
        serve_while(task::spawn(knead())).await;

        step("A future that stands in line for a lock, and a select! that goes on without it");
        let pan = Arc::new(Mutex::new(()));
        task::spawn(fry("eggs", pan.clone().lock_owned().await));
        let fish = async { fry("fish", pan.clone().lock_owned().await).await };
        soup_beside(fish, &pan).await;
        step("A task that stands in line for a lock");
        let pan = Arc::new(Mutex::new(()));
        task::spawn(fry("eggs", pan.clone().lock_owned().await));
        let its_pan = pan.clone();
        let fish = task::spawn(async { fry("fish", its_pan.lock_owned().await).await });
        soup_beside(fish, &pan).await;
    });
}

fn on_smol() {
    smol::block_on(async {
        step("buffer_unordered(2) over futures");
        serve(stream::iter(DISHES).map(cook).buffer_unordered(2)).await;
        step("buffer_unordered(2) over tasks");
        let spawn = |dish| smol::spawn(cook(dish));
        serve(stream::iter(DISHES).map(spawn).buffer_unordered(2)).await;

        step("select! of a future and a channel, in a loop");
        serve_while(knead()).await;
        step("select! of a task and a channel, in a loop");
        serve_while(smol::spawn(knead())).await;

        step("A future that stands in line for a lock, and a select! that goes on without it");
        let pan = Arc::new(Mutex::new(()));
        smol::spawn(fry("eggs", pan.clone().lock_owned().await)).detach();
        let fish = async { fry("fish", pan.clone().lock_owned().await).await };
        soup_beside(fish, &pan).await;
        step("A task that stands in line for a lock");
        let pan = Arc::new(Mutex::new(()));
        smol::spawn(fry("eggs", pan.clone().lock_owned().await)).detach();
        let its_pan = pan.clone();
        let fish = smol::spawn(async { fry("fish", its_pan.lock_owned().await).await });
        soup_beside(fish, &pan).await;
    });
}
