//! What is worth another try, and when.

use std::time::Duration;

/// Statuses that may be gone a moment later. 408, 425, 429 and 503 say so themselves (RFC 9110,
/// RFC 8470, RFC 6585); 500, 502 and 504 are mostly of one moment, too.
const PASSING: [u16; 7] = [408, 425, 429, 500, 502, 503, 504];

/// Doublings of the first delay, at most: more make times longer than any run.
const MAX_DOUBLINGS: u32 = 20;

/// Whether a server that answered with this status may have the page a moment later.
pub(crate) fn may_pass(status: u16) -> bool {
    PASSING.contains(&status)
}

/// How long to wait after so many tries: exponential backoff with full jitter, which is anything from
/// nothing to twice as much as the time before. Pages that failed together then do not come back
/// together ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
pub(crate) fn backoff(first: Duration, tries: u32) -> Duration {
    let doublings = tries.saturating_sub(1).min(MAX_DOUBLINGS);
    first.saturating_mul(1 << doublings).mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_of_the_backoff_doubles() {
        let first = Duration::from_millis(500);
        for (tries, bound) in [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (100, 524_288.0)] {
            let waits: Vec<f64> = (0..1000).map(|_| backoff(first, tries).as_secs_f64()).collect();
            assert!(waits.iter().all(|wait| (0.0..bound).contains(wait)), "{tries}");
            // All of it is used: of a thousand, some are in the lowest and in the highest quarter.
            assert!(waits.iter().any(|wait| *wait < bound / 4.0), "{tries}");
            assert!(waits.iter().any(|wait| *wait > bound * 0.75), "{tries}");
        }
        assert_eq!(backoff(Duration::ZERO, 5), Duration::ZERO);
        let _ = backoff(Duration::from_secs(86_400), 100); // no overflow
    }
}
