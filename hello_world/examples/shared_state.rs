//! State that tasks share: a lock for a line, a lock across an await, or one owner and a channel.
//!
//!     cargo run -p hello_world --example shared_state -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     counter += 1                          # no lock: between two awaits no other task runs
//!     async with lock:                      # an asyncio.Lock, across an await
//!         prices[dish] = await look_up(dish)
//!
//! Here tasks may run on several threads, so even a counter needs a lock, and does not compile
//! without. A blocking lock that is held across an await does not compile in a task that may change
//! threads (see shared_state/not_send.rs). Where it does compile, it can stop the thread for ever.

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use futures::future::join_all;
use futures::{SinkExt, StreamExt};
use hello_world::lesson::{self, ends_within, say, sleep, step};

fn main() -> ExitCode {
    lesson::run(
        "A counter and a map shared by tasks, and a lock that is held too long",
        [&on_tokio, &on_async_std, &on_smol],
        "lock for a line; what takes longer, await first or give to one owner.",
    )
}

const DISHES: [&str; 3] = ["coffee", "eggs", "toast"];

type Prices = HashMap<&'static str, usize>;

async fn look_up(dish: &'static str) -> usize {
    sleep(0.2).await;
    dish.len()
}

/// An async lock may be held across an await: another task that wants it waits, and the thread goes
/// on.
async fn with_a_lock() {
    let prices = tokio::sync::Mutex::new(Prices::new()); // works on any runtime

    step("An async lock, held while each of three prices is looked up, for 0.2 s");
    join_all(DISHES.map(async |dish| {
        let mut prices = prices.lock().await;
        prices.insert(dish, look_up(dish).await);
        say(format!("{dish}: noted"));
    }))
    .await;

    step("The same, and the lock is taken when the price is known");
    join_all(DISHES.map(async |dish| {
        let price = look_up(dish).await;
        prices.lock().await.insert(dish, price); // and here a blocking lock would do
        say(format!("{dish}: noted"));
    }))
    .await;
}

/// No lock at all: the map has an owner, and other tasks send what is for it.
async fn with_an_owner() {
    step("One owner, and a channel to it");
    let (sender, mut notes) = futures::channel::mpsc::channel(1);
    let owner = async {
        let mut prices = Prices::new();
        while let Some((dish, price)) = notes.next().await {
            prices.insert(dish, price);
        }
        say(format!("the owner has {} prices", prices.len()));
    };
    let senders = join_all(DISHES.map(|dish| {
        let mut sender = sender.clone();
        async move {
            let note = (dish, look_up(dish).await);
            sender.send(note).await.expect("the owner is there");
        }
    }));
    drop(sender); // the owner's loop ends with the last of its clones
    futures::join!(owner, senders);
}

/// Two futures of one thread. The first waits while it holds the lock. The second wants it, and so
/// blocks the thread on which the first would have to go on.
#[expect(clippy::await_holding_lock, reason = "clippy sees the trap, too")]
async fn deadlock() {
    let lock = Mutex::new(());
    let first = async {
        let _guard = lock.lock().expect("nobody panics with it");
        say("first: has the lock, and awaits something for 0.1 s");
        sleep(0.1).await;
        say("first: goes on");
    };
    let second = async {
        say("second: waits for the lock");
        let _guard = lock.lock().expect("nobody panics with it");
        say("second: has the lock");
    };
    futures::join!(first, second);
}

fn watch(blocks: fn()) {
    step("A blocking lock, held across an await, on one thread");
    if !ends_within(0.5, blocks) {
        say("nothing happens any more: the thread waits for itself");
    }
}

async fn increment(counter: Arc<Mutex<u32>>) {
    *counter.lock().expect("nobody panics with it") += 1;
}

/// What is shared, in the same way on every runtime.
async fn share<Task: Future>(spawn_increment: impl Fn(Arc<Mutex<u32>>) -> Task) {
    step("A blocking lock, for one line, in a thousand tasks");
    let counter = Arc::new(Mutex::new(0));
    join_all((0..1000).map(|_| spawn_increment(Arc::clone(&counter)))).await;
    say(format!("counted to {}", counter.lock().expect("nobody panics with it")));
    with_a_lock().await;
    with_an_owner().await;
}

#[tokio::main]
async fn on_tokio() {
    share(|counter| tokio::spawn(increment(counter))).await;
    watch(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("cannot start tokio").block_on(deadlock());
    });
}

fn on_async_std() {
    use async_std::task::{block_on, spawn};

    block_on(share(|counter| spawn(increment(counter))));
    watch(|| block_on(deadlock()));
}

fn on_smol() {
    smol::block_on(share(|counter| smol::spawn(increment(counter))));
    watch(|| smol::block_on(deadlock()));
}
