//! What a row of the table says: a behaviour, where it is to be found, and what it sends.

use std::io;
use std::net::TcpStream;

use rustls::ServerConfig;

use super::visit::Visit;
use crate::tls::TestCa;
use scraper_kit::{ErrorKind, Outcome};

/// One thing that a server may do, and what has to come of it.
#[derive(Clone, Copy)]
pub struct Behaviour {
    /// Its name, and its path on the site.
    pub name: &'static str,
    /// What the server does, in plain words.
    pub what: &'static str,
    /// What a scraper makes of it.
    pub expected: Expected,
    /// Whether it can only be met by a client that trusts the site's own authority.
    pub(crate) needs_trust: bool,
    pub(super) scheme: &'static str,
    pub(super) endpoint: Endpoint,
    pub(super) answer: Answer,
}

/// What a scraper makes of a behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A page with this title.
    Titled(&'static str),
    /// A page whose title is too long to be kept whole.
    Shortened,
    /// A page without a title.
    Untitled,
    /// A failure of this kind.
    Fails(ErrorKind),
}

impl Expected {
    /// Whether this is what became of the page.
    pub(crate) fn is_met_by(self, page: &Outcome) -> bool {
        let title = page.matches.first();
        match self {
            Self::Fails(kind) => page.error.as_ref().is_some_and(|error| error.kind == kind),
            _ if page.error.is_some() => false,
            Self::Titled(expected) => title.is_some_and(|title| title == expected),
            Self::Shortened => title.is_some_and(|title| title.ends_with('…')),
            Self::Untitled => title.is_none(),
        }
    }
}

/// Where a behaviour is to be found.
#[derive(Clone, Copy)]
pub(super) enum Endpoint {
    /// The site's plain port.
    Plain,
    /// The plain port of the IPv6 loopback.
    Ipv6,
    /// A port of its own that speaks TLS.
    Tls(fn(&TestCa) -> ServerConfig),
    /// A port of its own that does this to a client which begins to speak TLS.
    InsteadOfTls(fn(&mut TcpStream) -> io::Result<()>),
    /// A URL that is not on this site.
    Elsewhere(&'static str),
}

/// What a behaviour sends, and how it ends.
#[derive(Clone, Copy)]
pub(super) struct Answer {
    pub(super) sends: Sends,
    pub(super) end: End,
    /// Whether the third visit is shown a page.
    pub(super) twice: bool,
}

#[derive(Clone, Copy)]
pub(super) enum Sends {
    /// These bytes.
    Raw(&'static [u8]),
    /// A page's head with these header lines, and these bytes after it.
    Page(&'static str, &'static [u8]),
    /// A whole and correct response: the status, header lines, and the body.
    Response(&'static str, &'static [&'static str], &'static [u8]),
    /// A whole page with this Content-Type.
    Html(&'static str, &'static [u8]),
    /// A whole page with this Content-Encoding.
    Encoded(&'static str, &'static [u8]),
    /// A redirect to this Location.
    Redirect(&'static str),
    /// What this function sends.
    Computed(fn(&mut Visit<'_>) -> io::Result<()>),
}

#[derive(Clone, Copy)]
pub(super) enum End {
    /// Closes the connection, in TLS with a goodbye (close_notify).
    Close,
    /// Closes the connection without that.
    NoGoodbye,
    /// Breaks the connection, as a crashed server's system does.
    Reset,
    /// Does nothing more, until the client has had enough.
    Stall,
    /// One byte a second, without end.
    Drip,
    /// These bytes so many times at once, and that without end.
    Flood(&'static [u8], usize),
}

/// A behaviour of the plain port, which closes instead of answering until its row says more.
pub(super) const fn row(name: &'static str, expected: Expected, what: &'static str) -> Behaviour {
    let answer = Answer { sends: Sends::Raw(b""), end: End::Close, twice: false };
    let (scheme, endpoint) = ("http", Endpoint::Plain);
    Behaviour { name, what, expected, needs_trust: false, scheme, endpoint, answer }
}

/// The words that rows are written with.
impl Behaviour {
    pub(super) const fn raw(self, bytes: &'static [u8]) -> Self {
        self.sends(Sends::Raw(bytes))
    }

    pub(super) const fn page(self, headers: &'static str, raw: &'static [u8]) -> Self {
        self.sends(Sends::Page(headers, raw))
    }

    pub(super) const fn response(
        self,
        status: &'static str,
        headers: &'static [&'static str],
        body: &'static [u8],
    ) -> Self {
        self.sends(Sends::Response(status, headers, body))
    }

    pub(super) const fn says(self, status: &'static str, headers: &'static [&'static str]) -> Self {
        self.response(status, headers, b"")
    }

    pub(super) const fn html(self, content_type: &'static str, body: &'static [u8]) -> Self {
        self.sends(Sends::Html(content_type, body))
    }

    pub(super) const fn encoded(self, coding: &'static str, body: &'static [u8]) -> Self {
        self.sends(Sends::Encoded(coding, body))
    }

    pub(super) const fn redirect(self, location: &'static str) -> Self {
        self.sends(Sends::Redirect(location))
    }

    pub(super) const fn computed(self, send: fn(&mut Visit<'_>) -> io::Result<()>) -> Self {
        self.sends(Sends::Computed(send))
    }

    const fn sends(mut self, sends: Sends) -> Self {
        self.answer.sends = sends;
        self
    }

    pub(super) const fn end(mut self, end: End) -> Self {
        self.answer.end = end;
        self
    }

    /// The answer to two of three visits; the third is shown a page with the title `There`.
    pub(super) const fn twice(mut self) -> Self {
        self.answer.twice = true;
        self
    }

    pub(super) const fn at(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// Asked for in the protocol of this scheme, whatever the port speaks.
    pub(super) const fn asked_in(mut self, scheme: &'static str) -> Self {
        self.scheme = scheme;
        self
    }

    /// A page on a port of its own that speaks TLS.
    pub(super) const fn tls(self, config: fn(&TestCa) -> ServerConfig) -> Self {
        let page = self.page("Content-Length: 18\r\n", b"<title>TLS</title>");
        page.at(Endpoint::Tls(config)).asked_in("https")
    }

    /// The same with a certificate that has to be trusted to get any further.
    pub(super) const fn trusted_tls(mut self, config: fn(&TestCa) -> ServerConfig) -> Self {
        self.needs_trust = true;
        self.tls(config)
    }
}
