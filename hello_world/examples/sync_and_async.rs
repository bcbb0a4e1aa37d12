//! Async code called from a function that is not, and such a function called from a task.
//!
//!     cargo run -p hello_world --example sync_and_async -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     asyncio.run(cook("coffee"))                           # from a function: starts a loop
//!     asyncio.run_coroutine_threadsafe(cook("eggs"), loop)  # from another thread: into that loop
//!     await asyncio.to_thread(cook_and_wait)                # a function that blocks, from a task
//!
//! asyncio.run inside of a running event loop is an error there: "cannot be called from a running
//! event loop". tokio says the same with a panic. On the others it works, and can stop the thread
//! for ever.

use std::process::ExitCode;
use std::thread;

use futures::future::join_all;
use hello_world::lesson::{self, ends_within, say, sleep, step};

fn main() -> ExitCode {
    lesson::run(
        "block_on in a thread, in a task, and in a thread for blocking calls",
        [&on_tokio, &on_async_std, &on_smol],
        "block_on is for threads that run no tasks; in a task, await.",
    )
}

const FUNCTION: &str = "From a function that is not async";
const THREAD: &str = "From another thread, in the same runtime";
const IN_TASK: &str = "A task calls a function that blocks until its own async code is done";
const HIDDEN: &str = "A library that hides a runtime, such as reqwest::blocking, in an async main";
const MOVED: &str = "The function is moved to a thread for blocking calls";

async fn cook(dish: &'static str) {
    sleep(0.1).await;
    say(format!("{dish}: ready"));
}

fn watch(blocks: impl FnOnce() + Send + 'static) {
    step("A task blocks until another task is done, on each thread for tasks");
    if !ends_within(0.6, blocks) {
        say("nothing happens any more: the threads that run tasks all wait for one");
    }
}

fn on_tokio() {
    use tokio::runtime::Runtime;

    /// What a library with a blocking interface does inside.
    fn cook_and_wait(dish: &'static str) {
        let runtime = Runtime::new().expect("cannot start tokio");
        runtime.block_on(cook(dish));
    }

    let runtime = Runtime::new().expect("cannot start tokio");
    step(FUNCTION);
    runtime.block_on(cook("coffee"));

    step(THREAD);
    let handle = runtime.handle().clone();
    let other = thread::spawn(move || handle.block_on(cook("eggs")));
    other.join().expect("it does not panic");

    step(IN_TASK);
    let task = runtime.spawn(async { cook_and_wait("toast") });
    let result = runtime.block_on(task);
    say(format!("the task gives an error: {}", result.is_err()));

    step(HIDDEN);
    // In a debug build reqwest::blocking makes a runtime and drops it for each call, to find this;
    // in a release build it blocks the thread, and says nothing.
    let hidden = runtime.spawn(async { drop(Runtime::new()) });
    let result = runtime.block_on(hidden);
    say(format!("the task gives an error: {}", result.is_err()));

    step(MOVED);
    let moved = runtime.spawn_blocking(|| cook_and_wait("toast"));
    runtime.block_on(moved).expect("it does not panic");
}

fn on_async_std() {
    use async_std::task::{self, block_on};

    step(FUNCTION);
    block_on(cook("coffee"));

    step(THREAD);
    let other = thread::spawn(|| block_on(cook("eggs"))); // there is one runtime for all threads
    other.join().expect("it does not panic");

    step(IN_TASK);
    block_on(task::spawn(async { block_on(cook("toast")) }));

    step(MOVED);
    block_on(task::spawn_blocking(|| block_on(task::spawn(cook("toast")))));

    let threads = thread::available_parallelism().map_or(1, usize::from); // a task for each of them
    watch(move || {
        let waits = || task::spawn(async { block_on(task::spawn(cook("toast"))) });
        block_on(join_all((0..threads).map(|_| waits())));
    });
}

fn on_smol() {
    use smol::{block_on, spawn, unblock};

    step(FUNCTION);
    block_on(cook("coffee"));

    step(THREAD);
    let other = thread::spawn(|| block_on(spawn(cook("eggs")))); // one executor for all threads
    other.join().expect("it does not panic");

    step(IN_TASK);
    block_on(spawn(async { block_on(cook("toast")) }));

    step(MOVED);
    block_on(unblock(|| block_on(spawn(cook("toast")))));

    watch(|| block_on(spawn(async { block_on(spawn(cook("toast"))) })));
}
