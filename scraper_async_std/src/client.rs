//! Requests with surf, over async-std's own sockets.

mod backend;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use async_std::net::{TcpStream, ToSocketAddrs};
use async_std::task;
use futures::AsyncBufRead;
use scraper_http::{Client, Runtime};
use scraper_kit::{ErrorKind, FetchError, Options, ResponseHead};
use url::Url;

pub use backend::Backend;

/// What aiohttp calls a session: a pool of connections, shared by all clones of the handle.
pub type Session = surf::Client;

// ANCHOR: needs
/// What an HTTP client needs of async-std.
pub struct AsyncStd;

impl Runtime for AsyncStd {
    type Socket = TcpStream;

    async fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        // Blocks, so async-std does it on a thread for such work.
        Ok((host, port).to_socket_addrs().await?.collect())
    }

    async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
        let socket = TcpStream::connect(address).await?;
        let _ = socket.set_nodelay(true); // send at once, as browsers do; it need not succeed
        Ok(socket)
    }

    async fn sleep(duration: Duration) {
        task::sleep(duration).await;
    }
}
// ANCHOR_END: needs

/// Opens the one session that all requests share.
pub fn open_session(options: &Options) -> Result<Session, FetchError> {
    let client = Client::new(&options.user_agent, options.concurrency);
    Ok(surf::Client::with_http_client(Backend(client)))
}

/// Like session.get, but follows no redirect: returns when the head of the response is there; its
/// body has yet to come, and borrows (`use<>`) neither argument.
pub async fn get(
    session: &Session,
    url: &Url,
) -> Result<(ResponseHead, impl AsyncBufRead + Send + use<>), FetchError> {
    let mut response = session.get(url.clone()).await.map_err(explain)?;
    let head = response.ext::<ResponseHead>().expect("our backend adds it to every response");
    Ok((head.clone(), response.take_body()))
}

/// surf has an error type of its own; inside is our backend's, as it was.
fn explain(error: surf::Error) -> FetchError {
    let error = error.into_inner().downcast();
    error.unwrap_or_else(|error| FetchError::new(ErrorKind::Protocol, error))
}
