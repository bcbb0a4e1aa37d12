//! Requests over smol's own sockets: scraper_http does the rest, whatever the runtime.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures::AsyncBufRead;
use scraper_http::{Client, Runtime};
use scraper_kit::{FetchError, Options, ResponseHead};
use smol::Timer;
use smol::net::{self, TcpStream};
use url::Url;

/// What aiohttp calls a session: a pool of connections, shared by all clones of the handle.
pub type Session = Client<Smol>;

// ANCHOR: needs
/// What an HTTP client needs of smol.
pub struct Smol;

impl Runtime for Smol {
    type Socket = TcpStream;

    async fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        net::resolve((host, port)).await // blocks, so smol does it on a thread for such work
    }

    async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
        let socket = TcpStream::connect(address).await?;
        let _ = socket.set_nodelay(true); // send at once, as browsers do; it need not succeed
        Ok(socket)
    }

    async fn sleep(duration: Duration) {
        Timer::after(duration).await;
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
