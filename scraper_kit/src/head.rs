//! The head of a response, as far as a scraper looks at it.

use std::time::Duration;

use percent_encoding::{AsciiSet, percent_encode};
use url::Url;

use crate::retry;

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
            retry_after: first("retry-after")
                .and_then(|value| retry::retry_after(value, first("date"))),
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
