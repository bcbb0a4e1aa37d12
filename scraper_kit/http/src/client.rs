//! The client: over which connection a request goes, and what its answer or error means.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures::future::FutureExt;
use futures::stream::{IntoAsyncRead, Stream, StreamExt, TryStreamExt};
use futures_rustls::rustls;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Request, Response, StatusCode};
use scraper_kit::{ACCEPT_ENCODING, ErrorKind, FetchError, ResponseHead};
use url::{Position, Url};

use crate::Runtime;
use crate::connect::{MaybeTls, Tls, connect, tls};
use crate::connection::{Connection, FEW_HEADERS, MANY_HEADERS};
use crate::pool::{Lease, Pool};

/// The body of a response, to be read through the traits of the `futures` crate.
pub type Body<R> = IntoAsyncRead<Chunks<R>>;

/// On the heap, for it is large, and goes from the pool to a page and back.
type ConnectionOf<R> = Box<Connection<MaybeTls<<R as Runtime>::Socket>>>;

/// A connection in use.
type Open<R> = (Lease<ConnectionOf<R>>, ConnectionOf<R>);

/// An HTTP client on runtime `R`: a handle, whose clones share their connections.
pub struct Client<R: Runtime> {
    pool: Arc<Pool<ConnectionOf<R>>>,
    tls: Arc<Tls>,
    headers: Arc<HeaderMap>,
}

impl<R: Runtime> Clone for Client<R> {
    fn clone(&self) -> Self {
        let Self { pool, tls, headers } = self;
        Self { pool: Arc::clone(pool), tls: Arc::clone(tls), headers: Arc::clone(headers) }
    }
}

impl<R: Runtime> Client<R> {
    /// A client that calls itself `user_agent`. It keeps idle connections while there are no more than so many
    /// in all; those in use it does not limit.
    ///
    /// # Panics
    /// If `user_agent` is not printable ASCII.
    pub fn new(user_agent: &str, max_connections: usize) -> Self {
        let user_agent = HeaderValue::from_str(user_agent).expect("it is printable ASCII");
        let headers = HeaderMap::from_iter([
            (header::ACCEPT, HeaderValue::from_static("*/*")),
            (header::ACCEPT_ENCODING, HeaderValue::from_static(ACCEPT_ENCODING)),
            (header::USER_AGENT, user_agent),
        ]);
        Self { pool: Pool::new(max_connections), tls: Arc::new(tls()), headers: Arc::new(headers) }
    }

    /// Asks for pages as they are: what [`get`](Self::get) returns needs no decompressing then.
    #[must_use]
    pub fn uncompressed(mut self) -> Self {
        Arc::make_mut(&mut self.headers).remove(header::ACCEPT_ENCODING);
        self
    }

    /// Requests a page, and follows no redirect. Returns when the head of the response is there; its
    /// body has yet to come.
    ///
    /// # Errors
    /// There is no connection, or no response.
    pub async fn get(&self, url: &Url) -> Result<(ResponseHead, Body<R>), FetchError> {
        let (open, response) = self.fetch(url).await?;
        let (response, incoming) = response.into_parts();
        let head = ResponseHead::new(response.status.as_u16(), url, |name| {
            response.headers.get_all(name).iter().map(HeaderValue::as_bytes)
        });
        Ok((head, Chunks { open: Some(open), incoming }.into_async_read()))
    }

    /// Sends the request, over a connection that is there, or else over a new one.
    async fn fetch(&self, url: &Url) -> Result<(Open<R>, Response<Incoming>), FetchError> {
        let (origin, mut max_headers) = (url.origin(), FEW_HEADERS);
        while let Some((lease, mut connection)) = self.pool.take(&origin) {
            if !poll_fn(|context| Poll::Ready(connection.is_still_idle(context))).await {
                continue; // closed by the server
            }
            // The server may close it just now, or have sent that it does not wait any longer. That
            // is no answer: the request is sent again, once, and over a new connection. To get a page twice
            // does no harm, and aiohttp, curl and browsers do the same.
            match connection.send(self.request(url)?).await {
                Ok(answer) if answer.status() == StatusCode::REQUEST_TIMEOUT => break,
                Ok(answer) => return Ok(((lease, connection), answer)),
                Err(error) if is_closed(&error) => break,
                Err(error) if head_is_too_large(&error) => {
                    max_headers = MANY_HEADERS;
                    break;
                }
                Err(error) => return Err(explain(error)),
            }
        }
        loop {
            let lease = self.pool.lease(origin.clone());
            let mut connection = self.connect(url, max_headers).boxed().await?; // large, and rare
            match connection.send(self.request(url)?).await {
                Ok(answer) => return Ok(((lease, connection), answer)),
                Err(error) if max_headers < MANY_HEADERS && head_is_too_large(&error) => {
                    max_headers = MANY_HEADERS;
                }
                Err(error) => return Err(explain(error)),
            }
        }
    }

    async fn connect(&self, url: &Url, max_headers: usize) -> Result<ConnectionOf<R>, FetchError> {
        let stream = connect::<R>(url, &self.tls, || self.pool.close_oldest()).await?;
        Ok(Box::new(Connection::new(stream, max_headers).await.map_err(explain)?))
    }

    fn request(&self, url: &Url) -> Result<Request<String>, FetchError> {
        let unusable =
            |error: &dyn std::error::Error| FetchError::new(ErrorKind::InvalidUrl, error);
        let target = &url[Position::BeforePath..Position::AfterQuery];
        let mut request = Request::new(String::new());
        *request.uri_mut() = target.parse().map_err(|error| unusable(&error))?;
        let headers = request.headers_mut();
        let host = &url[Position::BeforeHost..Position::AfterPort];
        headers.insert(header::HOST, host.parse().map_err(|error| unusable(&error))?);
        headers.extend(self.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        if let Some(credentials) = scraper_kit::basic_auth(url) {
            let credentials = credentials.parse().map_err(|error| unusable(&error))?;
            headers.insert(header::AUTHORIZATION, credentials);
        }
        Ok(request)
    }
}

/// What an error of hyper means: a server that refuses our TLS says so after the handshake, if it is
/// TLS 1.3.
fn explain(error: hyper::Error) -> FetchError {
    match scraper_kit::find_cause(&error) {
        Some(rustls::Error::AlertReceived(_)) => FetchError::caused_by(ErrorKind::Tls, &error),
        _ if head_is_too_large(&error) => {
            FetchError::caused_by(ErrorKind::Protocol, &error).without_another_try()
        }
        _ => FetchError::caused_by(ErrorKind::Protocol, &error),
    }
}

/// Whether the server closed the connection before it had answered.
fn is_closed(error: &hyper::Error) -> bool {
    let closed = error.is_closed() || error.is_canceled() || error.is_incomplete_message();
    closed || scraper_kit::is_disconnect(error)
}

/// Whether the server has sent more headers than we take. hyper has a method for that, for servers only.
fn head_is_too_large(error: &hyper::Error) -> bool {
    error.is_parse() && error.to_string() == "message head is too large"
}

/// The body of a response, as chunks. When it has been read to its end, its connection goes back to
/// the pool.
pub struct Chunks<R: Runtime> {
    open: Option<Open<R>>,
    incoming: Incoming,
}

impl<R: Runtime> Stream for Chunks<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { open, incoming } = self.get_mut();
        while let Some((_, connection)) = open {
            match ready!(connection.poll_body(incoming, context)) {
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Poll::Ready(Some(Ok(bytes)));
                    } // else trailers, which a scraper has no use for
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(explain(error).into()))),
                None => {
                    let idle = connection.is_idle(context);
                    if let Some((lease, connection)) = open.take().filter(|_| idle) {
                        lease.keep(connection);
                    }
                }
            }
        }
        Poll::Ready(None)
    }
}

/// A body that is not read to its end, such as a redirect's, leaves its connection in the pool if
/// the rest of it is there already, and closes it if not.
impl<R: Runtime> Drop for Chunks<R> {
    fn drop(&mut self) {
        while let Some(Some(Ok(_))) = self.next().now_or_never() {}
    }
}
