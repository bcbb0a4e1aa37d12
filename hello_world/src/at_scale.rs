//! Any number of hello-worlds at once, each a task of its own, with one greeting for all.
//!
//! Python: `await asyncio.gather(*(hello_world() for _ in range(tasks)))`. Here the tasks are
//! spawned, and their handles awaited one after another: all are waiting at the same time, so the
//! order in which they are awaited does not matter. tokio runs on one thread here: its tasks only
//! sleep, and more threads would only get in each other's way.

use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
pub async fn on_tokio(tasks: usize, delay: Duration) {
    let sleeping: Vec<_> = (0..tasks).map(|_| tokio::spawn(tokio::time::sleep(delay))).collect();
    for task in sleeping {
        task.await.expect("a task that only sleeps cannot fail");
    }
}

pub fn on_async_std(tasks: usize, delay: Duration) {
    async_std::task::block_on(async {
        let sleeping: Vec<_> =
            (0..tasks).map(|_| async_std::task::spawn(async_std::task::sleep(delay))).collect();
        for task in sleeping {
            task.await;
        }
    });
}

pub fn on_smol(tasks: usize, delay: Duration) {
    smol::block_on(async {
        let sleeping: Vec<_> = (0..tasks).map(|_| smol::spawn(smol::Timer::after(delay))).collect();
        for task in sleeping {
            task.await;
        }
    });
}
