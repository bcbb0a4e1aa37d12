//! Requests with reqwest.

use std::time::Duration;

use futures::{AsyncBufRead, TryStreamExt};
use reqwest::StatusCode;
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::redirect;
use rustls::pki_types::InvalidDnsNameError;
use scraper_kit::{ACCEPT_ENCODING, ErrorKind, FetchError, Options, ResponseHead, find_cause};
use tokio::net::lookup_host;
use tokio::time::sleep;
use url::Url;

/// How long an idle connection is kept, or twice as long as `--delay`. reqwest limits their number for each
/// host and not in all, so a list of many hosts would use up memory and the sockets that a program may have.
const IDLE: Duration = Duration::from_millis(100);

/// Headers that are taken at first: more than most servers send.
const FEW_HEADERS: usize = 256;

/// Headers that are taken if it has to be. Browsers count no lines, and limit the bytes of a head, as
/// hyper does by its buffer of 400 KB: this is more lines than fit there, unless they are shorter than
/// any that are of use. hyper makes room for all of them whenever it reads a head, be it a
/// `100 Continue`.
const MANY_HEADERS: usize = 16 * 1024;

/// What aiohttp calls a session: a pool of connections, shared by all clones of the handle.
#[derive(Clone)]
pub struct Session {
    client: reqwest::Client,
    /// Keeps no connection, so each of its requests goes over a new one; and takes many headers.
    fresh: reqwest::Client,
}

/// Opens the one session that all requests share.
pub fn open_session(options: &Options) -> Result<Session, FetchError> {
    // rustls leaves the choice of a cryptography library to the program; an earlier one would stay.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let build = |max_idle, max_headers| {
        let builder = || builder(options, max_idle).http1_max_headers(max_headers);
        // A machine without root certificates can still fetch http pages; https ones fail.
        let client = builder().build();
        let client = client.or_else(|_| builder().tls_certs_only([]).build());
        client.map_err(|error| FetchError::caused_by(ErrorKind::Tls, &error))
    };
    Ok(Session {
        client: build(options.per_host.min(options.concurrency), FEW_HEADERS)?,
        fresh: build(0, MANY_HEADERS)?,
    })
}

fn builder(options: &Options, max_idle: usize) -> reqwest::ClientBuilder {
    let accept = HeaderMap::from_iter([(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static(ACCEPT_ENCODING),
    )]);
    let builder = reqwest::Client::builder();
    // When to give up on a server that is gone is the system's business, as with the others.
    #[cfg(target_os = "linux")]
    let builder = builder.tcp_user_timeout(None);
    builder
        .user_agent(&options.user_agent)
        .default_headers(accept)
        .redirect(redirect::Policy::none()) // read_page follows them: a Location may be in any charset
        .no_proxy() // aiohttp ignores the environment's proxies, too
        .connect_timeout(options.timeout) // divided among a host's addresses: the first may be dead
        .pool_max_idle_per_host(max_idle)
        .pool_idle_timeout(IDLE.max(2 * options.delay))
        // What real servers send, and browsers and curl accept.
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
    let again = match &answer {
        Ok(response) => response.status() == StatusCode::REQUEST_TIMEOUT,
        // reqwest does not say if it was a pooled one. Or TLS was being set up, by a balancer with a
        // server too few.
        Err(error) => is_closed(error) || head_is_too_large(error),
    };
    if again {
        answer = ask(&session.fresh, url).await;
    }
    let response = match answer {
        Ok(response) => response,
        Err(error) => {
            return Err(no_such_host(&error, url).await.unwrap_or_else(|| explain(error)));
        }
    };
    let head = ResponseHead::new(response.status().as_u16(), url, |name| {
        response.headers().get_all(name).iter().map(HeaderValue::as_bytes)
    });
    let body = response.bytes_stream().map_err(|error| explain(error).into());
    Ok((head, body.into_async_read()))
}

async fn ask(client: &reqwest::Client, url: &Url) -> reqwest::Result<reqwest::Response> {
    // reqwest takes a user name and password for UTF-8; they are sent byte for byte.
    let (mut url, mut headers) = (url.clone(), HeaderMap::new());
    if let Some(credentials) = scraper_kit::basic_auth(&url) {
        headers.extend(credentials.parse().map(|value| (header::AUTHORIZATION, value)));
        let _ = url.set_username("").and_then(|()| url.set_password(None)); // it has a host
    }
    loop {
        match client.get(url.clone()).headers(headers.clone()).send().await {
            // The time for connecting is over, and so is the page's, or will be: it ends this loop.
            Err(error) if is_late(&error) => {}
            Err(error) if scraper_kit::is_out_of_files(&error) => sleep(IDLE).await,
            answer => return answer,
        }
    }
}

/// Whether `connect_timeout` was too short. That the system has given up connecting is a timeout to
/// reqwest, too, but says of itself what it is: no connection.
fn is_late(error: &reqwest::Error) -> bool {
    error.is_connect() && error.is_timeout() && scraper_kit::os_error(error).is_none()
}

/// A name that no certificate could be for is refused before it is looked up; whether there is such a
/// host comes first.
async fn no_such_host(error: &reqwest::Error, url: &Url) -> Option<FetchError> {
    find_cause::<InvalidDnsNameError>(error)?;
    let port = url.port_or_known_default().unwrap_or_default();
    let error = lookup_host((url.host_str()?, port)).await.err()?;
    Some(FetchError::caused_by(ErrorKind::Dns, &error))
}

/// What reqwest's error means. Connecting has three steps: to find the host, a connection, and TLS.
fn explain(error: reqwest::Error) -> FetchError {
    let kind = match find_cause(&error) {
        // In TLS 1.3 a server refuses us after the handshake.
        Some(rustls::Error::AlertReceived(_)) => ErrorKind::Tls,
        _ if !error.is_connect() => ErrorKind::Protocol,
        Some(_) => ErrorKind::Tls,
        None if error.is_dns() => ErrorKind::Dns,
        None if find_cause::<InvalidDnsNameError>(&error).is_some() => ErrorKind::Tls,
        None => ErrorKind::Connect, // if it is closed during the handshake, too: none came about
    };
    let explained = FetchError::caused_by(kind, &error);
    if head_is_too_large(&error) { explained.without_another_try() } else { explained }
}

/// Whether the server closed the connection before it had answered.
fn is_closed(error: &reqwest::Error) -> bool {
    find_cause(error).is_some_and(|error: &hyper::Error| {
        error.is_closed() || error.is_canceled() || error.is_incomplete_message()
    }) || scraper_kit::is_disconnect(error)
}

/// Whether the server has sent more headers than we take. hyper has a method for that, for servers only.
fn head_is_too_large(error: &reqwest::Error) -> bool {
    let error = find_cause::<hyper::Error>(error);
    error.is_some_and(|error| error.is_parse() && error.to_string() == "message head is too large")
}
