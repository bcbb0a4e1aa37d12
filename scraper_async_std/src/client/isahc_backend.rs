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
use isahc::http::response::Parts;
use isahc::http::{Request, Version};
use isahc::{AsyncBody, HttpClient};
use percent_encoding::percent_decode_str;
use scraper_kit::{ErrorKind, FetchError, MAX_REDIRECTS};
use surf::http::auth::BasicAuth;
use surf::http::{Body, Response};
use surf::utils::async_trait;
use surf::{Error, StatusCode, Url};

/// libcurl learns that a page was given up when the page's next byte arrives. For a server that
/// sends none, its own limit closes the connection this much later than ours gave up the page.
pub const GRACE: Duration = Duration::from_secs(1);

/// How often a request is sent at most; see [`is_stale`].
const MAX_TRIES: usize = 5;

/// isahc 2 in the role of surf's HTTP client.
#[derive(Debug)]
pub struct IsahcBackend(&'static HttpClient);

/// What surf's own response type has no room for.
#[derive(Debug)]
pub struct Answer {
    /// The status as a number: surf's `StatusCode` knows only registered ones.
    pub status: u16,
    /// The URL that answered, after redirects.
    pub url: Url,
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
    /// Sends a request without a body, for a scraper has none to send, and follows redirects.
    async fn send(&self, request: surf::http::Request) -> Result<Response, Error> {
        let mut url = request.url().clone();
        for _ in 0..=MAX_REDIRECTS {
            let (head, body) = self.fetch(&request, &url).await?.into_parts();
            match next_url(&url, &head)? {
                Some(next) => url = next,
                None => return answer(url, head, BufReader::new(body)).await,
            }
        }
        let reason = format!("more than {MAX_REDIRECTS} redirects");
        Err(FetchError::new(ErrorKind::Redirect, reason).into())
    }
}

impl IsahcBackend {
    /// Sends the request to this URL.
    async fn fetch(
        &self,
        request: &surf::http::Request,
        url: &Url,
    ) -> Result<isahc::Response<AsyncBody>, isahc::Error> {
        let mut builder = Request::builder().method(request.method().as_ref()).uri(url.as_str());
        for (name, value) in request {
            builder = builder.header(name.as_str(), value.as_str());
        }
        // http://user:password@host is Basic authentication; reqwest does this by itself.
        if !url.username().is_empty() || url.password().is_some() {
            let decode = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
            let password = url.password().unwrap_or_default();
            let credentials = BasicAuth::new(decode(url.username()), decode(password));
            let (name, value) = (credentials.name(), credentials.value());
            builder = builder.header(name.as_str(), value.as_str());
        }
        let request = builder.body(())?;
        let mut tries = 1;
        loop {
            match self.0.send_async(request.clone()).await {
                Err(error) if is_stale(&error) && tries < MAX_TRIES => tries += 1,
                result => return result,
            }
        }
    }
}

/// A server may close a pooled connection just as we use it again. libcurl then takes another, but
/// gives up when five were closed (error 55), or when one breaks instead (error 56).
fn is_stale(error: &isahc::Error) -> bool {
    let causes = scraper_kit::causes(error);
    causes.contains("[55]") || causes.contains("[56]")
}

/// Where a redirect leads, if this response is one. isahc could follow redirects by itself, but
/// would follow them to hosts called `mailto`, too.
fn next_url(url: &Url, head: &Parts) -> Result<Option<Url>, FetchError> {
    let location = match head.status.as_u16() {
        301 | 302 | 303 | 307 | 308 => head.headers.get("location"),
        _ => None,
    };
    let Some(location) = location else { return Ok(None) };
    let location = String::from_utf8_lossy(location.as_bytes());
    let refused = |reason: String| FetchError::new(ErrorKind::Redirect, reason);
    let next = url.join(&location).map_err(|error| refused(error.to_string()))?;
    match next.scheme() {
        "http" | "https" => Ok(Some(next)),
        scheme => Err(refused(format!("{scheme}: is neither http: nor https:"))),
    }
}

/// isahc's response as surf's.
async fn answer(url: Url, head: Parts, mut body: BufReader<AsyncBody>) -> Result<Response, Error> {
    check_framing(&head, body.fill_buf().await?.is_empty())?;
    let status = head.status.as_u16();
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

/// libcurl is lenient where a body's end is concerned, and would take less for the whole.
fn check_framing(head: &Parts, body_is_empty: bool) -> Result<(), FetchError> {
    let broken = |reason| Err(FetchError::new(ErrorKind::Protocol, reason));
    let chunked = head.headers.contains_key("transfer-encoding");
    let has_body = !matches!(head.status.as_u16(), 204 | 304);
    match head.headers.get("content-length").map(|length| length.to_str().map(str::parse::<i64>)) {
        // It ignores a length that it cannot read.
        Some(Ok(Err(_)) | Err(_)) => broken("Content-Length is not a length"),
        // It takes a head that is cut off for a head, and what follows is nothing.
        None if body_is_empty && has_body && !chunked => {
            broken("neither a length nor a body: it may be cut off")
        }
        // It knows chunks in HTTP/1.0, where nobody else does.
        _ if chunked && head.version < Version::HTTP_11 => broken("chunks in HTTP/1.0"),
        _ => Ok(()),
    }
}
