//! `http://user:password@host`.

use base64::prelude::{BASE64_STANDARD, Engine};
use percent_encoding::percent_decode_str;
use url::Url;

/// The `Authorization` header for the user name and password of a URL, if it has any: Basic
/// authentication. What is escaped in the URL is sent byte for byte, in whatever charset it is.
pub fn basic_auth(url: &Url) -> Option<String> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let mut credentials: Vec<u8> = percent_decode_str(url.username()).collect();
    credentials.push(b':');
    credentials.extend(percent_decode_str(url.password().unwrap_or_default()));
    Some(format!("Basic {}", BASE64_STANDARD.encode(credentials)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_sent_as_they_are() {
        for (url, header) in [
            ("http://host/", None),
            ("http://user:pass@host/", Some("Basic dXNlcjpwYXNz")),
            ("http://user@host/", Some("Basic dXNlcjo=")),
            ("http://:pass@host/", Some("Basic OnBhc3M=")),
            ("http://user:%e9@host/", Some("Basic dXNlcjrp")),
            ("http://%e9:p@host/", Some("Basic 6Tpw")),
            ("http://user:é@host/", Some("Basic dXNlcjrDqQ==")),
        ] {
            assert_eq!(basic_auth(&url.parse().unwrap()).as_deref(), header, "{url}");
        }
    }
}
