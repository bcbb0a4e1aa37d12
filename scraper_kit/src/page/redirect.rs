//! Where a redirect leads.

use url::Url;

use crate::error::{ErrorKind, FetchError};
use crate::head::ResponseHead;
use crate::targets::address;

/// Redirects that are followed for one page; aiohttp's default, too.
pub(crate) const MAX_REDIRECTS: usize = 10;

impl ResponseHead {
    /// Where this response, to a request for `url`, leads; `None` when it is the answer.
    ///
    /// A user name and password stay for the same origin, and go to no other, not even back to the
    /// first by way of another.
    ///
    /// # Errors
    /// It leads nowhere that a scraper should go.
    pub(crate) fn redirect(&self, url: &Url) -> Result<Option<Url>, FetchError> {
        let location = match self.status {
            301 | 302 | 303 | 307 | 308 => self.location.as_deref(),
            _ => None,
        };
        let Some(location) = location else { return Ok(None) };
        let refused = |reason| FetchError::new(ErrorKind::Redirect, reason);
        let mut next = url.join(location).map_err(|error| refused(error.to_string()))?;
        address::check(&next).map_err(refused)?;
        if next.origin() == url.origin() && next.username().is_empty() && next.password().is_none()
        {
            // Only URLs without a host refuse this.
            let _ = next.set_username(url.username());
            let _ = next.set_password(url.password());
        }
        Ok(Some(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(url: &str, location: &[u8]) -> Result<String, ErrorKind> {
        let url = url.parse().unwrap();
        let head = ResponseHead::new(302, &url, |name| (name == "location").then_some(location));
        let next = head.redirect(&url).map_err(|error| error.kind)?;
        Ok(next.map_or_else(String::new, String::from))
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        for (location, next) in [
            ("/b", "http://u:p@host/b"),
            ("http://host/b", "http://u:p@host/b"),
            ("http://host:80/b", "http://u:p@host/b"),
            ("http://v:q@host/b", "http://v:q@host/b"),
            ("http://host:81/b", "http://host:81/b"),
            ("https://host/b", "https://host/b"),
            ("//other/b", "http://other/b"),
            ("http://v@other/b", "http://v@other/b"),
        ] {
            assert_eq!(follow("http://u:p@host/a", location.as_bytes()).as_deref(), Ok(next));
        }
    }

    #[test]
    fn bytes_that_are_not_ascii_are_escaped_as_they_are() {
        for (location, next) in [
            (&b"/caf\xe9"[..], "http://host/caf%E9"),
            ("/café?ä#ö".as_bytes(), "http://host/caf%C3%A9?%C3%A4#%C3%B6"),
            ("http://bücher.de/".as_bytes(), "http://xn--bcher-kva.de/"),
            (b"/already%20", "http://host/already%20"),
            (b" /spaces around\t", "http://host/spaces%20around"),
        ] {
            assert_eq!(follow("http://host/", location).as_deref(), Ok(next));
        }
    }

    #[test]
    fn not_everything_is_followed() {
        for location in ["ftp://host/", "mailto:me", "data:,x", "http://", "http://host:99999/"] {
            assert_eq!(follow("http://host/", location.as_bytes()), Err(ErrorKind::Redirect));
        }
        let long = format!("/{}", "x".repeat(address::MAX_URL_BYTES));
        assert_eq!(follow("http://host/", long.as_bytes()), Err(ErrorKind::Redirect));
        assert_eq!(follow("http://host/", b"").as_deref(), Ok(""), "as if there were none");
    }
}
