//! So many a second, and so many at once for each host: the two limits of a polite client.
//!
//!     cargo run -p hello_world --example pace -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     tokens = min(BURST, tokens + (now - at) * RATE) - 1       # so many a second: a token bucket
//!     if tokens < 0:
//!         await asyncio.sleep(-tokens / RATE)
//!     async with hosts.setdefault(host, asyncio.Semaphore(2)):  # so many at once
//!         await get(host)
//!
//! They are different limits: a bucket does not look at how long a request takes, and a semaphore
//! does not look at the clock. A slow server needs the second one, a quick one the first.

use std::collections::HashMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::future::join_all;
use hello_world::lesson::{self, say, seconds, sleep, step};
use tokio::sync::Semaphore; // works on any runtime

fn main() -> ExitCode {
    lesson::run(
        "An interval's first tick, a token bucket, and a semaphore for each host",
        [&on_tokio, &on_async_std, &on_smol],
        "a rate and a number at once are two limits; a polite client keeps both.",
    )
}

const PERIOD: Duration = Duration::from_millis(200);

/// Tokens a second, and at most.
const RATE: f64 = 5.0;
const BURST: f64 = 3.0;

/// The hosts of the requests, in this order.
const REQUESTS: [&str; 10] = ["a", "a", "a", "a", "a", "a", "b", "b", "b", "b"];

/// A token bucket: a counter, and when it was last looked at. No timer fills it; time does.
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    /// Takes a token. Below zero it is owed, and comes after a wait.
    async fn take(&mut self) {
        let now = Instant::now();
        let come = (now - self.at).as_secs_f64() * RATE;
        self.tokens = (self.tokens + come).min(BURST) - 1.0;
        self.at = now;
        if self.tokens < 0.0 {
            sleep(-self.tokens / RATE).await;
        }
    }
}

async fn five_a_second() {
    step("Eight requests, from a bucket with 3 tokens that gets 5 a second");
    let mut bucket = Bucket { tokens: BURST, at: Instant::now() };
    for request in 1..=8 {
        bucket.take().await;
        say(format!("request {request}"));
    }
}

async fn two_at_once() {
    step("Six requests to host a and four to b, of 0.2 s each, two at once for each host");
    let hosts = HashMap::from(["a", "b"].map(|host| (host, Semaphore::new(2))));
    let requests = REQUESTS.map(async |host| {
        let _permit = hosts[host].acquire().await;
        let start = seconds();
        sleep(0.2).await;
        (host, start, seconds())
    });
    for (host, start, end) in join_all(requests).await {
        let column = |time: f64| (time * 20.0).round() as usize;
        let bar = "█".repeat(column(end) - column(start));
        println!("{start:6.2} s  {host}  {}{bar}", " ".repeat(column(start)));
    }
}

async fn keep_a_pace<Tick>(mut tick: impl AsyncFnMut() -> Tick) {
    step("An interval of 0.2 s");
    for number in 1..=3 {
        tick().await;
        say(format!("tick {number}"));
    }
    five_a_second().await;
    two_at_once().await;
}

#[tokio::main]
async fn on_tokio() {
    let mut ticks = tokio::time::interval(PERIOD);
    keep_a_pace(async || ticks.tick().await).await;
}

/// Its interval needs the feature `unstable`. A loop of sleeps is later each time, by what the loop
/// takes.
fn on_async_std() {
    async_std::task::block_on(keep_a_pace(async || async_std::task::sleep(PERIOD).await));
}

fn on_smol() {
    let mut ticks = smol::Timer::interval(PERIOD);
    smol::block_on(keep_a_pace(async || ticks.next().await));
}
