//! A future runs once, so every try is a new one. How long to wait for the next, how long in all,
//! and what not to hold meanwhile.
//!
//!     cargo run -p hello_world --example retry -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     async with asyncio.timeout(0.5):                     # one limit, around all tries
//!         for tries in itertools.count():
//!             try:
//!                 async with cook:                         # an asyncio.Semaphore
//!                     return await order("eggs")           # each call makes a new coroutine
//!             except Busy:
//!                 bound = 0.1 * 2**tries                   # exponential backoff
//!                 await asyncio.sleep(random.uniform(0, bound))       # with full jitter
//!
//! A coroutine cannot be awaited twice there, either: "cannot reuse already awaited coroutine".

use std::cell::Cell;
use std::process::ExitCode;
use std::time::Duration;

use futures::future::join_all;
use futures::join;
use hello_world::lesson::{self, say, seconds, sleep, step};
use tokio::sync::Semaphore; // works on any runtime, and so does smol::lock::Semaphore

fn main() -> ExitCode {
    lesson::run(
        "To try again: a new future, backoff and jitter, one limit, and nothing held",
        [&on_tokio, &on_async_std, &on_smol],
        "a try is a new future; before it, wait at random, and hold nothing.",
    )
}

const LIMIT: Duration = Duration::from_millis(500);

#[derive(Debug)]
struct Busy;

/// An order that the kitchen refuses as often as `refusals` says.
async fn order(dish: &str, refusals: &Cell<u32>) -> Result<(), Busy> {
    if refusals.get() > 0 {
        refusals.set(refusals.get() - 1);
        say(format!("{dish}: the cook is busy"));
        return Err(Busy);
    }
    say(format!("{dish}: ready"));
    Ok(())
}

/// Takes no future, which would be used up by the first try, but what makes one.
async fn retry(wait: fn(f64) -> f64, mut attempt: impl AsyncFnMut() -> Result<(), Busy>) {
    let mut bound = 0.1;
    while let Err(Busy) = attempt().await {
        sleep(wait(bound)).await;
        bound *= 2.0; // exponential backoff
    }
}

fn full_jitter(bound: f64) -> f64 {
    bound * fastrand::f64()
}

fn no_jitter(bound: f64) -> f64 {
    bound
}

async fn new_futures() {
    step("Each try is a new future");
    let refusals = Cell::new(2);
    retry(full_jitter, async || order("coffee", &refusals).await).await;
}

async fn herds() {
    step("Twenty are refused at 0, and wait 0.4 s");
    herd(no_jitter).await;
    step("Twenty are refused at 0, and wait at random up to 0.4 s");
    herd(full_jitter).await;
}

/// When do they come back?
async fn herd(wait: fn(f64) -> f64) {
    let come_back = (0..20).map(|_| async {
        sleep(wait(0.4)).await;
        (seconds() * 10.0) as usize
    });
    let mut arrivals = [0; 10];
    for tenth in join_all(come_back).await {
        arrivals[tenth.min(9)] += 1;
    }
    for (tenth, count) in arrivals.into_iter().enumerate().filter(|(_, count)| *count > 0) {
        println!("  0.{tenth}0 s  {}", "█".repeat(count));
    }
}

/// Never ready: the kitchen refuses each try.
async fn tea() {
    let refusals = Cell::new(u32::MAX);
    retry(no_jitter, async || order("tea", &refusals).await).await;
}

async fn one_cook() {
    let cook = Semaphore::new(1);
    let toast = async || {
        let _held = cook.acquire().await;
        order("toast", &Cell::new(0)).await
    };
    step("Eggs and toast, and one cook: who waits for the next try keeps him");
    let refusals = Cell::new(2);
    let eggs = async {
        let _held = cook.acquire().await;
        retry(no_jitter, async || order("eggs", &refusals).await).await;
    };
    let _ = join!(eggs, toast());
    step("The same, and each try gives him back");
    let refusals = Cell::new(2);
    let eggs = retry(no_jitter, async || {
        let _held = cook.acquire().await;
        order("eggs", &refusals).await
    });
    let _ = join!(eggs, toast());
}

/// Of all this, only a limit of time belongs to the runtime.
async fn tries(tea_in_time: impl Future<Output = bool>) {
    new_futures().await;
    step("A limit of 0.5 s around all tries, of which none succeeds");
    say(format!("in time: {}", tea_in_time.await));
    one_cook().await;
    herds().await;
}

#[tokio::main]
async fn on_tokio() {
    tries(async { tokio::time::timeout(LIMIT, tea()).await.is_ok() }).await;
}

fn on_async_std() {
    async_std::task::block_on(tries(async {
        async_std::future::timeout(LIMIT, tea()).await.is_ok()
    }));
}

fn on_smol() {
    smol::block_on(tries(async {
        let in_time = async {
            tea().await;
            true
        };
        let elapsed = async {
            smol::Timer::after(LIMIT).await;
            false
        };
        smol::future::or(in_time, elapsed).await
    }));
}
