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

use futures::io::BufReader;
use isahc::http::Request;
use isahc::{HttpClient, ResponseExt};
use percent_encoding::percent_decode_str;
use surf::http::auth::BasicAuth;
use surf::http::{Body, Response};
use surf::utils::async_trait;
use surf::{Error, StatusCode};

/// libcurl learns that a page was given up when the page's next byte arrives. For a server that
/// sends none, its own limit closes the connection this much later than ours gave up the page.
pub const GRACE: Duration = Duration::from_millis(250);

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
        let response = self.0.send_async(request).await.map_err(bad_gateway)?;

        let status = response.status().as_u16();
        let url = response.effective_uri().map(ToString::to_string).unwrap_or_default();
        let (head, body) = response.into_parts();
        let mut answer = Response::new(StatusCode::try_from(status).unwrap_or(StatusCode::Ok));
        answer.ext_mut().insert(Answer { status, url });
        answer.set_body(Body::from_reader(BufReader::new(body), None));
        answer.remove_header("content-type"); // surf makes one up; the server's follows, if any
        for (name, value) in &head.headers {
            // surf's headers are ASCII; of one that is not, the rest remains.
            let text = value.as_bytes().iter().map(|byte| match byte {
                b' '..=b'~' => char::from(*byte),
                _ => '?',
            });
            answer.append_header(name.as_str(), text.collect::<String>());
        }
        Ok(answer)
    }
}

/// surf's errors carry a status, ours has none; the cause inside is what counts.
fn bad_gateway(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(StatusCode::BadGateway, error)
}
