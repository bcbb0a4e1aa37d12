//! What is worth another try, and when.

use std::time::{Duration, SystemTime};

/// Statuses that may be gone a moment later. 408, 425, 429 and 503 say so themselves (RFC 9110,
/// RFC 8470, RFC 6585); 500, 502 and 504 are mostly of one moment, too.
const PASSING: [u16; 7] = [408, 425, 429, 500, 502, 503, 504];

/// Doublings of the first delay, at most: more make numbers that nobody waits for.
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

/// What a `Retry-After` header asks for: a number of seconds, or a date (RFC 9110, section 10.2.3).
/// `date` is the server's own, from the header of that name: its clock may be wrong, but not about
/// how far off a time is.
pub(crate) fn retry_after(value: &[u8], date: Option<&[u8]>) -> Option<Duration> {
    let value = value.trim_ascii();
    if let Some(seconds) = seconds(value) {
        return Some(Duration::from_secs(seconds));
    }
    let at = |text: &[u8]| httpdate::parse_http_date(str::from_utf8(text).ok()?.trim()).ok();
    let now = date.and_then(at).unwrap_or_else(SystemTime::now);
    Some(at(value)?.duration_since(now).unwrap_or_default()) // a time that is over: at once
}

/// A number of seconds. By the standard it is a whole one; real servers send fractions, too, which are
/// rounded up: to ask sooner than the server wants is what the header is there to prevent.
fn seconds(value: &[u8]) -> Option<u64> {
    let point = value.iter().position(|byte| *byte == b'.').unwrap_or(value.len());
    let (whole, fraction) = (&value[..point], value.get(point + 1..).unwrap_or_default());
    let digits = || whole.iter().chain(fraction);
    if digits().next().is_none() || !digits().all(u8::is_ascii_digit) {
        return None;
    }
    let seconds = match whole {
        [] => 0, // ".5"
        // Too many digits are a very long time, not a mistake.
        _ => str::from_utf8(whole).ok()?.parse().unwrap_or(u64::MAX),
    };
    let more = fraction.iter().any(|digit| *digit != b'0');
    Some(seconds.saturating_add(more.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        const NOW: Option<&[u8]> = Some(b"Sun, 06 Nov 1994 08:49:37 GMT");
        let seconds = |value: &[u8]| retry_after(value, NOW).map(|wait| wait.as_secs());
        for (value, expected) in [
            (&b"120"[..], Some(120)),
            (b" 0 ", Some(0)),
            (b"99999999999999999999999", Some(u64::MAX)),
            (b"Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            (b"Sunday, 06-Nov-94 08:49:39 GMT", Some(2)),
            (b"Sun Nov  6 08:49:38 1994", Some(1)),
            (b"Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            (b"Mon, 06 Nov 1995 08:49:37 GMT", Some(365 * 86_400)),
            (b"", None),
            (b"-1", None),
            (b"1.4", Some(2)),
            (b"2.000", Some(2)),
            (b"0.001", Some(1)),
            (b".5", Some(1)),
            (b"3.", Some(3)),
            (b"99999999999999999999999.9", Some(u64::MAX)),
            (b".", None),
            (b"1.4.2", None),
            (b"1,4", None),
            (b"-0.5", None),
            (b"1.4 s", None),
            (b"1e3", None),
            (b"NaN", None),
            (b"soon", None),
            (b"\xff", None),
            ("١".as_bytes(), None),
        ] {
            assert_eq!(seconds(value), expected, "{:?}", value.escape_ascii().to_string());
        }
    }

    #[test]
    fn a_date_is_meant_by_the_servers_clock_if_it_has_one() {
        let in_an_hour = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3600));
        for date in [None, Some(&b"noon"[..])] {
            let wait = retry_after(in_an_hour.as_bytes(), date).unwrap();
            assert!(wait <= Duration::from_secs(3600) && wait > Duration::from_secs(1800));
        }
    }

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
