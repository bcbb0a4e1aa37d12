//! Requests with reqwest.

use std::io;

use futures::{AsyncBufRead, TryStreamExt};
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::redirect;
use scraper_kit::{
    ACCEPT_ENCODING, ErrorKind, FetchError, Job, MAX_REDIRECTS, ResponseHead, Target,
};

/// How often a request is sent at most; see [`is_stale`].
const MAX_TRIES: usize = 3;

/// What aiohttp calls a session: a pool of connections, shared by all clones of the handle.
pub type Session = reqwest::Client;

/// Opens the one session that all requests share.
pub fn open_session(job: &Job) -> Result<Session, FetchError> {
    let accept = HeaderMap::from_iter([(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static(ACCEPT_ENCODING),
    )]);
    reqwest::Client::builder()
        .user_agent(&job.user_agent)
        .default_headers(accept)
        .redirect(redirect::Policy::limited(MAX_REDIRECTS))
        .http1_max_headers(256) // its default of 100 is less than real servers send
        .no_proxy() // aiohttp ignores the environment's proxies, too
        .build()
        .map_err(|error| FetchError::caused_by(ErrorKind::Tls, &error)) // no root certificates
}

/// Like session.get: returns when the head of the response is there; its body has yet to come, and
/// borrows (`use<>`) neither argument.
pub async fn get(
    session: &Session,
    target: &Target,
) -> Result<(ResponseHead, impl AsyncBufRead + Send + use<>), FetchError> {
    let url = target.url.clone()?; // an invalid URL fails here, before anything is sent
    let mut tries = 1;
    let response = loop {
        match session.get(url.clone()).send().await {
            Err(error) if is_stale(&error) && tries < MAX_TRIES => tries += 1,
            result => break result.map_err(explain)?,
        }
    };
    let head = ResponseHead::new(response.status().as_u16(), response.url().as_str(), |name| {
        response.headers().get_all(name).iter().map(HeaderValue::as_bytes)
    });
    let body = response.bytes_stream().map_err(|error| io::Error::from(explain(error)));
    Ok((head, body.into_async_read()))
}

/// A server may close a pooled connection just as we use it again, and to get a page twice does no
/// harm. aiohttp tries once more, too.
fn is_stale(error: &reqwest::Error) -> bool {
    scraper_kit::causes(error).contains("connection closed before message completed")
}

/// What reqwest's error means. Connecting has three steps, which only the causes tell apart.
fn explain(error: reqwest::Error) -> FetchError {
    let causes = scraper_kit::causes(&error);
    let kind = if error.is_redirect() || error.is_builder() {
        ErrorKind::Redirect // the first URL was checked, so a URL it cannot use is a redirect's
    } else if !error.is_connect() {
        ErrorKind::Protocol
    } else if causes.contains("dns error") {
        ErrorKind::Dns
    } else if causes.contains("tcp connect error") || causes.contains("tcp open error") {
        ErrorKind::Connect
    } else {
        ErrorKind::Tls
    };
    FetchError::caused_by(kind, &error)
}
