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
// TODO, from here to main: to tokio. When it compiles, run the tests: one thing is not as it was.
use async_std::channel::{Receiver, Sender, bounded};
use async_std::future::timeout;
use async_std::task;

/// Cooks what is ordered, until nobody is left who could order; then drops `done`.
async fn cook(orders: Receiver<&'static str>, done: Sender<()>, log: Log) {
    while let Ok(dish) = orders.recv().await {
        task::sleep(Duration::from_millis(10)).await;
        log.add(format!("{dish}: ready"));
    }
    drop(done);
}

/// Opens the kitchen. It goes on by itself; the second channel ends when it is closed.
fn open(log: &Log) -> (Sender<&'static str>, Receiver<()>) {
    let (order, orders) = bounded(2);
    let (done, closed) = bounded(1);
    task::spawn(cook(orders, done, log.clone()));
    (order, closed)
}

fn evening(bell: impl Future<Output = &'static str>, log: &Log) {
    let (order, closed) = open(log);
    task::block_on(async {
        for dish in ["soup", "roast", "cake"] {
            order.send(dish).await.expect("the task that cooks has ended");
        }
        drop(order);
        assert!(closed.recv().await.is_err(), "nothing is sent, it only ends");
        match timeout(Duration::from_millis(10), bell).await {
            Ok(guest) => log.add(format!("{guest} rings the bell")),
            Err(_elapsed) => log.add("nobody rings the bell"),
        }
    });
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
