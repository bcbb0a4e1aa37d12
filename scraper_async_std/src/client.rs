//! Requests with surf, over a backend of our own.

mod isahc_backend;

use futures::AsyncBufRead;
use isahc::config::Configurable;
use scraper_kit::{ACCEPT_ENCODING, ErrorKind, FetchError, Job, ResponseHead, Target};

use isahc_backend::{Answer, GRACE, IsahcBackend};

/// What aiohttp calls a session: a pool of connections, shared by all clones of the handle.
pub type Session = surf::Client;

/// Opens the one session that all requests share.
pub fn open_session(job: &Job) -> Result<Session, FetchError> {
    let client = isahc::HttpClient::builder()
        .default_header("user-agent", &job.user_agent)
        .default_header("accept-encoding", ACCEPT_ENCODING)
        .automatic_decompression(false)
        .proxy(None) // aiohttp ignores the environment's proxies, too
        .timeout(job.timeout + GRACE)
        .build();
    let client = client.map_err(|error| FetchError::caused_by(ErrorKind::Tls, &error))?;
    Ok(surf::Client::with_http_client(IsahcBackend::new(client)))
}

/// Like session.get: returns when the head of the response is there; its body has yet to come, and
/// borrows (`use<>`) neither argument.
pub async fn get(
    session: &Session,
    target: &Target,
) -> Result<(ResponseHead, impl AsyncBufRead + Send + use<>), FetchError> {
    let url = target.url.clone()?; // an invalid URL fails here, before anything is sent
    let mut response = session.get(url).await.map_err(explain)?;
    let answer = response.ext::<Answer>().expect("our backend adds it to every response");
    let head = ResponseHead::new(answer.status, answer.url.as_str(), |name| {
        response.header(name).into_iter().flatten().map(|value| value.as_str().as_bytes())
    });
    Ok((head, response.take_body()))
}

/// What an error of surf's backend means: ours, or isahc's.
fn explain(error: surf::Error) -> FetchError {
    let error = match error.into_inner().downcast::<FetchError>() {
        Ok(told) => return told,
        Err(error) => error,
    };
    let Some(error) = error.downcast_ref::<isahc::Error>() else {
        return FetchError::new(ErrorKind::Protocol, error);
    };
    let kind = match error.kind() {
        _ if error.is_tls() || scraper_kit::causes(error).contains("SSL") => ErrorKind::Tls,
        isahc::error::ErrorKind::NameResolution => ErrorKind::Dns,
        isahc::error::ErrorKind::ConnectionFailed => ErrorKind::Connect,
        isahc::error::ErrorKind::Timeout => ErrorKind::Timeout,
        _ => ErrorKind::Protocol,
    };
    FetchError::caused_by(kind, error)
}
