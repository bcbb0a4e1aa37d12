//! Five times a second: a loop of sleeps that drifts, and an interval whose ticks are late.
//!
//!     cargo run -p hello_world --example ticks -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     while True:
//!         await work()
//!         await asyncio.sleep(0.2)                 # each turn is later, by what work takes
//!     due = loop.time()
//!     while True:
//!         await work()
//!         due += 0.2
//!         await asyncio.sleep(due - loop.time())   # below zero, it does not wait
//!
//! asyncio has no interval. When a turn took too long, the second loop makes up for all turns that
//! it missed, one right after the other. tokio's interval lets you choose what it does.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use hello_world::lesson::{self, say, sleep, step};

fn main() -> ExitCode {
    lesson::run(
        "A loop of sleeps drifts; a late interval bursts, is delayed, or skips",
        [&on_tokio, &on_async_std, &on_smol],
        "say what a late tick does: catch up, start anew, or skip.",
    )
}

const PERIOD: Duration = Duration::from_millis(200);

/// The first turn takes three periods and a half, and the others next to nothing.
async fn work(tick: u32) {
    say(format!("tick {tick}"));
    if tick == 1 {
        sleep(0.7).await;
    }
}

async fn by_hand() {
    step("A loop of sleeps of 0.2 s, and each turn takes 0.1 s");
    for tick in 1..=3 {
        say(format!("tick {tick}"));
        sleep(0.1).await;
        sleep(0.2).await;
    }

    step("The same, and each sleep ends at a time that was due");
    let mut due = Instant::now();
    for tick in 1..=3 {
        say(format!("tick {tick}"));
        sleep(0.1).await;
        due += PERIOD;
        sleep(due.saturating_duration_since(Instant::now()).as_secs_f64()).await;
    }
}

#[tokio::main]
async fn on_tokio() {
    use tokio::time::{MissedTickBehavior, interval};

    by_hand().await;
    for (behavior, says) in [
        (MissedTickBehavior::default(), "missed ticks come at once"),
        (MissedTickBehavior::Delay, "a new period begins at the late tick"),
        (MissedTickBehavior::Skip, "missed ticks are left out"),
    ] {
        step(format!("The first turn takes 0.7 s. {behavior:?}: {says}"));
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(behavior);
        for tick in 1..=5 {
            ticks.tick().await;
            work(tick).await;
        }
    }
}

/// Its `interval` needs the feature `unstable`: a timer that is set anew at each tick.
fn on_async_std() {
    async_std::task::block_on(by_hand());
}

fn on_smol() {
    use smol::Timer;
    use smol::stream::StreamExt;

    smol::block_on(async {
        by_hand().await;
        step("The first turn takes 0.7 s: missed ticks come at once");
        let mut ticks = Timer::interval(PERIOD);
        for tick in 1..=5 {
            ticks.next().await;
            work(tick).await;
        }
        step("Each tick sets the timer anew: a new period begins at the late tick");
        let mut ticks = Timer::interval(PERIOD);
        for tick in 1..=5 {
            ticks.next().await;
            ticks.set_interval(PERIOD);
            work(tick).await;
        }
    });
}
