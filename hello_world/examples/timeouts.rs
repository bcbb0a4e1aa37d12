//! A limit of time drops the future that it waits for, at its await: nothing is raised in there.
//!
//!     cargo run -p hello_world --example timeouts -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     async with asyncio.timeout(0.4):               # TimeoutError when the time is up
//!         await cook("coffee", 0.2)
//!         await cook("eggs", 9)
//!     await asyncio.wait_for(cook("eggs", 9), 0.4)   # the same for one awaitable
//!     await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)   # a race; none is cancelled
//!
//! When the time is up, Python raises CancelledError at the await inside: `except` and `finally`
//! can await, and even swallow it. Rust drops the future: only its destructors run. A task that is
//! given to `wait_for` is cancelled, too; here that depends on the runtime.

use std::fmt::Display;
use std::process::ExitCode;
use std::time::Duration;
use std::{mem, thread};

use futures::FutureExt;
use futures::future::BoxFuture;
use hello_world::lesson::{self, say, sleep, step};

fn main() -> ExitCode {
    lesson::run(
        "A limit on a step, on a whole, within a limit; and what a limit cannot stop",
        [&on_tokio, &on_async_std, &on_smol],
        "a limit drops a future at its await; what never awaits, it cannot stop.",
    )
}

const LIMIT: Duration = Duration::from_millis(400);
const LONG: Duration = Duration::from_millis(5000);

async fn cook(dish: &'static str, seconds: f64) -> &'static str {
    say(format!("{dish}: started, needs {seconds} s"));
    let unfinished = Unfinished(dish); // the future owns it: dropped together
    sleep(seconds).await;
    mem::forget(unfinished); // never dropped: it is finished
    say(format!("{dish}: ready"));
    dish
}

struct Unfinished(&'static str);

impl Drop for Unfinished {
    fn drop(&mut self) {
        say(format!("{}: dropped at its await", self.0));
    }
}

async fn breakfast() -> &'static str {
    cook("coffee", 0.2).await;
    cook("eggs", 9.0).await
}

async fn knead() -> &'static str {
    say("dough: kneading for 0.8 s, without an await");
    thread::sleep(2 * LIMIT);
    "dough"
}

fn tell<T>(what: &str, result: Result<T, impl Display>) {
    match result {
        Ok(_) => say(format!("{what}: no error")),
        Err(error) => say(format!("{what}: error: {error}")),
    }
}

/// A limit within a limit returns a `Result` within a `Result`: the type says which limit's time
/// was up.
fn tell_whose<T, E>(result: Result<Result<T, E>, E>) {
    match result {
        Ok(Ok(_)) => say("no error"),
        Ok(Err(_)) => say("error of the inner limit; the outer one ends without an error"),
        Err(_) => say("error of the outer limit; the inner one was dropped, too"),
    }
}

/// What is limited. `timeout` takes futures of every type, but a parameter takes one: that of a
/// box.
type Cooking = BoxFuture<'static, &'static str>;

/// The lesson. Handed in is what each runtime has of its own.
async fn limits<E: Display>(
    timeout: impl AsyncFn(Duration, Cooking) -> Result<&'static str, E>,
    eggs_within_two: impl AsyncFn(Duration, Duration) -> Result<Result<&'static str, E>, E>,
    race: impl Future<Output = &'static str>,
    soup_in_a_task: impl Future<Output = ()>,
) {
    step("A limit of 0.4 s on each step");
    tell("coffee", timeout(LIMIT, cook("coffee", 0.2).boxed()).await);
    tell("eggs", timeout(LIMIT, cook("eggs", 9.0).boxed()).await);
    step("A limit of 0.4 s on the whole breakfast");
    tell("breakfast", timeout(LIMIT, breakfast().boxed()).await);
    step("A limit of 0.4 s, and within it one of 5 s");
    tell_whose(eggs_within_two(LIMIT, LONG).await);
    step("A limit of 5 s, and within it one of 0.4 s");
    tell_whose(eggs_within_two(LONG, LIMIT).await);

    step("A race of two: a limit is such a race, against a timer");
    say(format!("{}: wins", race.await));
    step("A limit of 0.4 s on a task limits the wait for its handle");
    soup_in_a_task.await;
    sleep(1.0).await;
    step("A limit of 0.4 s on code that blocks: nobody looks at the timer");
    tell("dough, long after the limit", timeout(LIMIT, knead().boxed()).await);
}

#[tokio::main]
async fn on_tokio() {
    use tokio::time::timeout;

    let eggs = async |outer, inner| timeout(outer, timeout(inner, cook("eggs", 9.0))).await;
    let race = async {
        tokio::select! {
            dish = cook("kettle", 0.2) => dish,
            dish = cook("samovar", 9.0) => dish,
        }
    };
    let soup = async {
        let mut soup = tokio::spawn(cook("soup", 1.0));
        tell("soup", timeout(LIMIT, &mut soup).await); // lent: the handle stays ours
        say("soup: its handle is dropped; on tokio, the task goes on");
        drop(soup);
    };
    limits(timeout, eggs, race, soup).await;
}

fn on_async_std() {
    use async_std::future::timeout;

    let eggs = async |outer, inner| timeout(outer, timeout(inner, cook("eggs", 9.0))).await;
    let race = async {
        futures::select! {
            dish = cook("kettle", 0.2).fuse() => dish, // this select! needs fuse()
            dish = cook("samovar", 9.0).fuse() => dish,
        }
    };
    let soup = async {
        let mut soup = async_std::task::spawn(cook("soup", 1.0));
        tell("soup", timeout(LIMIT, &mut soup).await);
        say("soup: its handle is dropped; on async-std, the task goes on");
        drop(soup);
    };
    async_std::task::block_on(limits(timeout, eggs, race, soup));
}

fn on_smol() {
    let eggs = async |outer, inner| timeout(outer, timeout(inner, cook("eggs", 9.0))).await;
    let race = smol::future::or(cook("kettle", 0.2), cook("samovar", 9.0));
    let soup = async {
        let mut soup = smol::spawn(cook("soup", 1.0));
        tell("soup", timeout(LIMIT, &mut soup).await);
        say("soup: its handle is dropped; on smol, that cancels the task");
        drop(soup);
    };
    smol::block_on(limits(timeout, eggs, race, soup));
}

/// smol has timers and no timeout: a race against a timer is one. `or` polls its first future
/// first.
async fn timeout<T>(limit: Duration, future: impl Future<Output = T>) -> Result<T, &'static str> {
    let elapsed = async {
        smol::Timer::after(limit).await;
        Err("time is up")
    };
    smol::future::or(async { Ok(future.await) }, elapsed).await
}
