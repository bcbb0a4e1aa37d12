//! surf over isahc 2: a backend of our own, because none of surf's can be used on the open web.
//!
//! surf 2.3.2 dates from 2021, and with it the clients it brings:
//! - `curl-client` (isahc 0.9) panics on a header byte over 0x7f and on a status such as 520 or
//!   999, all of which real servers send;
//! - `h1-client` takes a truncated body for a whole one, and its TLS has known holes
//!   (RUSTSEC-2024-0336, RUSTSEC-2023-0052).
//!
//! surf can be given any client through its trait `HttpClient`. isahc 2 is maintained, brings
//! libcurl with it, and needs no library of the system.

use std::time::Duration;

use futures::io::{AsyncBufReadExt, BufReader};
use isahc::http::Request;
use isahc::http::response::Parts;
use isahc::{HttpClient, ResponseExt};
use percent_encoding::percent_decode_str;
use scraper_kit::{ErrorKind, FetchError};
use surf::http::auth::BasicAuth;
use surf::http::{Body, Response};
use surf::utils::async_trait;
use surf::{Error, StatusCode};

/// libcurl learns that a page was given up when the page's next byte arrives. For a server that
/// sends none, its own limit closes the connection this much later than ours gave up the page.
pub const GRACE: Duration = Duration::from_millis(250);

/// How often a request is sent at most; see [`is_stale`].
const MAX_TRIES: usize = 25;

/// isahc 2 in the role of surf's HTTP client.
#[derive(Debug)]
pub struct IsahcBackend(&'static HttpClient);

/// What surf's own response type has no room for.
#[derive(Debug)]
pub struct Answer {
    /// The status as a number: surf's `StatusCode` knows only registered ones.
    pub status: u16,
    /// The URL that answered, after redirects.
    pub url: String,
}

impl IsahcBackend {
    /// A backend that sends surf's requests with this client, which lives as long as the program:
    /// dropping it would wait for name look-ups that nobody needs any more, ten seconds and longer.
    pub fn new(client: HttpClient) -> Self {
        Self(Box::leak(Box::new(client)))
    }
}

#[async_trait]
impl surf::HttpClient for IsahcBackend {
    /// Sends a request without a body: a scraper has none to send.
    async fn send(&self, mut request: surf::http::Request) -> Result<Response, Error> {
        // http://user:password@host is Basic authentication; reqwest does this by itself.
        let (user, password) = (request.url().username(), request.url().password());
        if !user.is_empty() || password.is_some() {
            let decode = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
            let credentials = BasicAuth::new(decode(user), decode(password.unwrap_or_default()));
            request.insert_header(credentials.name(), credentials.value());
        }
        let mut builder =
            Request::builder().method(request.method().as_ref()).uri(request.url().as_str());
        for (name, value) in &request {
            builder = builder.header(name.as_str(), value.as_str());
        }
        let request = builder.body(()).map_err(bad_gateway)?;
        let mut tries = 1;
        let response = loop {
            match self.0.send_async(request.clone()).await {
                Err(error) if is_stale(&error) && tries < MAX_TRIES => tries += 1,
                result => break result.map_err(bad_gateway)?,
            }
        };

        let status = response.status().as_u16();
        let url = response.effective_uri().map(ToString::to_string).unwrap_or_default();
        let (head, body) = response.into_parts();
        let mut body = BufReader::new(body);
        check_framing(&head, body.fill_buf().await?.is_empty())?;

        let mut answer = Response::new(StatusCode::try_from(status).unwrap_or(StatusCode::Ok));
        answer.ext_mut().insert(Answer { status, url });
        answer.set_body(Body::from_reader(body, None));
        answer.remove_header("content-type"); // surf makes one up; the server's follows, if any
        for (name, value) in &head.headers {
            // surf's headers are ASCII; any other byte becomes a question mark.
            let text = value.as_bytes().iter().map(|byte| match byte {
                b' '..=b'~' => char::from(*byte),
                _ => '?',
            });
            answer.append_header(name.as_str(), text.collect::<String>());
        }
        Ok(answer)
    }
}

/// A server may close a connection in the pool at any time. libcurl then takes another, but gives up
/// after five with error 55, while the pool may be full of them. To get a page again does no harm.
fn is_stale(error: &isahc::Error) -> bool {
    scraper_kit::causes(error).contains("[55]")
}

/// libcurl is lenient where a body's end is concerned, and would take less for the whole.
fn check_framing(head: &Parts, body_is_empty: bool) -> Result<(), FetchError> {
    let broken = |reason| Err(FetchError::new(ErrorKind::Protocol, reason));
    let has_body = !matches!(head.status.as_u16(), 204 | 304);
    match head.headers.get("content-length").map(|length| length.to_str().map(str::parse::<u64>)) {
        // It ignores a length that it cannot read.
        Some(Ok(Err(_)) | Err(_)) => broken("Content-Length is not a length"),
        // It takes a head that is cut off for a head, and what follows is nothing.
        None if body_is_empty && has_body && !head.headers.contains_key("transfer-encoding") => {
            broken("neither a length nor a body: it may be cut off")
        }
        _ => Ok(()),
    }
}

/// surf's errors carry a status, ours has none; the cause inside is what counts.
fn bad_gateway(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(StatusCode::BadGateway, error)
}
