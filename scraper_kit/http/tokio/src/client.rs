//! Requests over tokio's own sockets: scraper_http does the rest, whatever the runtime.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures::AsyncBufRead;
use scraper_http::{Client, Runtime};
use scraper_kit::{FetchError, Options, ResponseHead};
use tokio::net::{TcpStream, lookup_host};
use tokio::time;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};
use url::Url;

/// What aiohttp calls a session: a pool of connections, shared by all clones of the handle.
pub type Session = Client<Tokio>;

// ANCHOR: needs
/// What an HTTP client needs of tokio.
pub struct Tokio;

impl Runtime for Tokio {
    type Socket = Compat<TcpStream>; // tokio has traits of its own for reading and writing

    async fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(lookup_host((host, port)).await?.collect()) // blocks, so tokio does it on a thread
    }

    async fn connect(address: SocketAddr) -> io::Result<Self::Socket> {
        let socket = TcpStream::connect(address).await?;
        let _ = socket.set_nodelay(true); // send at once, as browsers do; it need not succeed
        Ok(socket.compat())
    }

    async fn sleep(duration: Duration) {
        time::sleep(duration).await;
    }
}
// ANCHOR_END: needs

/// Opens the one session that all requests share.
pub fn open_session(options: &Options) -> Result<Session, FetchError> {
    Ok(Client::new(&options.user_agent, options.concurrency))
}

/// Like session.get, but follows no redirect: returns when the head of the response is there; its
/// body has yet to come, and borrows (`use<>`) neither argument.
pub async fn get(
    session: &Session,
    url: &Url,
) -> Result<(ResponseHead, impl AsyncBufRead + Send + use<>), FetchError> {
    session.get(url).await
}
