//! An async-std program moves to tokio, for which most libraries are made.
//!
//! In Python, and on async-std, everything comes from one place:
//!
//!     await asyncio.sleep(0.01)
//!     task = asyncio.create_task(cook(orders, log))
//!     async with asyncio.timeout(0.01):
//!         await bell()
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - Choosing a runtime, "Leaving async-std"
//! - What differs
//! - hello_world/src/on_tokio.rs

use std::future::pending;
use std::time::Duration;

use exercises::Log;
// tokio's channel gives an Option, and its receiver must be `mut`. `sleep` and `timeout` are in
// `time`.
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{sleep, timeout};

/// Cooks what is ordered, until nobody is left who could order; then drops `done`.
async fn cook(mut orders: Receiver<&'static str>, done: Sender<()>, log: Log) {
    while let Some(dish) = orders.recv().await {
        sleep(Duration::from_millis(10)).await;
        log.add(format!("{dish}: ready"));
    }
    drop(done);
}

/// Opens the kitchen. It goes on by itself; the second channel ends when it is closed.
fn open(log: &Log) -> (Sender<&'static str>, Receiver<()>) {
    let (order, orders) = channel(2);
    let (done, closed) = channel(1);
    tokio::spawn(cook(orders, done, log.clone()));
    (order, closed)
}

// async-std's runtime starts by itself where it is first needed. tokio's must be there before: so
// the kitchen is opened inside. The attribute is not for `main` alone.
#[tokio::main]
async fn evening(bell: impl Future<Output = &'static str>, log: &Log) {
    let (order, mut closed) = open(log);
    for dish in ["soup", "roast", "cake"] {
        order.send(dish).await.expect("the task that cooks has ended");
    }
    drop(order);
    assert!(closed.recv().await.is_none(), "nothing is sent, it only ends");
    match timeout(Duration::from_millis(10), bell).await {
        Ok(guest) => log.add(format!("{guest} rings the bell")),
        Err(_elapsed) => log.add("nobody rings the bell"),
    }
}

fn main() {
    evening(pending(), &Log::default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::turns;

    #[test]
    fn nothing_of_async_std_is_left() {
        let lines =
            exercises::lines_of_the_program(include_str!("async_std_to_tokio.rs"), "async_std");
        assert!(lines.is_empty(), "expected nothing of async-std; it is in lines {lines:?}");
    }

    #[test]
    fn the_evening_is_the_same() {
        let log = Log::default();
        evening(pending(), &log);
        let expected = ["soup: ready", "roast: ready", "cake: ready", "nobody rings the bell"];
        assert_eq!(log.events(), expected, "expected all this (right); this happened (left)");
    }

    #[test]
    fn who_rings_in_time_is_heard() {
        let log = Log::default();
        let bell = async {
            turns(1).await;
            "Ann"
        };
        evening(bell, &log);
        let heard = log.count("Ann rings the bell");
        assert!(heard == 1, "expected to hear Ann ring; nobody waited for the bell");
    }
}
