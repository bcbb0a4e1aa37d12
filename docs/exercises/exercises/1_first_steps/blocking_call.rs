//! A call that blocks, among those that do not: it stops everybody else on its thread.
//!
//! In Python:
//!
//!     powder = await asyncio.to_thread(grind, beans)      # and not: grind(beans)
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - Concepts, "await"
//! - When async pays, and when not, "Work"
//! - Blocking and sharing, "Do not block"
//! - hello_world/examples/blocking.rs

use std::thread::{self, ThreadId};
use std::time::Duration;

use exercises::turns;

struct Powder {
    grams: u32,
    ground_on: ThreadId,
}

/// No `async` in sight, and it needs none: it is done at once.
fn weigh(cups: u32) -> u32 {
    cups * 8
}

/// No `async` in sight, and it takes long: it holds its thread, as many a driver or hash does.
fn grind(grams: u32) -> Powder {
    thread::sleep(Duration::from_millis(200));
    Powder { grams, ground_on: thread::current().id() }
}

async fn boil() {
    turns(3).await;
}

// TODO: one of these calls holds the thread. Move the call to a thread that may be held, in tokio's
// way.
async fn coffee_on_tokio(cups: u32) -> Powder {
    let grams = weigh(cups);
    let powder = grind(grams);
    boil().await;
    powder
}

// TODO: and here in smol's way.
async fn coffee_on_smol(cups: u32) -> Powder {
    let grams = weigh(cups);
    let powder = grind(grams);
    boil().await;
    powder
}

fn main() {
    let main = thread::current().id();
    let powder = exercises::on_tokio(coffee_on_tokio(2));
    println!("on tokio, {} g: main was held: {}", powder.grams, powder.ground_on == main);
    let powder = smol::block_on(coffee_on_smol(3));
    println!("on smol, {} g: main was held: {}", powder.grams, powder.ground_on == main);
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::Either;
    use std::pin::pin;

    const HELD: &str =
        "expected beans to be ground on a thread that may be held; it was the executor's";

    /// Makes coffee, while somebody else counts the turns that he gets.
    async fn beside(coffee: impl Future<Output = Powder>) -> Powder {
        let mut others_turns = 0;
        let counting = async {
            loop {
                turns(1).await;
                others_turns += 1;
            }
        };
        let powder = match futures::future::select(pin!(coffee), pin!(counting)).await {
            Either::Left((powder, _)) => powder,
            Either::Right((never, _)) => never,
        };
        assert_eq!(powder.grams, 16, "expected powder for two cups (right)");
        assert!(powder.ground_on != thread::current().id(), "{HELD}");
        assert!(
            others_turns > 10,
            "expected others to have turns while the beans are ground; they had {others_turns}"
        );
        powder
    }

    #[test]
    fn on_tokio_the_executor_goes_on() {
        exercises::on_tokio(beside(coffee_on_tokio(2)));
    }

    #[test]
    fn on_smol_the_executor_goes_on() {
        let powder = smol::block_on(beside(coffee_on_smol(2)));
        let tasks = smol::block_on(smol::spawn(async { thread::current().id() }));
        assert!(powder.ground_on != tasks, "{HELD}, in a task");
    }
}
