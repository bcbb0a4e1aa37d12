//! Tasks that do not outlive their scope: the first error cancels the others, and they are awaited.
//!
//!     cargo run -p hello_world --example nursery -- [tokio|async-std|smol]
//!
//! In Python (a nursery, in Trio):
//!
//!     async with asyncio.TaskGroup() as tasks:      # leaves when all are done
//!         for order in ORDERS:
//!             tasks.create_task(cook(order))        # the first error cancels the others
//!
//! No runtime here has all of this: a task has no parent, and `async with` cannot be written,
//! because Drop cannot await. What comes nearest is a function that awaits all that it has spawned;
//! and on smol an executor of one's own, which takes its tasks along when it is dropped.

use std::mem;
use std::process::ExitCode;

use futures::stream::{FuturesUnordered, StreamExt};
use hello_world::lesson::{self, say, sleep, step};

fn main() -> ExitCode {
    lesson::run(
        "TaskGroup: tasks within a scope, the first error, and what they may borrow",
        [&on_tokio, &on_async_std, &on_smol],
        "whoever spawns tasks awaits them, or cancels them and awaits that.",
    )
}

/// A dish, its time, and whether it burns.
type Order = (&'static str, f64, bool);

const ORDERS: [Order; 3] = [("coffee", 0.1, false), ("eggs", 0.2, false), ("toast", 0.3, false)];
const BURNT: [Order; 3] = [("coffee", 0.1, false), ("eggs", 0.2, true), ("toast", 0.3, false)];

async fn cook((dish, seconds, burns): Order) -> Result<(), String> {
    let unfinished = Unfinished(dish);
    sleep(seconds).await;
    mem::forget(unfinished); // never dropped: it is finished
    if burns {
        return Err(format!("{dish}: burnt"));
    }
    say(format!("{dish}: ready"));
    Ok(())
}

struct Unfinished(&'static str);

impl Drop for Unfinished {
    fn drop(&mut self) {
        say(format!("{}: cancelled", self.0));
    }
}

fn tell(result: Result<(), String>) {
    match result {
        Ok(()) => say("all are done"),
        Err(error) => say(format!("all are gone: {error}")),
    }
}

async fn cook_twice(scope: &str, cook_all: impl AsyncFn([Order; 3]) -> Result<(), String>) {
    step(format!("{scope}, and all goes well"));
    tell(cook_all(ORDERS).await);
    step(format!("{scope}, and the eggs burn"));
    tell(cook_all(BURNT).await);
}

#[tokio::main]
async fn on_tokio() {
    use tokio::task::JoinSet;
    use tokio_util::task::TaskTracker;

    async fn cook_all(orders: [Order; 3]) -> Result<(), String> {
        let mut tasks = JoinSet::from_iter(orders.map(cook)); // spawns them
        while let Some(cooked) = tasks.join_next().await {
            if let Err(error) = cooked.expect("no dish panics") {
                tasks.shutdown().await; // cancels the others, and waits until they are gone
                return Err(error);
            }
        }
        Ok(())
    }

    cook_twice("A JoinSet", cook_all).await;

    step("Tasks whose results nobody wants: a TaskTracker keeps count of them");
    let tasks = TaskTracker::new();
    for order in ORDERS {
        tasks.spawn(cook(order));
    }
    tasks.close();
    tasks.wait().await; // it cancels nothing
    tell(Ok(()));
}

fn on_async_std() {
    use async_std::task;

    async fn cook_all(orders: [Order; 3]) -> Result<(), String> {
        let mut tasks: FuturesUnordered<_> =
            orders.into_iter().map(|order| task::spawn(cook(order))).collect();
        while let Some(cooked) = tasks.next().await {
            if let Err(error) = cooked {
                for task in tasks {
                    task.cancel().await; // a handle that is dropped would let its task run on
                }
                return Err(error);
            }
        }
        Ok(())
    }

    task::block_on(cook_twice("Handles in a FuturesUnordered", cook_all));
}

fn on_smol() {
    use smol::Executor;
    use std::sync::Mutex;
    use std::thread;

    async fn cook_all(orders: [Order; 3]) -> Result<(), String> {
        let executor = Executor::new(); // its tasks run while it is run, and no longer
        let mut tasks: FuturesUnordered<_> =
            orders.into_iter().map(|order| executor.spawn(cook(order))).collect();
        let all = async {
            while let Some(cooked) = tasks.next().await {
                cooked?;
            }
            Ok(())
        };
        executor.run(all).await // then handles and executor are dropped, and what is left with them
    }

    smol::block_on(cook_twice("An Executor of one's own", cook_all));

    step("An Executor that two threads run, and tasks that borrow from this function");
    let table = Mutex::new(Vec::new());
    let serve = async |order: Order| {
        cook(order).await.expect("it does not burn");
        table.lock().expect("nobody panics with it").push(order.0);
    };
    let executor = Executor::new();
    let tasks = ORDERS.map(|order| executor.spawn(serve(order)));
    let (stop, stopped) = smol::channel::bounded::<()>(1);
    thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| smol::block_on(executor.run(stopped.recv())));
        }
        smol::block_on(futures::future::join_all(tasks));
        drop(stop);
    });
    let table = table.lock().expect("nobody panics with it");
    say(format!("on the table: {}", table.join(", ")));
}
