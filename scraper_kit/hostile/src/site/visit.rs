//! One visit to a behaviour: how its answer is sent.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use super::behaviour::{Answer, End, Sends};
use crate::server::{Connection, Request, response};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n";
pub(super) const SECOND: Duration = Duration::from_secs(1);

/// A request that waits for its answer.
pub(super) struct Visit<'a> {
    pub(super) stream: &'a mut dyn Connection,
    pub(super) request: &'a Request,
    /// Where the site's plain port is.
    pub(super) plain: SocketAddr,
}

impl Visit<'_> {
    pub(super) fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        if answer.twice && self.is_third() {
            return self.title("There");
        }
        match answer.sends {
            Sends::Raw(bytes) => self.send(bytes),
            Sends::Page(headers, raw) => self.page(headers, raw),
            Sends::Response(status, headers, body) => self.response(status, headers, body),
            Sends::Html(content_type, body) => self.html(content_type, body),
            Sends::Encoded(coding, body) => self.encoded(coding, body),
            Sends::Redirect(location) => self.redirect(location),
            Sends::Computed(send) => send(self),
        }?;
        match answer.end {
            End::Close | End::NoGoodbye | End::Reset => {}
            End::Stall => self.stream.wait_for_close(),
            End::Drip => loop {
                self.send("x")?;
                thread::sleep(SECOND);
            },
            End::Flood(bytes, times) => self.flood(&bytes.repeat(times))?,
        }
        Ok(())
    }

    pub(super) fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// Sends a page's head and these raw bytes after it.
    pub(super) fn page(&mut self, headers: &str, raw: impl AsRef<[u8]>) -> io::Result<()> {
        self.send(format!("{HEAD}{headers}\r\n"))?;
        self.send(raw)
    }

    /// The same bytes again and again, as long as the client takes them: some megabytes a second,
    /// so that one flood is not all that a client sees of this site.
    pub(super) fn flood(&mut self, bytes: &[u8]) -> io::Result<()> {
        loop {
            self.send(bytes)?;
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// A whole and correct response, and the announcement that the connection closes with it.
    pub(super) fn response(
        &mut self,
        status: &str,
        headers: &[&str],
        body: &[u8],
    ) -> io::Result<()> {
        self.send(response(status, &[headers, &["Connection: close"]].concat(), body))
    }

    pub(super) fn redirect(&mut self, location: &str) -> io::Result<()> {
        self.response("302 Found", &[&format!("Location: {location}")], b"")
    }

    pub(super) fn encoded(&mut self, coding: &str, body: impl AsRef<[u8]>) -> io::Result<()> {
        let coding = format!("Content-Encoding: {coding}");
        let headers = ["Content-Type: text/html; charset=utf-8", &coding];
        self.response("200 OK", &headers, body.as_ref())
    }

    pub(super) fn html(&mut self, content_type: &str, body: impl AsRef<[u8]>) -> io::Result<()> {
        self.response("200 OK", &[&format!("Content-Type: {content_type}")], body.as_ref())
    }

    pub(super) fn title(&mut self, title: &str) -> io::Result<()> {
        self.html("text/html; charset=utf-8", format!("<title>{title}</title>"))
    }

    /// What follows the behaviour's name in the path, such as `3` of `/redirects-11/3`.
    pub(super) fn rest(&self) -> &str {
        self.request.path.splitn(3, '/').nth(2).unwrap_or_default()
    }

    /// Redirects along `/name/2`, `/name/3` and so on.
    pub(super) fn next_hop(&mut self) -> io::Result<()> {
        let name = self.request.path.split('/').nth(1).unwrap_or_default();
        self.redirect(&format!("/{name}/{}", self.hop() + 1))
    }

    /// The number of this hop, from one.
    pub(super) fn hop(&self) -> usize {
        self.rest().parse().unwrap_or(1)
    }

    /// Whether this is the third visit to this path, the sixth, and so on.
    pub(super) fn is_third(&self) -> bool {
        static VISITS: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());
        let mut visits = VISITS.lock().expect("nothing panics with it");
        let visit = visits.entry(self.request.path.clone()).or_default(); // only paths that there are
        *visit += 1;
        visit.is_multiple_of(3)
    }
}
