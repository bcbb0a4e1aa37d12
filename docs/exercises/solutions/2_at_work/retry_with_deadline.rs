//! Retry with a deadline: three tries, and one limit around all of them.
//!
//! In Python:
//!
//!     async def get():
//!         async with asyncio.timeout(10):
//!             for seconds in (1, 2):
//!                 try:
//!                     return await ask()
//!                 except OSError:
//!                     await asyncio.sleep(seconds)
//!             return await ask()
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - Polite, and persistent, "Tried again"
//! - How things end, "Try again, and hold nothing"
//! - hello_world/examples/retry.rs

use std::time::Duration;

use exercises::Log;
use tokio::time::{Instant, sleep, timeout};

/// Whoever asks us waits so long, and no longer.
const LIMIT: Duration = Duration::from_secs(10);

const TRIES: u32 = 3;

/// A server that says no after so many seconds, and yes when asked for the third time.
async fn ask(visit: u32, seconds: u64, log: &Log) -> Result<&'static str, String> {
    log.add(format!("try {visit}"));
    sleep(Duration::from_secs(seconds)).await;
    if visit == 3 { Ok("eggs") } else { Err("503 Service Unavailable".into()) }
}

// The timeout is around the loop, and so around the waits, too. Whatever is under way when time is
// up, a try or a wait, is dropped.
async fn get(seconds: u64, log: &Log) -> Result<&'static str, String> {
    let trying = async {
        let mut visit = 1;
        loop {
            let result = ask(visit, seconds, log).await;
            if result.is_ok() || visit == TRIES {
                return result;
            }
            sleep(Duration::from_secs(1 << (visit - 1))).await;
            visit += 1;
        }
    };
    timeout(LIMIT, trying).await.unwrap_or_else(|_elapsed| Err("too late".into()))
}

fn main() {
    for seconds in [1, 4, 60] {
        println!("a server that takes {seconds} s:");
        exercises::on_tokio(async {
            let begun = Instant::now();
            let result = get(seconds, &Log::default()).await;
            println!("{result:?} after {} s", begun.elapsed().as_secs());
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds_and_result(seconds: u64, log: &Log) -> (u64, Result<&'static str, String>) {
        exercises::on_tokio(async {
            let begun = Instant::now();
            let result = get(seconds, log).await;
            (begun.elapsed().as_secs(), result)
        })
    }

    #[test]
    fn a_quick_server_is_asked_three_times() {
        let log = Log::default();
        let (took, result) = seconds_and_result(1, &log);
        assert_eq!(result, Ok("eggs"), "expected what the third try gives (right)");
        assert_eq!(took, 6, "expected 3 tries of 1 s, and waits of 1 s and 2 s (right)");
        assert_eq!(log.events(), ["try 1", "try 2", "try 3"], "expected three tries (right)");
    }

    #[test]
    fn a_slow_server_does_not_hold_up_the_caller() {
        let (took, result) = seconds_and_result(4, &Log::default());
        assert!(took <= LIMIT.as_secs(), "expected an end within 10 s; it took {took} s");
        assert!(result.is_err(), "expected an error when time is up; there was {result:?}");
    }

    #[test]
    fn a_try_that_is_slow_gets_all_the_time_there_is() {
        let log = Log::default();
        let (took, result) = seconds_and_result(60, &log);
        assert_eq!(result, Err("too late".into()), "expected this error (right)");
        assert_eq!(
            (took, log.events()),
            (10, vec!["try 1".to_owned()]),
            "expected one try, of 10 s (right)"
        );
    }
}
