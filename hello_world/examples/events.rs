//! To tell other tasks something: a state, a signal, one result, the newest value, or all values.
//!
//!     cargo run -p hello_world --example events -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     closing = asyncio.Event()          # closing.set(); await closing.wait()
//!     answer = loop.create_future()      # answer.set_result("tea"); await answer
//!     async with condition:              # an asyncio.Condition
//!         await condition.wait_for(lambda: stock >= 3)
//!
//! Rust has a type for each purpose. Those here are tokio's and tokio-util's, and need no runtime:
//! they keep wakers and call them.

use std::process::ExitCode;

use futures::join;
use hello_world::lesson::{self, say, sleep, step};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast, oneshot, watch};
use tokio_util::sync::CancellationToken;

fn main() -> ExitCode {
    lesson::run(
        "Event, Future, Condition: CancellationToken, Notify, oneshot, watch, broadcast",
        [&on_tokio, &on_async_std, &on_smol],
        "a token for a state, oneshot for an answer, watch for the newest value.",
    )
}

/// It is set once, and stays set. `run_until_cancelled` is a `select!` that drops the future.
async fn an_end() {
    step("CancellationToken: an Event that stays set, and reaches its children");
    let closing = CancellationToken::new();
    let table = closing.child_token(); // closes with the house, and not the other way round
    let guest = async {
        let eaten = table.run_until_cancelled(sleep(9.0)).await;
        say(format!("guest: has eaten: {}", eaten.is_some()));
    };
    let cook = async {
        sleep(0.1).await;
        say("cook: closes");
        closing.cancel();
    };
    join!(guest, cook);
    closing.cancelled().await;
    say("asked later: it is closed still");
}

/// It holds no value: the state that has changed is kept elsewhere. `notify_one` is kept for a task
/// that waits later; `notify_waiters` reaches only the futures of `notified()` that exist already: make
/// one, then look at the state, then await it.
async fn a_signal() {
    step("Notify: notify_one is kept until somebody waits, notify_waiters is not");
    let bell = Notify::new();
    bell.notify_one();
    bell.notify_one();
    bell.notified().await;
    say("notify_one twice before anybody waited: one was kept");
    bell.notify_waiters();
    let heard = tokio::select! {
        () = bell.notified() => true,
        () = sleep(0.1) => false,
    };
    say(format!("notify_waiters before anybody waited; heard: {heard}"));
}

/// The sender is used up by its one `send`. If it is dropped, the receiver gets an error; a Python
/// future that nobody sets is waited for without end.
async fn an_answer() {
    step("oneshot: a future with its result set from elsewhere, once");
    let (answer, asked) = oneshot::channel();
    let cook = async {
        sleep(0.1).await;
        answer.send("tea").expect("somebody waits for it");
    };
    let guest = async { say(format!("guest: gets {:?}", asked.await)) };
    join!(cook, guest);
    let (answer, asked) = oneshot::channel::<&str>();
    drop(answer);
    say(format!("the cook has left: {}", asked.await.is_err()));
}

/// A receiver sees the newest value, not each value. `wait_for` returns a read lock: copy the value in
/// the same line, for held across an await it stops the sender. Unlike Condition.wait_for it gives
/// the value to all who wait: to wait and take, use a Semaphore.
async fn the_newest() {
    step("watch: the newest value, and to wait until it is as it should be");
    let (stock, mut seen) = watch::channel(0);
    let baker = async {
        for loaves in 1..=4 {
            sleep(0.1).await;
            stock.send(loaves).expect("somebody looks at it");
        }
    };
    let guest = async {
        let loaves = *seen.wait_for(|loaves| *loaves >= 2).await.expect("the baker is there");
        say(format!("guest: {loaves} loaves are enough"));
        sleep(0.25).await; // and misses the third
        let loaves = *seen.borrow_and_update();
        say(format!("guest: later there are {loaves}"));
    };
    join!(baker, guest);
}

/// Each receiver gets each value that was sent after it subscribed. The sender never waits: a
/// receiver that is too slow for the bound learns how many values it has missed.
async fn all_of_them() {
    step("broadcast, with room for 2: each gets all, and who is late hears of it");
    let (news, mut quick) = broadcast::channel(2);
    let mut slow = news.subscribe();
    for dish in ["soup", "fish", "cake"] {
        news.send(dish).expect("somebody listens");
        say(format!("quick: {:?}", quick.recv().await));
    }
    drop(news);
    loop {
        match slow.recv().await {
            Ok(dish) => say(format!("slow: {dish}")),
            Err(RecvError::Lagged(missed)) => say(format!("slow: has missed {missed}")),
            Err(RecvError::Closed) => break say("slow: no more is to come"),
        }
    }
}

async fn all() {
    an_end().await;
    a_signal().await;
    an_answer().await;
    the_newest().await;
    all_of_them().await;
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
