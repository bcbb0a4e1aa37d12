//! From a URL to a socket: names, addresses, and TLS.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, pending, select};
use futures::stream::{FuturesUnordered, StreamExt};
use futures_rustls::TlsConnector;
use futures_rustls::client::TlsStream;
use futures_rustls::rustls::pki_types::ServerName;
use futures_rustls::rustls::{self, ClientConfig};
use rustls_platform_verifier::BuilderVerifierExt;
use scraper_kit::{ErrorKind, FetchError};
use url::{Host, Url};

use crate::Runtime;
use crate::yielding::Yielding;

/// When an address has not answered for so long, the next one is tried, too (RFC 8305, section 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// How long to wait for a socket when there are no more.
const PAUSE: Duration = Duration::from_millis(50);

/// Addresses of one host that are tried at most: a name server may send thousands.
const MAX_ADDRESSES: usize = 16;

/// A connection to a server, encrypted or not.
pub(crate) type MaybeTls<S> = Either<Yielding<S>, TlsStream<Yielding<S>>>;

/// TLS as this machine wants it, or why there is none: a machine without root certificates can
/// still fetch `http` pages.
pub(crate) type Tls = Result<TlsConnector, FetchError>;

/// Sets up TLS: rustls, with the system's root certificates.
pub(crate) fn tls() -> Tls {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| FetchError::caused_by(ErrorKind::Tls, &error))?;
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config).into())
}

/// Connects to the server of this URL, and sets up TLS if it asks for that. A connection that is closed
/// meanwhile, as by a balancer with a server too few, is tried once more at once.
pub(crate) async fn connect<R: Runtime>(
    url: &Url,
    tls: &Tls,
    make_room: impl Fn() -> bool,
) -> Result<MaybeTls<R::Socket>, FetchError> {
    let mut again = true;
    loop {
        let socket = connect_socket::<R>(url, &make_room).await?;
        if url.scheme() != "https" {
            return Ok(Either::Left(socket));
        }
        // Only now: whether there is such a host comes before what a certificate could be for.
        match tls.clone()?.connect(server_name(url)?, socket).await {
            Ok(stream) => return Ok(Either::Right(stream)),
            Err(error) if scraper_kit::find_cause::<rustls::Error>(&error).is_some() => {
                return Err(FetchError::caused_by(ErrorKind::Tls, &error)); // one side said no
            }
            Err(_) if again => again = false,
            Err(error) => return Err(FetchError::caused_by(ErrorKind::Connect, &error)),
        }
    }
}

/// Opens a socket to the server of this URL. When the program may open no more, `make_room` closes one;
/// if it cannot, another page will.
async fn connect_socket<R: Runtime>(
    url: &Url,
    make_room: &impl Fn() -> bool,
) -> Result<Yielding<R::Socket>, FetchError> {
    loop {
        match open::<R>(url).await {
            Ok(socket) => return Ok(Yielding::new(socket)),
            Err((_, error)) if scraper_kit::is_out_of_files(&error) => {
                if !make_room() {
                    R::sleep(PAUSE).await;
                }
            }
            Err((kind, error)) => return Err(FetchError::caused_by(kind, &error)),
        }
    }
}

/// Whom the server's certificate has to be for.
fn server_name(url: &Url) -> Result<ServerName<'static>, FetchError> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    ServerName::try_from(host.to_owned())
        .map_err(|error| FetchError::caused_by(ErrorKind::Tls, &error))
}

/// Finds the host and connects to it; the error says which of the two failed.
async fn open<R: Runtime>(url: &Url) -> Result<R::Socket, (ErrorKind, io::Error)> {
    let addresses = addresses::<R>(url).await.map_err(|error| (ErrorKind::Dns, error))?;
    first_to_connect::<R>(addresses).await.map_err(|error| (ErrorKind::Connect, error))
}

/// The addresses of a URL's host.
async fn addresses<R: Runtime>(url: &Url) -> io::Result<Vec<SocketAddr>> {
    let port = url.port_or_known_default().unwrap_or_default();
    match url.host() {
        Some(Host::Ipv4(address)) => Ok(vec![(address, port).into()]),
        Some(Host::Ipv6(address)) => Ok(vec![(address, port).into()]),
        Some(Host::Domain(name)) => match R::resolve(name, port).await? {
            none if none.is_empty() => Err(io::Error::other("it has no address")),
            addresses => Ok(addresses),
        },
        None => Err(io::Error::other("there is none")),
    }
}

/// Happy Eyeballs, in its simplest form: the next address is tried when the one before it has
/// failed, or has not answered within a quarter of a second, and the first that answers drops all
/// others. A future that is dropped closes its socket: there is nothing to cancel by hand.
async fn first_to_connect<R: Runtime>(mut addresses: Vec<SocketAddr>) -> io::Result<R::Socket> {
    // IPv6 and IPv4 in turns (section 4), for it is often a whole family that does not work.
    let mut of_family = [0, 0];
    addresses.sort_by_cached_key(|address| {
        let rank = &mut of_family[usize::from(address.is_ipv4())];
        *rank += 1;
        *rank
    });
    let mut waiting = addresses.into_iter().take(MAX_ADDRESSES);
    let mut attempts = FuturesUnordered::new();
    let mut failure = io::ErrorKind::AddrNotAvailable.into(); // until an attempt has failed
    loop {
        match waiting.next() {
            Some(address) => attempts.push(R::connect(address)),
            None if attempts.is_empty() => return Err(failure),
            None => {}
        }
        let delay = async {
            match waiting.len() {
                0 => pending().await,
                _ => R::sleep(ATTEMPT_DELAY).await,
            }
        };
        match select(attempts.next(), pin!(delay)).await {
            Either::Left((Some(Ok(socket)), _)) => return Ok(socket),
            // Nothing else will do before a socket is free, and the attempts that wait hold some.
            Either::Left((Some(Err(error)), _)) if scraper_kit::is_out_of_files(&error) => {
                return Err(error);
            }
            Either::Left((Some(Err(error)), _)) => failure = error,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::Mutex;
    use std::task::Poll;

    use futures::executor::block_on;
    use futures::io::Cursor;

    use super::*;

    /// A network: what an address does depends on its port.
    struct Network;

    const REFUSES: u16 = 1;
    const SWALLOWS: u16 = 2;

    static TRIED: Mutex<Vec<SocketAddr>> = Mutex::new(Vec::new());

    impl Runtime for Network {
        type Socket = Cursor<Vec<u8>>;

        async fn resolve(_: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
            Ok(Vec::new())
        }

        async fn connect(address: SocketAddr) -> io::Result<Self::Socket> {
            TRIED.lock().unwrap().push(address);
            match address.port() {
                REFUSES => Err(io::ErrorKind::ConnectionRefused.into()),
                SWALLOWS => pending().await,
                _ => Ok(Cursor::new(address.to_string().into_bytes())),
            }
        }

        /// Time passes when nothing else happens.
        async fn sleep(_: Duration) {
            let mut polls = 0;
            poll_fn(|context| {
                polls += 1;
                context.waker().wake_by_ref();
                if polls > 3 { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
    }

    /// Which address is connected to in the end, and all that were tried.
    fn first(addresses: &[&str]) -> (io::Result<String>, Vec<String>) {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        TRIED.lock().unwrap().clear();
        let socket = block_on(first_to_connect::<Network>(addresses));
        let tried = TRIED.lock().unwrap().iter().map(SocketAddr::to_string).collect();
        (socket.map(|socket| String::from_utf8(socket.into_inner()).unwrap()), tried)
    }

    #[test]
    fn the_next_address_is_tried_when_one_fails_or_does_not_answer() {
        let (socket, tried) = first(&["127.0.0.1:1", "127.0.0.2:2", "127.0.0.3:3", "127.0.0.4:3"]);
        assert_eq!(socket.unwrap(), "127.0.0.3:3");
        assert_eq!(tried, ["127.0.0.1:1", "127.0.0.2:2", "127.0.0.3:3"]);

        // The families in turns.
        let (socket, tried) =
            first(&["[::1]:1", "[::2]:2", "[::3]:1", "127.0.0.1:1", "127.0.0.2:3"]);
        assert_eq!(socket.unwrap(), "127.0.0.2:3");
        assert_eq!(tried, ["[::1]:1", "127.0.0.1:1", "[::2]:2", "127.0.0.2:3"]);

        let (socket, tried) = first(&["127.0.0.1:1", "127.0.0.2:1"]);
        assert_eq!(socket.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(tried.len(), 2);

        let thousand: Vec<String> =
            (0..1000).map(|n| format!("127.0.{}.{}:1", n / 250, n % 250)).collect();
        let (socket, tried) = first(&thousand.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(socket.is_err() && tried.len() == MAX_ADDRESSES);
    }

    #[test]
    fn a_name_without_an_address_is_no_host() {
        let url = "http://nowhere/".parse().unwrap();
        let error = block_on(connect::<Network>(&url, &tls(), || false)).err().unwrap();
        assert_eq!(error.kind, ErrorKind::Dns);
    }
}
