//! A timeout that loses data: what it drops takes along what it had read.
//!
//! In Python, with the same loss:
//!
//!     while True:
//!         try:
//!             async with asyncio.timeout(5):
//!                 order = await next_order(words)    # has read "2" when time is up
//!         except TimeoutError:
//!             print("looks at the stove")
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - Concepts, "The event loop comes in three parts"
//! - How things end, "Limit every wait"
//! - hello_world/examples/timeouts.rs

use std::time::Duration;

use exercises::Log;
use tokio::sync::mpsc::{self, Receiver};
use tokio::time::{sleep, timeout};

/// An order is two words: how many, and what.
async fn next_order(words: &mut Receiver<&'static str>) -> Option<String> {
    let count = words.recv().await?;
    let dish = words.recv().await?;
    Some(format!("{count} {dish}"))
}

// `timeout` drops what it is given. Given the future itself, that is the word which it has read;
// given a reference, the reference. So the future lives outside of the loop around the timeout,
// pinned, for it must not move once it has run; and the next timeout goes on with the same one.
async fn take_orders(mut words: Receiver<&'static str>, log: &Log) {
    loop {
        let mut order = std::pin::pin!(next_order(&mut words));
        let order = loop {
            match timeout(Duration::from_secs(5), &mut order).await {
                Ok(order) => break order,
                Err(_elapsed) => log.add("looks at the stove"),
            }
        };
        let Some(order) = order else { return };
        log.add(format!("order: {order}"));
    }
}

/// A guest who needs eleven seconds between the words of the first order.
async fn order(log: &Log) {
    let (say, words) = mpsc::channel(1);
    let guest = async move {
        for (word, pause) in [("2", 11), ("eggs", 1), ("3", 1), ("toasts", 1)] {
            say.send(word).await.expect("somebody listens");
            sleep(Duration::from_secs(pause)).await;
        }
    };
    tokio::join!(guest, take_orders(words, log));
}

fn main() {
    exercises::on_tokio(order(&Log::default())); // its clock stands still: eleven seconds in no time
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_lost() {
        let log = Log::default();
        exercises::on_tokio(order(&log));
        let orders = log.events();
        assert!(log.count("order: 2 eggs") == 1, "expected 2 eggs; these were taken: {orders:?}");
        assert!(
            log.count("order: 3 toasts") == 1,
            "expected 3 toasts; these were taken: {orders:?}"
        );
    }

    #[test]
    fn the_stove_is_looked_at_while_the_guest_thinks() {
        let log = Log::default();
        exercises::on_tokio(order(&log));
        let looks = log.events().iter().take_while(|event| *event == "looks at the stove").count();
        assert!(
            looks == 2,
            "expected two looks, one in five seconds without an order; there were {looks}"
        );
    }
}
