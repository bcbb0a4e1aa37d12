//! Back-pressure: a quick producer and a slow consumer, and a queue that grows.
//!
//! In Python:
//!
//!     queue = asyncio.Queue()                  # no bound: asyncio.Queue(maxsize=2) has one
//!     queue.put_nowait(page)                   # never waits: await queue.put(page) does
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - How much at once, "Let the slow one set the pace"
//! - hello_world/examples/backpressure.rs

use exercises::{Entered, Gauge, turns};
// `SinkExt` brings `send`, as `StreamExt` brings `next`.
use futures::channel::mpsc::{self, Receiver, Sender};
use futures::{SinkExt, StreamExt, join};

/// How many pages may lie in the queue.
const ROOM: usize = 2;

/// In memory from when it is made until it is saved, that is: dropped.
type Page = Entered;

// The producer waits here, as long as there is no room: so memory is bounded, and nothing is later,
// as the slow side sets the pace in any case.
async fn fetch(count: usize, mut queue: Sender<Page>, memory: &Gauge) {
    for _ in 0..count {
        turns(1).await;
        queue.send(memory.enter()).await.expect("somebody saves");
    }
}

async fn save(mut queue: Receiver<Page>) -> usize {
    let mut saved = 0;
    while let Some(page) = queue.next().await {
        turns(4).await;
        drop(page);
        saved += 1;
    }
    saved
}

// Room for ROOM pages, and one for each sender: that is futures' way to count.
async fn copy(count: usize, memory: &Gauge) -> usize {
    let (sender, receiver) = mpsc::channel(ROOM);
    let ((), saved) = join!(fetch(count, sender, memory), save(receiver));
    saved
}

#[tokio::main]
async fn main() {
    let memory = Gauge::default();
    let saved = copy(40, &memory).await;
    println!("{saved} pages saved, {} in memory at most", memory.most());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_pages_are_in_memory() {
        exercises::on_each_runtime(async || {
            let memory = Gauge::default();
            assert_eq!(copy(40, &memory).await, 40, "expected all 40 to be saved (right)");
            // One is being saved, one waits in the producer's hands; a sender may count as room.
            let most = memory.most();
            let bound = ROOM + 3;
            assert!(most <= bound, "expected at most {bound} pages in memory; there were {most}");
            assert!(most > 2, "expected pages to be fetched ahead; at most {most} were in memory");
        });
    }
}
