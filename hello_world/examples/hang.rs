//! A program that hangs without an error, or does not end, and how to find why.
//!
//!     cargo run -p hello_world --example hang -- [tokio|async-std|smol]
//!
//! Three workers send their results through a channel, and a loop takes them until the channel is
//! closed, which it is when its last sender is dropped.
//!
//! In Python a call closes a queue, since 3.13 (before that, a `None` was put at its end):
//!
//!     queue.shutdown()                 # forget it, and the loop hangs
//!     while True:
//!         result = await queue.get()   # raises asyncio.QueueShutDown, once all is taken
//!     len(asyncio.all_tasks())         # how many tasks have not ended, main among them
//!
//! A debugger does not help: a task that waits is on no thread's stack.

use std::future::Future;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use futures::future::{Either, select};
use hello_world::lesson::{self, say, sleep, step};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::mpsc::{Sender, channel}; // work on any runtime

fn main() -> ExitCode {
    lesson::run(
        "A program that hangs without an error, or does not end, and how to find why",
        [&on_tokio, &on_async_std, &on_smol],
        "a hang is a wait without a name; a channel ends with its last sender.",
    )
}

#[derive(PartialEq)]
enum Program {
    AsWritten,
    Watched,
    Mended,
}
use Program::{AsWritten, Mended, Watched};

/// Awaits, and prints a line if that takes long. `pin!` keeps the future in its place: it is polled
/// again and again, and a future that was polled must not move.
async fn wait<T>(version: &Program, what: &str, waiting: impl Future<Output = T>) -> T {
    let mut waiting = pin!(waiting);
    loop {
        match select(waiting.as_mut(), pin!(sleep(0.4))).await {
            Either::Left((result, _)) => return result,
            Either::Right(_) if *version == Watched => say(format!("still waiting for {what}")),
            Either::Right(_) => {}
        }
    }
}

/// Runs the program as it was written, then watched, then mended.
async fn run_three_times(spawn: fn(i32, Sender<i32>)) {
    step("As written. After a second we lose patience:");
    give_up_after(1.0, program(AsWritten, spawn)).await;
    step("Watched: each wait has a name, and tells when it is long:");
    give_up_after(1.0, program(Watched, spawn)).await;
    step("Mended: our own sender is dropped, so the channel ends with the workers:");
    give_up_after(1.0, program(Mended, spawn)).await;
}

fn after(count: i32) -> String {
    format!("a result; {count} of 3 are here")
}

async fn give_up_after(seconds: f64, program: impl Future<Output = ()>) {
    match select(pin!(program), pin!(sleep(seconds))).await {
        Either::Left(_) => say("the channel is closed, and the program ends"),
        Either::Right(_) => say(format!("we give up: it hangs{}", alive())),
    }
}

/// How many tasks have not ended. Only tokio counts them; the future of `block_on` is no task.
fn alive() -> String {
    let count = Handle::try_current().map(|tokio| tokio.metrics().num_alive_tasks());
    count.map_or(String::new(), |count| format!("; tasks alive: {count}"))
}

async fn work(worker: i32, sender: Sender<i32>) {
    let _ = sender.send(worker).await;
}

async fn program(version: Program, spawn: fn(i32, Sender<i32>)) {
    let (sender, mut results) = channel(3);
    for worker in 1..=3 {
        spawn(worker, sender.clone());
    }
    if version == Mended {
        drop(sender);
    }
    let mut count = 0;
    while wait(&version, &after(count), results.recv()).await.is_some() {
        count += 1;
        say(format!("result {count} of 3"));
    }
}

/// Begins a call on a thread for such calls. It stands for a read of standard input, for the look-up
/// of a name, for whatever blocks and cannot be cancelled.
fn begin_call(seconds: f64, spawn_blocking: impl FnOnce(Box<dyn FnOnce() + Send>)) {
    let (begin, begun) = mpsc::channel();
    spawn_blocking(Box::new(move || {
        let _ = begin.send(());
        thread::sleep(Duration::from_secs_f64(seconds));
        say("the call is over");
    }));
    begun.recv().expect("it begins"); // std's `recv` blocks: main may, a task may not
    say(format!("a blocking call of {seconds} s has begun, and main is done"));
}

const NOT_HELD: &str = "A blocking call is not done: the program ends all the same";

fn on_tokio() {
    let start = || Runtime::new().expect("cannot start tokio");
    let runtime = start();
    runtime.block_on(run_three_times(|worker, sender| drop(tokio::spawn(work(worker, sender)))));

    step("A blocking call is not done: tokio waits for it");
    begin_call(0.6, |call| drop(runtime.spawn_blocking(call)));
    drop(runtime); // so does #[tokio::main] when main returns
    say("the program ends");

    step("The same, and shutdown_background does not wait");
    let runtime = start();
    begin_call(9.0, |call| drop(runtime.spawn_blocking(call)));
    runtime.shutdown_background();
    say("the program ends");
}

fn on_async_std() {
    use async_std::task;

    task::block_on(run_three_times(|worker, sender| drop(task::spawn(work(worker, sender)))));
    step(NOT_HELD);
    begin_call(9.0, |call| drop(task::spawn_blocking(call)));
    say("the program ends");
}

fn on_smol() {
    smol::block_on(run_three_times(|worker, sender| smol::spawn(work(worker, sender)).detach()));
    step(NOT_HELD);
    begin_call(9.0, |call| smol::unblock(call).detach());
    say("the program ends");
}
