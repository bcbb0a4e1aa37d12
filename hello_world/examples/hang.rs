//! A program that hangs without an error, and how to find where: give each wait a name.
//!
//!     cargo run -p hello_world --example hang -- [tokio|async-std|smol]
//!
//! Three workers send their results through a channel, and a loop takes them until the channel is
//! closed. In Python it would be a queue, and a `None` at its end that somebody forgot to put:
//!
//!     while (result := await queue.get()) is not None: ...
//!
//! A debugger does not help: a task that waits is on no thread's stack.

use std::future::Future;
use std::pin::pin;
use std::process::ExitCode;

use futures::future::{Either, select};
use hello_world::lesson::{self, say, sleep, step};

fn main() -> ExitCode {
    lesson::run(
        "A program that hangs without an error, and how to find where",
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

/// Tells when a wait is long. `pin!` keeps the future in its place: it is polled again and again, and
/// a future that was polled must not move.
async fn wait<T>(program: &Program, what: &str, waiting: impl Future<Output = T>) -> T {
    let mut waiting = pin!(waiting);
    loop {
        match select(waiting.as_mut(), pin!(sleep(0.4))).await {
            Either::Left((result, _)) => return result,
            Either::Right(_) if *program == Watched => say(format!("still waiting for {what}")),
            Either::Right(_) => {}
        }
    }
}

/// Runs the program as it was written, then watched, then mended.
async fn run_three_times(program: impl AsyncFn(Program)) {
    step("As written. After a second we lose patience:");
    give_up_after(1.0, program(AsWritten)).await;
    step("Watched: each wait has a name, and tells when it is long:");
    give_up_after(1.0, program(Watched)).await;
    step("Mended: our own sender is dropped, so the channel ends with the workers:");
    give_up_after(1.0, program(Mended)).await;
}

fn after(count: i32) -> String {
    format!("a result; {count} of 3 are here")
}

async fn give_up_after(seconds: f64, program: impl Future<Output = ()>) {
    match select(pin!(program), pin!(sleep(seconds))).await {
        Either::Left(_) => say("the channel is closed, and the program ends"),
        Either::Right(_) => say("we give up: it hangs"),
    }
}

#[tokio::main]
async fn on_tokio() {
    run_three_times(async |program| {
        let (sender, mut results) = tokio::sync::mpsc::channel(3);
        for worker in 1..=3 {
            let sender = sender.clone();
            tokio::spawn(async move { sender.send(worker).await });
        }
        if program == Mended {
            drop(sender);
        }
        let mut count = 0;
        while wait(&program, &after(count), results.recv()).await.is_some() {
            count += 1;
            say(format!("result {count} of 3"));
        }
    })
    .await;
}

fn on_async_std() {
    async_std::task::block_on(run_three_times(async |program| {
        let (sender, results) = async_std::channel::bounded(3);
        for worker in 1..=3 {
            let sender = sender.clone();
            async_std::task::spawn(async move { sender.send(worker).await });
        }
        if program == Mended {
            drop(sender);
        }
        let mut count = 0;
        while wait(&program, &after(count), results.recv()).await.is_ok() {
            count += 1;
            say(format!("result {count} of 3"));
        }
    }));
}

fn on_smol() {
    smol::block_on(run_three_times(async |program| {
        let (sender, results) = smol::channel::bounded(3);
        for worker in 1..=3 {
            let sender = sender.clone();
            smol::spawn(async move { sender.send(worker).await }).detach();
        }
        if program == Mended {
            drop(sender);
        }
        let mut count = 0;
        while wait(&program, &after(count), results.recv()).await.is_ok() {
            count += 1;
            say(format!("result {count} of 3"));
        }
    }));
}
