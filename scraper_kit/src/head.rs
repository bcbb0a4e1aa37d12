//! The head of a response, as far as a scraper looks at it.

use std::time::{Duration, SystemTime};

use percent_encoding::{AsciiSet, percent_encode};
use url::Url;

/// What a scraper has to know of a response before its body, whatever the client calls it.
#[derive(Debug, Clone, Default)]
pub struct ResponseHead {
    /// The status, such as 200: any number, for real servers send 520 and 999.
    pub status: u16,
    /// The URL that answered, after redirects.
    pub url: String,
    /// The `Content-Type` headers, joined with commas.
    pub content_type: Option<String>,
    /// The `Content-Encoding` headers, joined with commas.
    pub content_encoding: Option<String>,
    /// The `Transfer-Encoding` headers, joined with commas, in lower case.
    pub transfer_encoding: Option<String>,
    /// The first `Content-Length` header, if it is a length.
    pub content_length: Option<u64>,
    /// The first `Location` header, in ASCII.
    pub location: Option<String>,
    /// How long the server wants to be left alone, by its `Retry-After` header.
    pub retry_after: Option<Duration>,
}

impl ResponseHead {
    /// The head of a response with this status, from the URL that answered. `header` finds all
    /// values of the header of that name, as bytes: they are the server's, and may be anything.
    pub fn new<'h, V>(status: u16, url: &Url, header: impl Fn(&'static str) -> V) -> Self
    where
        V: IntoIterator<Item = &'h [u8]>,
    {
        let first = |name| header(name).into_iter().next();
        let find = |name| {
            let mut values = header(name).into_iter().map(String::from_utf8_lossy);
            let first = values.next()?.into_owned();
            let joined = values.fold(first, |joined, value| joined + ", " + &value);
            Some(joined).filter(|value| !value.is_empty())
        };
        Self {
            status,
            url: without_secrets(url),
            content_type: find("content-type"),
            content_encoding: find("content-encoding"),
            transfer_encoding: find("transfer-encoding").map(|text| text.to_ascii_lowercase()),
            content_length: find("content-length")
                .and_then(|text| text.split(',').next()?.trim().parse().ok()),
            location: first("location").map(location).filter(|text| !text.is_empty()),
            retry_after: first("retry-after").and_then(|value| retry_after(value, first("date"))),
        }
    }
}

/// The URL as it goes into the output: without user name, password and fragment, none of which is
/// part of what was asked for.
fn without_secrets(url: &Url) -> String {
    let has_secrets = !url.username().is_empty() || url.password().is_some();
    if !has_secrets && url.fragment().is_none() {
        return url.as_str().to_owned();
    }
    let mut url = url.clone();
    url.set_fragment(None);
    // Only URLs without a host refuse this, and they have neither.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.into()
}

/// A `Location` as text. Servers send bytes that are not ASCII, in any charset; browsers and curl
/// escape them one by one and ask for just what the server wrote.
fn location(bytes: &[u8]) -> String {
    percent_encode(bytes, &AsciiSet::EMPTY).to_string()
}

/// What a `Retry-After` header asks for: a number of seconds, or a date (RFC 9110, section 10.2.3).
/// `date` is the server's own, from the header of that name: its clock may be wrong, but not about
/// how far off a time is.
fn retry_after(value: &[u8], date: Option<&[u8]>) -> Option<Duration> {
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
}
