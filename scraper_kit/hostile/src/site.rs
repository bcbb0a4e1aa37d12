//! A web site where everything goes wrong, one behaviour a URL.
//!
//! Whatever it sends, it sends over a plain socket, because no HTTP library would. What a scraper
//! has to make of each behaviour stands beside it, and is the same for all three.

mod behaviour;
mod visit;

mod bodies;
mod connection;
mod framing;
mod headers;
mod redirects;
mod retry;
mod time;
mod tls;

use std::collections::BTreeMap;
use std::io::{self, BufReader, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use socket2::SockRef;

pub use behaviour::{Behaviour, Expected};

use crate::server::{read_request, response, serve, speak_tls};
use crate::tls::TestCa;
use behaviour::{End, Endpoint};
use visit::Visit;

/// Every behaviour of the site, in groups.
pub const GROUPS: [(&str, &[Behaviour]); 8] = [
    ("connection", connection::BEHAVIOURS),
    ("time", time::BEHAVIOURS),
    ("framing", framing::BEHAVIOURS),
    ("headers", headers::BEHAVIOURS),
    ("another try", retry::BEHAVIOURS),
    ("redirects", redirects::BEHAVIOURS),
    ("bodies", bodies::BEHAVIOURS),
    ("TLS", tls::BEHAVIOURS),
];

const PRIVET: &str = "Привет";
/// A page with that title, in windows-1251.
const PRIVET_1251: &[u8] = b"<title>\xcf\xf0\xe8\xe2\xe5\xf2</title>";

fn behaviours() -> impl Iterator<Item = &'static Behaviour> {
    GROUPS.into_iter().flat_map(|(_, behaviours)| behaviours)
}

/// The site, running; it stops with the program.
pub struct HostileSite {
    ca: TestCa,
    plain: SocketAddr,
    /// Where those behaviours are that have a port of their own.
    ports: BTreeMap<&'static str, SocketAddr>,
}

impl HostileSite {
    /// Opens all its ports on loopback.
    ///
    /// # Errors
    /// A port cannot be had.
    pub fn start() -> io::Result<Self> {
        let ca = TestCa::new();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let plain = listener.local_addr()?;
        serve(listener, Arc::default(), move |socket| visit(socket, plain));

        let mut ports = BTreeMap::new();
        for behaviour in behaviours() {
            let listener = match behaviour.endpoint {
                Endpoint::Plain | Endpoint::Elsewhere(_) => continue,
                Endpoint::Ipv6 => match TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) {
                    Ok(listener) => listener,
                    Err(_) => continue, // not every machine has it
                },
                _ => TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
            };
            ports.insert(behaviour.name, listener.local_addr()?);
            match behaviour.endpoint {
                Endpoint::Tls(config) => {
                    let config = Arc::new(config(&ca));
                    serve(listener, Arc::default(), move |socket| {
                        visit_tls(socket, &config, behaviour, plain)
                    });
                }
                Endpoint::InsteadOfTls(answer) => {
                    serve(listener, Arc::default(), move |mut socket| answer(&mut socket));
                }
                _ => serve(listener, Arc::default(), move |socket| visit(socket, plain)),
            }
        }
        Ok(Self { ca, plain, ports })
    }

    /// The behaviours, and the URL of each; without those that this machine has no port for.
    pub fn urls(&self) -> impl Iterator<Item = (&'static Behaviour, String)> {
        behaviours().filter_map(|behaviour| Some((behaviour, self.url(behaviour)?)))
    }

    /// The URL of a behaviour, if this machine has a port for it.
    pub fn url(&self, behaviour: &Behaviour) -> Option<String> {
        let address = match behaviour.endpoint {
            Endpoint::Elsewhere(url) => return Some(url.to_owned()),
            Endpoint::Plain => &self.plain,
            _ => self.ports.get(behaviour.name)?,
        };
        Some(format!("{}://{address}/{}", behaviour.scheme, behaviour.name))
    }

    /// The authority that vouches for the good certificate.
    pub fn ca(&self) -> &TestCa {
        &self.ca
    }
}

fn visit(mut socket: TcpStream, plain: SocketAddr) -> io::Result<()> {
    let request = match read_request(&mut BufReader::new(&mut socket)) {
        Ok(Some(request)) => request,
        Ok(None) => return Ok(()),
        // TLS on a port that has none: servers say so, in plain HTTP.
        Err(_) => return socket.write_all(&response("400 Bad Request", &[], b"")),
    };
    let name = request.path.split('/').nth(1).unwrap_or_default();
    let is_here = |endpoint| matches!(endpoint, Endpoint::Plain | Endpoint::Ipv6);
    let found = behaviours().find(|found| found.name == name && is_here(found.endpoint));
    let Some(behaviour) = found else {
        return socket.write_all(&response("404 Not Found", &[], b""));
    };
    Visit { stream: &mut socket, request: &request, plain }.answer(&behaviour.answer)?;
    match behaviour.answer.end {
        End::Reset => SockRef::from(&socket).set_linger(Some(Duration::ZERO)),
        _ => socket.shutdown(Shutdown::Write),
    }
}

fn visit_tls(
    socket: TcpStream,
    config: &Arc<ServerConfig>,
    behaviour: &Behaviour,
    plain: SocketAddr,
) -> io::Result<()> {
    let mut stream = speak_tls(config, socket)?;
    let request = match read_request(&mut BufReader::new(&mut stream)) {
        Ok(Some(request)) => request,
        Ok(None) => return Ok(()),
        // An alert was sent. To close before all is read that the other side has sent would
        // be a reset, and may take the alert along.
        Err(_) => {
            stream.sock.shutdown(Shutdown::Write)?;
            return io::copy(&mut stream.sock, &mut io::sink()).map(drop);
        }
    };
    Visit { stream: &mut stream, request: &request, plain }.answer(&behaviour.answer)?;
    if !matches!(behaviour.answer.end, End::NoGoodbye) {
        stream.conn.send_close_notify();
    }
    stream.flush()
}
