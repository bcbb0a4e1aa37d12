//! A loopback server whose answers are written by hand, byte for byte.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A test that waits for something longer than this has failed, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    /// Path and query.
    pub path: String,
    /// The header lines.
    pub headers: Vec<String>,
}

impl Request {
    /// The value of the header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// What the server has seen so far.
#[derive(Debug, Default)]
pub struct Seen {
    /// All requests, in order of arrival.
    pub requests: Vec<Request>,
    /// Requests being answered now.
    pub in_flight: usize,
    /// The most there ever were at a time.
    pub most_in_flight: usize,
    /// Requests answered to the last byte.
    pub answered: usize,
    /// Connections there have been.
    pub connections: usize,
    /// Connections open now.
    pub open: usize,
}

/// A client's connection. What is written last waits for `flush`, or for the end of the answer.
pub trait Connection: Read + Write {
    /// Waits until the client closes the connection, or breaks it.
    fn wait_for_close(&mut self) {
        while matches!(self.read(&mut [0; 1024]), Ok(1..)) {}
    }
}

/// What a server has seen, shared between its threads and the test.
#[derive(Debug, Default)]
pub struct Log {
    seen: Mutex<Seen>,
    changed: Condvar,
}

impl Log {
    /// What has been seen until now.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("the test has failed already")
    }

    /// Waits until `condition` holds.
    ///
    /// # Panics
    /// If it does not within two minutes; `what` tells what was waited for.
    pub fn wait_until(&self, what: &str, mut condition: impl FnMut(&Seen) -> bool) {
        let waited =
            self.changed.wait_timeout_while(self.seen(), PATIENCE, |seen| !condition(seen));
        let (seen, timeout) = waited.expect("the test has failed already");
        assert!(!timeout.timed_out(), "waited in vain for {what}: {:?}", *seen);
    }

    /// How often this path has been asked for.
    pub fn visits(&self, path: &str) -> usize {
        self.seen().requests.iter().filter(|request| request.path == path).count()
    }

    fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen());
        self.changed.notify_all();
    }
}

/// A server on loopback that answers every request as a function says.
pub struct TestServer {
    address: SocketAddr,
    scheme: &'static str,
    log: Arc<Log>,
    closed: Arc<AtomicBool>,
}

impl Drop for TestServer {
    /// A listener is a file, and a process may not have many: the next connection ends it, which is ours.
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, self.address.port()));
        let here = if self.address.ip().is_unspecified() { here } else { self.address };
        let _ = TcpStream::connect_timeout(&here, Duration::from_secs(1));
    }
}

impl TestServer {
    /// Starts a server. `answer` writes the response; an error it returns closes the connection,
    /// and without one the next request on the connection is read.
    pub fn start(
        answer: impl Fn(&Request, &mut dyn Connection, &Log) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::start_with((Ipv4Addr::LOCALHOST, 0), None, true, answer)
    }

    /// Starts a server that speaks TLS, and says when it is going to close a connection
    /// (close_notify), or does not.
    pub fn start_tls(
        config: ServerConfig,
        says_goodbye: bool,
        answer: impl Fn(&Request, &mut dyn Connection, &Log) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::start_with((Ipv4Addr::LOCALHOST, 0), Some(Arc::new(config)), says_goodbye, answer)
    }

    /// Starts a server at this address; on [`ALL_OF_LOOPBACK`], each address is a host of its own.
    pub fn start_at(
        address: (Ipv4Addr, u16),
        answer: impl Fn(&Request, &mut dyn Connection, &Log) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::start_with(address, None, true, answer)
    }

    fn start_with(
        address: (Ipv4Addr, u16),
        tls: Option<Arc<ServerConfig>>,
        says_goodbye: bool,
        answer: impl Fn(&Request, &mut dyn Connection, &Log) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).expect("loopback has ports");
        let address = listener.local_addr().expect("a listener has an address");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let log = Arc::new(Log::default());
        let (shared, closed) = (Arc::clone(&log), Arc::default());
        serve(listener, Arc::clone(&closed), move |socket| {
            shared.change(|seen| {
                seen.connections += 1;
                seen.open += 1;
            });
            let result = match &tls {
                None => converse(socket, &shared, &answer),
                Some(config) => speak_tls(config, socket).and_then(|mut stream| {
                    let result = converse(&mut stream, &shared, &answer);
                    if says_goodbye {
                        stream.conn.send_close_notify();
                        stream.flush()?;
                    }
                    result
                }),
            };
            shared.change(|seen| seen.open -= 1);
            result
        });
        Self { address, scheme, log, closed }
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The URL of a path on this server.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// The URLs of these paths on this server.
    pub fn urls<'a>(&self, paths: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        paths.into_iter().map(|path| self.url(path)).collect()
    }

    /// So many URLs on this server: `/0`, `/1` and so on.
    pub fn pages(&self, count: usize) -> impl Iterator<Item = String> {
        (0..count).map(|page| self.url(&format!("/{page}")))
    }

    /// How many requests there have been.
    pub fn requests(&self) -> usize {
        self.log.seen().requests.len()
    }

    /// What the server has seen.
    pub fn log(&self) -> &Log {
        &self.log
    }
}

/// Every loopback address, where those are many, and a port that is free.
pub const ALL_OF_LOOPBACK: (Ipv4Addr, u16) = (Ipv4Addr::UNSPECIFIED, 0);

/// Gives every connection a thread of its own, which ends when the client or `answer` does. The first
/// connection after `closed` is the last.
pub(super) fn serve(
    listener: TcpListener,
    closed: Arc<AtomicBool>,
    answer: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static,
) {
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            if closed.load(Ordering::Relaxed) {
                break;
            }
            let answer = Arc::clone(&answer);
            // Clients that go away, or refuse our TLS, are what many a test is about.
            thread::spawn(move || answer(socket));
        }
    });
}

/// The server's side of TLS.
pub(super) fn speak_tls(
    config: &Arc<ServerConfig>,
    socket: TcpStream,
) -> io::Result<StreamOwned<ServerConnection, TcpStream>> {
    let tls = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    Ok(StreamOwned::new(tls, socket))
}

/// Reads requests and answers them until one side has had enough.
fn converse(
    stream: impl Read + Write,
    log: &Log,
    answer: &dyn Fn(&Request, &mut dyn Connection, &Log) -> io::Result<()>,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read_request(&mut stream)? {
        log.change(|seen| {
            seen.requests.push(request.clone());
            seen.in_flight += 1;
            seen.most_in_flight = seen.most_in_flight.max(seen.in_flight);
        });
        // A request counts as in flight until just before its last byte leaves: the client may
        // send the next one before this thread runs again.
        let mut written = Vec::new();
        let result =
            answer(&request, &mut Held { stream: stream.get_mut(), held: &mut written }, log);
        log.change(|seen| {
            seen.in_flight -= 1;
            seen.answered += usize::from(result.is_ok());
        });
        stream.get_mut().write_all(&written)?;
        stream.get_mut().flush()?;
        result?;
    }
    Ok(())
}

/// Holds the last write back until the next one, or until the request is no longer in flight.
struct Held<'a, S> {
    stream: &'a mut S,
    held: &'a mut Vec<u8>,
}

impl<S: Read + Write> Connection for S {}

impl<S: Read + Write> Read for Held<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.flush()?;
        self.stream.read(buffer)
    }
}

impl<S: Write> Write for Held<'_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.flush()?;
        self.held.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.stream.write_all(self.held);
        self.held.clear();
        result?;
        self.stream.flush()
    }
}

/// Reads a request up to the end of its headers; `None` when the client has closed.
pub(super) fn read_request(stream: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut lines = stream.take(1_000_000).lines();
    let Some(first) = lines.next().transpose()? else { return Ok(None) };
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let headers = lines.take_while(|line| !line.as_ref().is_ok_and(String::is_empty));
    Ok(Some(Request { path, headers: headers.collect::<io::Result<_>>()? }))
}

/// A whole response: the status line's end such as `200 OK`, further header lines, and a body
/// whose length is told.
pub fn response(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut response = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
    for line in headers {
        response += &format!("{line}\r\n");
    }
    response += "\r\n";
    [response.as_bytes(), body].concat()
}

/// A page of UTF-8 HTML.
pub fn ok(html: &str) -> Vec<u8> {
    response("200 OK", &["Content-Type: text/html; charset=utf-8"], html.as_bytes())
}

/// What an answer returns to close its connection.
pub fn closes() -> io::Error {
    io::ErrorKind::Other.into()
}

/// Sends half a page, and nothing more until the client closes the connection.
pub fn half_a_page(stream: &mut dyn Connection) -> io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf a page")?;
    stream.wait_for_close();
    Ok(())
}

/// A server that answers every path with a page that has the path as its title.
pub fn titles() -> TestServer {
    TestServer::start(|request, stream, _| {
        stream.write_all(&ok(&format!("<title>{}</title>", request.path)))
    })
}
