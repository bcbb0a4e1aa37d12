//! Requests with reqwest.

use std::future;
use std::time::Duration;

use futures::{AsyncBufRead, TryStreamExt};
use reqwest::StatusCode;
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::redirect;
use scraper_kit::{ACCEPT_ENCODING, ErrorKind, FetchError, Job, ResponseHead};
use tokio::time::sleep;
use url::Url;

/// How long a connection that nobody uses is kept. reqwest limits them for each host and not in all,
/// so a list of many hosts could use up the sockets that a program may have.
const IDLE: Duration = Duration::from_secs(1);

/// What aiohttp calls a session: a pool of connections, shared by all clones of the handle.
#[derive(Clone)]
pub struct Session {
    client: reqwest::Client,
    /// Keeps no connection, so each of its requests goes over a new one.
    fresh: reqwest::Client,
}

/// Opens the one session that all requests share.
pub fn open_session(job: &Job) -> Result<Session, FetchError> {
    // rustls leaves the choice of a cryptography library to the program; an earlier one would stay.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let build = |max_idle| {
        // A machine without root certificates can still fetch http pages; https ones fail.
        let client = builder(job, max_idle).build();
        let client = client.or_else(|_| builder(job, max_idle).tls_certs_only([]).build());
        client.map_err(|error| FetchError::caused_by(ErrorKind::Tls, &error))
    };
    Ok(Session { client: build(job.per_host.min(job.concurrency))?, fresh: build(0)? })
}

fn builder(job: &Job, max_idle: usize) -> reqwest::ClientBuilder {
    let accept = HeaderMap::from_iter([(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static(ACCEPT_ENCODING),
    )]);
    reqwest::Client::builder()
        .user_agent(&job.user_agent)
        .default_headers(accept)
        .redirect(redirect::Policy::none()) // read_page follows them: a Location may be in any charset
        .no_proxy() // aiohttp ignores the environment's proxies, too
        .connect_timeout(job.timeout) // divided among a host's addresses: the first may be dead
        .pool_max_idle_per_host(max_idle)
        .pool_idle_timeout(IDLE)
        // What real servers send, and browsers and curl accept.
        .http1_max_headers(256)
        .http1_title_case_headers()
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_ignore_invalid_headers_in_responses(true)
}

/// Like session.get, but follows no redirect: returns when the head of the response is there; its
/// body has yet to come, and borrows (`use<>`) neither argument.
///
/// A server may close a pooled connection just as we use it again: then the request is sent once
/// more, over a new one. To get a page twice does no harm, and aiohttp, curl and browsers do the
/// same.
pub async fn get(
    session: &Session,
    url: &Url,
) -> Result<(ResponseHead, impl AsyncBufRead + Send + use<>), FetchError> {
    let mut answer = ask(&session.client, url).await;
    let stale = match &answer {
        Ok(response) => response.status() == StatusCode::REQUEST_TIMEOUT,
        Err(error) => scraper_kit::broke_off(error), // reqwest does not tell if it was a pooled one
    };
    if stale {
        answer = ask(&session.fresh, url).await;
    }
    let response = answer.map_err(explain)?;
    let head = ResponseHead::new(response.status().as_u16(), url, |name| {
        response.headers().get_all(name).iter().map(HeaderValue::as_bytes)
    });
    let body = response.bytes_stream().map_err(|error| explain(error).into());
    Ok((head, body.into_async_read()))
}

async fn ask(client: &reqwest::Client, url: &Url) -> reqwest::Result<reqwest::Response> {
    loop {
        match client.get(url.clone()).send().await {
            Err(error) if error.is_timeout() => future::pending().await, // the page's limit is due
            Err(error) if scraper_kit::is_out_of_files(&error) => sleep(IDLE).await,
            answer => return answer,
        }
    }
}

/// What reqwest's error means. Connecting has three steps, which only the causes tell apart.
fn explain(error: reqwest::Error) -> FetchError {
    let causes = scraper_kit::causes(&error);
    let kind = if causes.contains("received fatal alert") {
        ErrorKind::Tls // in TLS 1.3 a server refuses us after the handshake
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
