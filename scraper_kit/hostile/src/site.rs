//! A web site where everything goes wrong, one behaviour a URL.
//!
//! Whatever it sends, it sends over a plain socket, because no HTTP library would. What a scraper
//! has to make of each behaviour stands beside it, and is the same for all three.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use rustls::version::{TLS12, TLS13};
use rustls::{ServerConnection, StreamOwned};
use socket2::SockRef;

use crate::server::{Request, ok, read_request, response};
use crate::tls::TestCa;
use crate::{bomb, compress};
use scraper_kit::ErrorKind::{
    self, Connect, Dns, Protocol, Redirect, Status, Timeout, Tls, TooLarge,
};

/// One thing that a server may do, and what has to come of it.
pub struct Behaviour {
    /// What kind of behaviour it is, such as `framing`.
    pub group: &'static str,
    /// Its name, and its path on the site.
    pub name: &'static str,
    /// What the server does, in plain words.
    pub what: &'static str,
    /// What a scraper makes of it.
    pub expected: Expected,
    place: Place,
}

/// What a scraper makes of a behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The page, with this title; empty for a page without one.
    Page(&'static str),
    /// A failure of this kind.
    Fails(ErrorKind),
}

use Expected::{Fails, Page};

/// Where a behaviour is to be found.
enum Place {
    /// On the site's plain port.
    Http(fn(&mut Visit<'_>) -> io::Result<()>),
    /// On the plain port, but asked for in TLS.
    TlsOnPlainPort,
    /// On a port that speaks TLS, with the certificate of that name.
    Https(&'static str),
    /// On a TLS port, but asked for in plain HTTP.
    PlainOnTlsPort,
    /// On a port whose TLS is from 1999.
    OldTls,
    /// On the plain port of the IPv6 loopback.
    Ipv6,
    /// Nowhere on this site.
    Elsewhere(&'static str),
}

use Place::{Elsewhere, Http, Https, Ipv6 as OnIpv6, OldTls, PlainOnTlsPort, TlsOnPlainPort};

/// A request that waits for its answer.
struct Visit<'a> {
    stream: &'a mut TcpStream,
    request: &'a Request,
    /// What follows the behaviour's name in the path, such as `3` of `/redirects-11/3`.
    rest: &'a str,
    site: &'a Ports,
}

/// The site's addresses.
#[derive(Debug, Clone, Copy)]
struct Ports {
    http: SocketAddr,
    ipv6: Option<SocketAddr>,
    https: [SocketAddr; CERTIFICATES.len()],
    old_tls: SocketAddr,
}

/// The certificates that the site's TLS ports show. Two end the connection before they show one.
const CERTIFICATES: [&str; 9] = [
    "tls-good",
    "tls-self-signed",
    "tls-expired",
    "tls-wrong-host",
    "tls-unknown-root",
    "tls-client-certificate",
    "tls-1.2-client-certificate",
    "tls-closed",
    "tls-reset",
];

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n";
/// A page in windows-1251.
const PRIVET: &[u8] = b"<title>\xcf\xf0\xe8\xe2\xe5\xf2</title>";
const SECOND: Duration = Duration::from_secs(1);

impl Visit<'_> {
    fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// Sends a page's head and these raw bytes after it.
    fn page(&mut self, header: &str, raw: impl AsRef<[u8]>) -> io::Result<()> {
        self.send(format!("{HEAD}{header}\r\n"))?;
        self.send(raw)
    }

    /// Does nothing more, until the client has had enough.
    fn stall(&mut self) -> io::Result<()> {
        while self.stream.read(&mut [0; 1024])? > 0 {}
        Ok(())
    }

    /// One byte a second, for ever.
    fn drip(&mut self, mut byte: impl FnMut() -> u8) -> io::Result<()> {
        loop {
            self.send([byte()])?;
            thread::sleep(SECOND);
        }
    }

    /// Breaks the connection, as a crashed server's system does.
    fn reset(&mut self) -> io::Result<()> {
        SockRef::from(&*self.stream).set_linger(Some(Duration::ZERO))
    }

    /// The same bytes again and again, as long as the client takes them: some megabytes a second,
    /// so that one flood is not all that a client sees of this site.
    fn flood(&mut self, bytes: &[u8]) -> io::Result<()> {
        loop {
            self.send(bytes)?;
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// A whole and correct response, and the announcement that the connection closes with it.
    fn answer(&mut self, status: &str, headers: &[&str], body: &[u8]) -> io::Result<()> {
        self.send(response(status, &[headers, &["Connection: close"]].concat(), body))
    }

    fn redirect(&mut self, location: &str) -> io::Result<()> {
        self.answer("302 Found", &[&format!("Location: {location}")], b"")
    }

    fn encoded(&mut self, coding: &str, body: &[u8]) -> io::Result<()> {
        let coding = format!("Content-Encoding: {coding}");
        self.answer("200 OK", &["Content-Type: text/html; charset=utf-8", &coding], body)
    }

    /// Says 503 or the like to the first two of three visits, and shows the page to the third.
    fn busy_twice(&mut self, status: &str, headers: &[&str]) -> io::Result<()> {
        match self.is_third() {
            true => self.title("There"),
            false => self.answer(status, headers, b"busy"),
        }
    }

    /// Whether this is the third visit to this behaviour, the sixth, and so on.
    fn is_third(&self) -> bool {
        static VISITS: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());
        let mut visits = VISITS.lock().expect("nothing panics with it");
        let visit = visits.entry(self.request.path.clone()).or_default(); // only paths that there are
        *visit += 1;
        visit.is_multiple_of(3)
    }

    fn html(&mut self, content_type: &str, body: &[u8]) -> io::Result<()> {
        self.answer("200 OK", &[&format!("Content-Type: {content_type}")], body)
    }

    fn title(&mut self, title: &str) -> io::Result<()> {
        self.html("text/html; charset=utf-8", format!("<title>{title}</title>").as_bytes())
    }
}

/// A page of one megabyte, so that a part of it is not all of it.
fn large_page() -> Vec<u8> {
    let mut page = b"<title>Large</title>".to_vec();
    page.resize(1_000_000, b' ');
    page
}

/// zlib's checksum (RFC 1950, section 8.2).
fn adler32(bytes: &[u8]) -> [u8; 4] {
    const BASE: u32 = 65521;
    let sums = bytes.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % BASE;
        (a, (b + a) % BASE)
    });
    (sums.1 << 16 | sums.0).to_be_bytes()
}

/// A behaviour of the plain port: `answer` sends whatever it sends, then the connection closes.
const fn http(
    group: &'static str,
    name: &'static str,
    what: &'static str,
    expected: Expected,
    answer: fn(&mut Visit<'_>) -> io::Result<()>,
) -> Behaviour {
    at(group, name, what, expected, Http(answer))
}

/// A behaviour that is to be found elsewhere.
const fn at(
    group: &'static str,
    name: &'static str,
    what: &'static str,
    expected: Expected,
    place: Place,
) -> Behaviour {
    Behaviour { group, name, what, expected, place }
}

impl Behaviour {
    /// Whether it can only be met by a client that trusts the site's own authority.
    pub(crate) fn needs_trust(&self) -> bool {
        match self.place {
            Https(certificate) => {
                certificate == "tls-good" || certificate.ends_with("client-certificate")
            }
            _ => false,
        }
    }
}

/// Every behaviour of the site, in groups.
pub const BEHAVIOURS: &[Behaviour] = &[
    // connection
    at(
        "connection",
        "refused",
        "nothing listens on the port",
        Fails(Connect),
        Elsewhere("http://127.0.0.1:1/"),
    ),
    at(
        "connection",
        "port-0",
        "a port that does not exist",
        Fails(Connect),
        Elsewhere("http://127.0.0.1:0/"),
    ),
    at(
        "connection",
        "no-such-host",
        "a name that does not resolve",
        Fails(Dns),
        Elsewhere("http://no-such-host.invalid/"),
    ),
    at(
        "connection",
        "odd-host-name",
        "a name that no registry would give away, and that does not resolve",
        Fails(Dns),
        Elsewhere("http://a!b,c'd~e.invalid/"),
    ),
    at(
        "connection",
        "odd-host-name-tls",
        "https to a name that no certificate could be for, and that does not resolve",
        Fails(Dns),
        Elsewhere("https://a-.invalid/"),
    ),
    at("connection", "ipv6", "an address in brackets", Page("IPv6"), OnIpv6),
    http("connection", "closed", "closes instead of answering", Fails(Protocol), |_| Ok(())),
    http("connection", "reset", "resets instead of answering", Fails(Protocol), |visit| {
        visit.reset()
    }),
    http(
        "connection",
        "closed-in-status",
        "closes inside the status line",
        Fails(Protocol),
        |visit| visit.send("HTTP/1.1 20"),
    ),
    http("connection", "closed-in-headers", "closes inside a header", Fails(Protocol), |visit| {
        visit.send("HTTP/1.1 200 OK\r\nContent-Le")
    }),
    http(
        "connection",
        "closed-after-header",
        "closes between two headers",
        Fails(Protocol),
        |visit| visit.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"),
    ),
    http("connection", "reset-in-headers", "resets inside the headers", Fails(Protocol), |visit| {
        visit.send("HTTP/1.1 200 OK\r\nContent-Le")?;
        visit.reset()
    }),
    http("connection", "reset-in-body", "resets inside the body", Fails(Protocol), |visit| {
        visit.page("Content-Length: 1000000\r\n", vec![b' '; 500_000])?;
        visit.reset()
    }),
    http("connection", "silent", "never answers", Fails(Timeout), |visit| visit.stall()),
    // time
    http("time", "slow-headers", "sends its headers one byte a second", Fails(Timeout), |visit| {
        visit.send("HTTP/1.1 200 OK\r\nX-Slow: ")?;
        visit.drip(|| b'x')
    }),
    http("time", "slow-body", "sends its body one byte a second", Fails(Timeout), |visit| {
        visit.page("Content-Length: 1000000\r\n", "")?;
        visit.drip(|| b'x')
    }),
    http(
        "time",
        "stall-after-headers",
        "sends its headers and nothing more",
        Fails(Timeout),
        |visit| {
            visit.page("Content-Length: 10\r\n", "")?;
            visit.stall()
        },
    ),
    http("time", "stall-in-chunk", "stops inside a chunk", Fails(Timeout), |visit| {
        visit.page("Transfer-Encoding: chunked\r\n", "a\r\n12345")?;
        visit.stall()
    }),
    http(
        "time",
        "slow-redirects",
        "redirects, and takes five seconds for each",
        Fails(Timeout),
        |visit| {
            thread::sleep(5 * SECOND);
            let hop: usize = visit.rest.parse().unwrap_or(0);
            visit.redirect(&format!("/slow-redirects/{}", hop + 1))
        },
    ),
    // framing
    http(
        "framing",
        "short-body",
        "closes before Content-Length is reached",
        Fails(Protocol),
        |visit| visit.page("Content-Length: 100\r\n", "<title>Short</title>"),
    ),
    http(
        "framing",
        "long-body",
        "sends more than Content-Length; the rest is no part of the page",
        Page("Long"),
        |visit| {
            visit.page("Content-Length: 19\r\n", "<title>Long</title>\n<title>Too long</title>")
        },
    ),
    http("framing", "negative-length", "a Content-Length of -1", Fails(Protocol), |visit| {
        visit.page("Content-Length: -1\r\n", "page")
    }),
    http(
        "framing",
        "huge-length",
        "a Content-Length of more than 64 bits",
        Fails(Protocol),
        |visit| visit.page("Content-Length: 99999999999999999999\r\n", "page"),
    ),
    http(
        "framing",
        "two-lengths",
        "two Content-Lengths that contradict each other",
        Fails(Protocol),
        |visit| visit.page("Content-Length: 4\r\nContent-Length: 3\r\n", "page"),
    ),
    http(
        "framing",
        "same-length-twice",
        "the same Content-Length twice, which is legal",
        Page("Twice"),
        |visit| visit.page("Content-Length: 20\r\nContent-Length: 20\r\n", "<title>Twice</title>"),
    ),
    http(
        "framing",
        "length-and-chunked",
        "Content-Length and chunked: chunked counts",
        Page("Both"),
        |visit| {
            visit.page(
                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                "13\r\n<title>Both</title>\r\n0\r\n\r\n",
            )
        },
    ),
    http("framing", "bad-chunk-size", "a chunk size that is no number", Fails(Protocol), |visit| {
        visit.page("Transfer-Encoding: chunked\r\n", "xyz\r\npage\r\n0\r\n\r\n")
    }),
    http(
        "framing",
        "huge-chunk-size",
        "a chunk size of more than 64 bits",
        Fails(Protocol),
        |visit| {
            visit.page("Transfer-Encoding: chunked\r\n", "fffffffffffffffffff\r\npage\r\n0\r\n\r\n")
        },
    ),
    http(
        "framing",
        "endless-chunk-size",
        "a chunk size that never ends",
        Fails(Protocol),
        |visit| {
            visit.page("Transfer-Encoding: chunked\r\n", "")?;
            visit.flood(&[b'1'; 4096])
        },
    ),
    http(
        "framing",
        "chunk-extensions",
        "ten kilobytes of chunk extensions, which are legal and say nothing",
        Page("Extended"),
        |visit| {
            let extension = "x".repeat(10_000);
            let body = format!("f;{extension}\r\n<title>Extended\r\n8\r\n</title>\r\n0\r\n\r\n");
            visit.page("Transfer-Encoding: chunked\r\n", body)
        },
    ),
    http(
        "framing",
        "long-chunk-extensions",
        "twenty kilobytes of them in all",
        Fails(Protocol),
        |visit| {
            let chunk = format!("1;{}\r\n \r\n", "x".repeat(5_000));
            visit.page("Transfer-Encoding: chunked\r\n", chunk.repeat(4) + "0\r\n\r\n")
        },
    ),
    http(
        "framing",
        "endless-zeros",
        "a chunk size that never gets beyond its leading zeros",
        Fails(Timeout),
        |visit| {
            visit.page("Transfer-Encoding: chunked\r\n", "")?;
            visit.flood(&[b'0'; 4096])
        },
    ),
    http("framing", "no-last-chunk", "closes before the last chunk", Fails(Protocol), |visit| {
        visit.page("Transfer-Encoding: chunked\r\n", "4\r\npage\r\n")
    }),
    http(
        "framing",
        "trailers",
        "headers after the last chunk, which are legal",
        Page("Trailers"),
        |visit| {
            visit.page(
                "Transfer-Encoding: chunked\r\n",
                "17\r\n<title>Trailers</title>\r\n0\r\nX-Check: 1\r\n\r\n",
            )
        },
    ),
    http(
        "framing",
        "unknown-transfer-coding",
        "gzip as a transfer coding, which nobody asked for",
        Fails(Protocol),
        |visit| visit.page("Transfer-Encoding: gzip, chunked\r\n", "4\r\npage\r\n0\r\n\r\n"),
    ),
    http(
        "framing",
        "chunks-in-http-1.0",
        "chunks in HTTP/1.0, which has none",
        Fails(Protocol),
        |visit| {
            visit
                .send("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npage\r\n0\r\n\r\n")
        },
    ),
    http("framing", "204-with-body", "a 204, which has no body, with one", Page(""), |visit| {
        visit.send("HTTP/1.1 204 No Content\r\nContent-Type: text/html\r\n\r\n<title>No</title>")
    }),
    http("framing", "304-with-body", "a 304, which has no body, with one", Page(""), |visit| {
        visit.send("HTTP/1.1 304 Not Modified\r\nContent-Type: text/html\r\n\r\n<title>No</title>")
    }),
    http(
        "framing",
        "empty-until-close",
        "neither a length nor a body, which is legal and empty",
        Page(""),
        |visit| visit.page("Connection: close\r\n", ""),
    ),
    http(
        "framing",
        "http-1.0",
        "HTTP/1.0 without a length: the body ends with the connection",
        Page("Old"),
        |visit| visit.send("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Old</title>"),
    ),
    http(
        "framing",
        "length-list",
        "the same Content-Length twice in one header",
        Page("Twice"),
        |visit| visit.page("Content-Length: 20, 20\r\n", "<title>Twice</title>"),
    ),
    http(
        "framing",
        "identity",
        "a transfer coding that means none, as an old standard had it",
        Page("Old"),
        |visit| {
            visit.page(
                "Transfer-Encoding: identity\r\nContent-Length: 18\r\n",
                "<title>Old</title>",
            )?;
            visit.stall()
        },
    ),
    http("framing", "identity-until-close", "the same without a length", Page("Old"), |visit| {
        visit.page("Transfer-Encoding: identity\r\n", "<title>Old</title>")
    }),
    http(
        "framing",
        "identity-short",
        "the same with a length that is not reached",
        Fails(Protocol),
        |visit| {
            visit
                .page("Transfer-Encoding: identity\r\nContent-Length: 19\r\n", "<title>Old</title>")
        },
    ),
    http(
        "framing",
        "empty-line-first",
        "an empty line before the status line",
        Page("Late"),
        |visit| visit.send(format!("\r\n{HEAD}Content-Length: 19\r\n\r\n<title>Late</title>")),
    ),
    http("framing", "http-2-in-text", "a status line that says HTTP/2", Fails(Protocol), |visit| {
        visit.send("HTTP/2 200\r\nContent-Length: 4\r\n\r\npage")
    }),
    http(
        "framing",
        "bare-line-feed-in-chunks",
        "chunks whose lines end in line feeds alone",
        Fails(Protocol),
        |visit| visit.page("Transfer-Encoding: chunked\r\n", "4\npage\n0\n\n"),
    ),
    http("framing", "http-0.9", "no head at all, only a page", Fails(Protocol), |visit| {
        visit.send("<title>Older</title>\r\n\r\n")
    }),
    http(
        "framing",
        "100-first",
        "100 Continue before the page, which is legal",
        Page("Continued"),
        |visit| {
            visit.send("HTTP/1.1 100 Continue\r\n\r\n")?;
            visit.title("Continued")
        },
    ),
    http(
        "framing",
        "103-first",
        "103 Early Hints before the page, which are legal",
        Page("Hinted"),
        |visit| {
            visit.send("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")?;
            visit.title("Hinted")
        },
    ),
    http(
        "framing",
        "101-only",
        "switches to a protocol that nobody asked for",
        Fails(Protocol),
        |visit| {
            visit.send(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            )
        },
    ),
    http("framing", "100-for-ever", "100 Continue again and again", Fails(Timeout), |visit| {
        visit.flood(&b"HTTP/1.1 100 Continue\r\n\r\n".repeat(100))
    }),
    http("framing", "100-only", "100 Continue and nothing more", Fails(Timeout), |visit| {
        visit.send("HTTP/1.1 100 Continue\r\n\r\n")?;
        visit.stall()
    }),
    // headers
    http("headers", "endless-header", "a header that never ends", Fails(Protocol), |visit| {
        visit.send("HTTP/1.1 200 OK\r\nX-Long: ")?;
        visit.flood(&[b'x'; 4096])
    }),
    http("headers", "large-header", "a header of two megabytes", Fails(Protocol), |visit| {
        visit.page(&format!("X-Long: {}\r\n", "x".repeat(2_000_000)), "")
    }),
    http(
        "headers",
        "100000-headers",
        "a hundred thousand headers, a megabyte in all",
        Fails(Protocol),
        |visit| visit.page(&"X-Many: 1\r\n".repeat(100_000), ""),
    ),
    http(
        "headers",
        "10000-headers",
        "ten thousand headers, which is a hundred kilobytes",
        Page("Many"),
        |visit| {
            visit.page(
                &("X-Many: 1\r\n".repeat(10_000) + "Content-Length: 19\r\n"),
                "<title>Many</title>",
            )
        },
    ),
    http(
        "headers",
        "200-headers",
        "two hundred headers, which is many, but legal",
        Page("Many"),
        |visit| {
            visit.page(
                &("X-Many: 1\r\n".repeat(198) + "Content-Length: 19\r\n"),
                "<title>Many</title>",
            )
        },
    ),
    http(
        "headers",
        "folded-header",
        "a header that goes on in the next line, which is obsolete",
        Page("Folded"),
        |visit| visit.page("X-Folded: a\r\n b\r\nContent-Length: 21\r\n", "<title>Folded</title>"),
    ),
    http(
        "headers",
        "folded-content-type",
        "a Content-Type that goes on in the next line",
        Page("Привет"),
        |visit| {
            visit.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html;\r\n\tcharset=windows-1251\r\nConnection: close\r\n\r\n<title>\xcf\xf0\xe8\xe2\xe5\xf2</title>")
        },
    ),
    http(
        "headers",
        "space-before-colon",
        "a space between a header's name and its colon",
        Page("Space"),
        |visit| visit.page("Content-Length : 20\r\n", "<title>Space</title>"),
    ),
    http("headers", "space-in-name", "a header name of several words", Page("ok"), |visit| {
        visit.page("X Frame Options: DENY\r\nContent-Length: 17\r\n", "<title>ok</title>")
    }),
    http("headers", "no-colon", "a header line without a colon", Page("ok"), |visit| {
        visit.page("garbage without colon\r\nContent-Length: 17\r\n", "<title>ok</title>")
    }),
    http("headers", "no-name", "a header line that begins with its colon", Page("ok"), |visit| {
        visit.page(": value\r\nContent-Length: 17\r\n", "<title>ok</title>")
    }),
    http("headers", "name-not-ascii", "a header name that is not ASCII", Page("ok"), |visit| {
        visit.page("X-Имя: x\r\nContent-Length: 17\r\n", "<title>ok</title>")
    }),
    http("headers", "indented-first", "a first header that is indented", Page("ok"), |visit| {
        visit.send("HTTP/1.1 200 OK\r\n X-First: 1\r\nContent-Type: text/html\r\nContent-Length: 17\r\n\r\n<title>ok</title>")
    }),
    http("headers", "control-character", "a control character in a header", Page("ok"), |visit| {
        visit.page("X-Control: a\x01b\r\nContent-Length: 17\r\n", "<title>ok</title>")
    }),
    http(
        "headers",
        "names-by-case",
        "takes header names as browsers write them, and no others",
        Page("ok"),
        |visit| {
            let sent =
                |start: &str| visit.request.headers.iter().any(|line| line.starts_with(start));
            let known =
                ["Host: ", "User-Agent: ", "Accept: ", "Accept-Encoding: "].into_iter().all(sent);
            if known { visit.title("ok") } else { visit.answer("400 Bad Request", &[], b"") }
        },
    ),
    http(
        "headers",
        "bare-line-feeds",
        "line feeds without carriage returns, as some servers send",
        Page("Bare"),
        |visit| {
            visit.send("HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 19\n\n<title>Bare</title>")
        },
    ),
    http(
        "headers",
        "latin-1-header",
        "a header byte over 0x7f, which real servers send",
        Page("Latin"),
        |visit| {
            visit.send(b"HTTP/1.1 200 OK\r\nX-Caf\x65: caf\xe9\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n")?;
            visit.send("<title>Latin</title>")
        },
    ),
    http("headers", "nul-in-header", "a NUL in a header", Fails(Protocol), |visit| {
        visit.send("HTTP/1.1 200 OK\r\nX-Nul: a\0b\r\nContent-Length: 0\r\n\r\n")
    }),
    http(
        "headers",
        "type-two-semicolons",
        "a Content-Type with a semicolon too many",
        Page("Привет"),
        |visit| visit.html("text/html;; charset=windows-1251", PRIVET),
    ),
    http(
        "headers",
        "type-space",
        "a Content-Type with a space before its semicolon",
        Page("Привет"),
        |visit| visit.html("text/html ;charset=windows-1251", PRIVET),
    ),
    http(
        "headers",
        "type-other-parameter",
        "a Content-Type with a parameter that should be in quotes",
        Page("Привет"),
        |visit| visit.html("text/html; profile=http://x/y; charset=windows-1251", PRIVET),
    ),
    http(
        "headers",
        "type-twice",
        "two Content-Types, the second without the charset",
        Page("Привет"),
        |visit| {
            let types =
                ["Content-Type: text/html; charset=windows-1251", "Content-Type: text/html"];
            visit.answer("200 OK", &types, PRIVET)
        },
    ),
    http(
        "headers",
        "type-list",
        "two Content-Types in one header, and a comma in quotes",
        Page("Привет"),
        |visit| visit.html("text/html, text/html; x=\",a/b\"; charset=windows-1251", PRIVET),
    ),
    http(
        "headers",
        "type-malformed-image",
        "a malformed Content-Type that is an image's all the same, and so no HTML",
        Page(""),
        |visit| visit.html("image/png;; x=a b/c", b"<title>Picture</title>"),
    ),
    http(
        "headers",
        "type-nonsense",
        "a Content-Type that is none; the page is taken for HTML",
        Page("Page"),
        |visit| visit.html("html", b"<title>Page</title>"),
    ),
    http("headers", "no-reason", "a status line without a reason", Page("Why"), |visit| {
        visit.send("HTTP/1.1 200\r\nContent-Type: text/html\r\nContent-Length: 18\r\n\r\n<title>Why</title>")
    }),
    http("headers", "status-208", "a rare status", Page("208"), |visit| {
        visit.answer("208 Already Reported", &["Content-Type: text/html"], b"<title>208</title>")
    }),
    http(
        "headers",
        "status-408",
        "says that it has waited for a request too long",
        Fails(Status),
        |visit| visit.answer("408 Request Timeout", &[], b""),
    ),
    http("headers", "status-404", "a common status", Fails(Status), |visit| {
        visit.answer("404 Not Found", &[], b"")
    }),
    http("headers", "status-520", "a status that no standard knows", Fails(Status), |visit| {
        visit.answer("520 Unknown", &[], b"")
    }),
    http("headers", "status-999", "the largest status there can be", Fails(Status), |visit| {
        visit.answer("999 Denied", &[], b"")
    }),
    // another try
    http("another try", "503", "503, and no word of when to come back", Fails(Status), |visit| {
        visit.answer("503 Service Unavailable", &[], b"")
    }),
    http("another try", "500-twice", "500 twice, then the page", Page("There"), |visit| {
        visit.busy_twice("500 Internal Server Error", &[])
    }),
    http(
        "another try",
        "429-twice",
        "429 twice, to be asked again after a second, then the page",
        Page("There"),
        |visit| visit.busy_twice("429 Too Many Requests", &["Retry-After: 1"]),
    ),
    http(
        "another try",
        "503-date",
        "503 twice, to be asked again at a time a second away, then the page",
        Page("There"),
        |visit| {
            let date = httpdate::fmt_http_date(SystemTime::now() + SECOND);
            visit.busy_twice("503 Service Unavailable", &[&format!("Retry-After: {date}")])
        },
    ),
    http(
        "another try",
        "503-other-clock",
        "the same, by a clock that stands in 1999, as its Date says",
        Page("There"),
        |visit| {
            let headers = [
                "Date: Fri, 31 Dec 1999 23:59:59 GMT",
                "Retry-After: Sat, 01 Jan 2000 00:00:00 GMT",
            ];
            visit.busy_twice("503 Service Unavailable", &headers)
        },
    ),
    http(
        "another try",
        "503-past",
        "503 twice, to be asked again at a time that is over, then the page",
        Page("There"),
        |visit| {
            let date = "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT";
            visit.busy_twice("503 Service Unavailable", &[date])
        },
    ),
    http(
        "another try",
        "503-garbage",
        "503 twice with a Retry-After that is none, then the page",
        Page("There"),
        |visit| visit.busy_twice("503 Service Unavailable", &["Retry-After: soon, \"-1\", \u{e9}"]),
    ),
    http(
        "another try",
        "503-fraction",
        "503 twice, to be asked again after a fraction of a second: after a whole one",
        Page("There"),
        |visit| visit.busy_twice("503 Service Unavailable", &["Retry-After: 0.4"]),
    ),
    http(
        "another try",
        "503-year",
        "503, to be asked again after a year of seconds",
        Fails(Status),
        |visit| visit.answer("503 Service Unavailable", &["Retry-After: 31536000"], b""),
    ),
    http(
        "another try",
        "429-next-century",
        "429, to be asked again at a date far off",
        Fails(Status),
        |visit| {
            let date = "Retry-After: Fri, 01 Jan 2100 00:00:00 GMT";
            visit.answer("429 Too Many Requests", &[date], b"")
        },
    ),
    http(
        "another try",
        "429-seconds-without-end",
        "429, to be asked again after more seconds than 64 bits hold",
        Fails(Status),
        |visit| {
            let seconds = format!("Retry-After: {}", "9".repeat(100));
            visit.answer("429 Too Many Requests", &[&seconds], b"")
        },
    ),
    http(
        "another try",
        "404-with-retry-after",
        "404 with a Retry-After: a page that is not there is not asked for again",
        Fails(Status),
        |visit| visit.answer("404 Not Found", &["Retry-After: 1"], b""),
    ),
    http(
        "another try",
        "redirect-to-busy",
        "a redirect to a page that says 503 twice: the next try begins at the start",
        Page("There"),
        |visit| match visit.rest {
            "page" => visit.busy_twice("503 Service Unavailable", &[]),
            _ => visit.redirect("/redirect-to-busy/page"),
        },
    ),
    http(
        "another try",
        "no-http-twice",
        "what is no HTTP twice, then the page",
        Page("There"),
        |visit| match visit.is_third() {
            true => visit.title("There"),
            false => visit.send("busy\r\n\r\n"),
        },
    ),
    http(
        "another try",
        "cut-twice",
        "a page that is cut off, which is never asked for again",
        Fails(Protocol),
        |visit| match visit.is_third() {
            true => visit.title("There"),
            false => visit.page("Content-Length: 100\r\n", "<title>Cut"),
        },
    ),
    // redirects
    http("redirects", "redirects-10", "ten redirects", Page("Arrived"), |visit| {
        match visit.rest.parse().unwrap_or(1) {
            11 => visit.title("Arrived"),
            hop => visit.redirect(&format!("/redirects-10/{}", hop + 1)),
        }
    }),
    http("redirects", "redirects-11", "eleven redirects", Fails(Redirect), |visit| {
        match visit.rest.parse().unwrap_or(1) {
            12 => visit.title("Arrived"),
            hop => visit.redirect(&format!("/redirects-11/{}", hop + 1)),
        }
    }),
    http(
        "redirects",
        "redirect-loop",
        "redirects in a circle",
        Fails(Redirect),
        |visit| match visit.rest {
            "back" => visit.redirect("/redirect-loop"),
            _ => visit.redirect("/redirect-loop/back"),
        },
    ),
    http("redirects", "redirect-to-itself", "redirects to where it is", Fails(Redirect), |visit| {
        visit.redirect("/redirect-to-itself")
    }),
    http(
        "redirects",
        "redirect-relative",
        "a relative Location, which is legal",
        Page("Relative"),
        |visit| match visit.rest {
            "there" => visit.title("Relative"),
            _ => visit.redirect("redirect-relative/there"),
        },
    ),
    http(
        "redirects",
        "redirect-scheme-relative",
        "a Location that leaves out the scheme",
        Page("Relative"),
        |visit| {
            let location = format!("//{}/redirect-relative/there", visit.site.http);
            visit.redirect(&location)
        },
    ),
    http(
        "redirects",
        "redirect-fragment",
        "a Location with a fragment",
        Page("Relative"),
        |visit| visit.redirect("/redirect-relative/there#part"),
    ),
    http(
        "redirects",
        "redirect-latin-1",
        "a Location with a byte over 0x7f, which real servers send",
        Page("Arrived"),
        |visit| {
            match visit.rest {
            "" => visit.send(b"HTTP/1.1 302 Found\r\nLocation: /redirect-latin-1/caf\xe9\r\nContent-Length: 0\r\n\r\n"),
            "caf%E9" => visit.title("Arrived"),
            _ => visit.title("another page"),
        }
        },
    ),
    http(
        "redirects",
        "redirect-utf-8",
        "a Location in UTF-8 that is not escaped",
        Page("Arrived"),
        |visit| match visit.rest {
            "" => visit.redirect("/redirect-utf-8/café"),
            "caf%C3%A9" => visit.title("Arrived"),
            _ => visit.title("another page"),
        },
    ),
    http(
        "redirects",
        "redirect-twice",
        "two Locations; the first counts",
        Page("Relative"),
        |visit| {
            visit.answer(
                "302 Found",
                &["Location: /redirect-relative/there", "Location: /other"],
                b"",
            )
        },
    ),
    http(
        "redirects",
        "redirect-and-stall",
        "a redirect whose body never comes",
        Page("Relative"),
        |visit| {
            visit.send("HTTP/1.1 302 Found\r\nLocation: /redirect-relative/there\r\n\r\n")?;
            visit.stall()
        },
    ),
    http("redirects", "redirect-empty", "an empty Location", Fails(Redirect), |visit| {
        visit.redirect("")
    }),
    http(
        "redirects",
        "redirect-nowhere",
        "a redirect without a Location",
        Fails(Redirect),
        |visit| visit.answer("302 Found", &[], b""),
    ),
    http("redirects", "redirect-to-file", "a redirect to file:", Fails(Redirect), |visit| {
        visit.redirect("file:///etc/passwd")
    }),
    http("redirects", "redirect-to-ftp", "a redirect to ftp:", Fails(Redirect), |visit| {
        visit.redirect("ftp://127.0.0.1/")
    }),
    http(
        "redirects",
        "redirect-to-javascript",
        "a redirect to javascript:",
        Fails(Redirect),
        |visit| visit.redirect("javascript:alert(1)"),
    ),
    http("redirects", "redirect-to-mailto", "a redirect to mailto:", Fails(Redirect), |visit| {
        visit.redirect("mailto:me@127.0.0.1")
    }),
    http("redirects", "redirect-to-data", "a redirect to data:", Fails(Redirect), |visit| {
        visit.redirect("data:text/html,page")
    }),
    http(
        "redirects",
        "300-with-location",
        "a choice of pages, which is no redirect",
        Page("Choose"),
        |visit| {
            visit.answer(
                "300 Multiple Choices",
                &["Location: /", "Content-Type: text/html"],
                b"<title>Choose</title>",
            )
        },
    ),
    http(
        "redirects",
        "redirect-to-no-host",
        "a redirect to a name that does not resolve",
        Fails(Dns),
        |visit| visit.redirect("http://no-such-host.invalid/"),
    ),
    // bodies
    http("bodies", "gzip", "gzip", Page("Large"), |visit| {
        visit.encoded("gzip", &compress("gzip", &large_page()))
    }),
    http("bodies", "brotli", "brotli", Page("Large"), |visit| {
        visit.encoded("br", &compress("br", &large_page()))
    }),
    http("bodies", "deflate", "deflate", Page("Large"), |visit| {
        visit.encoded("deflate", &compress("deflate", &large_page()))
    }),
    http(
        "bodies",
        "raw-deflate",
        "deflate without its header, as some servers send it",
        Page("Large"),
        |visit| visit.encoded("deflate", &compress("raw deflate", &large_page())),
    ),
    http(
        "bodies",
        "raw-deflate-checksum",
        "the same with zlib's checksum at its end",
        Page("Large"),
        |visit| {
            let page = large_page();
            let checksum = [&compress("raw deflate", &page)[..], &adler32(&page)].concat();
            visit.encoded("deflate", &checksum)
        },
    ),
    http(
        "bodies",
        "gzip-twice",
        "gzip in gzip, which is legal, but nobody sends it",
        Fails(Protocol),
        |visit| visit.encoded("gzip, gzip", &compress("gzip", &compress("gzip", &large_page()))),
    ),
    http(
        "bodies",
        "gzip-members",
        "two gzip streams one after the other, which is legal",
        Page("Two"),
        |visit| {
            let members = [compress("gzip", b"<title>Tw"), compress("gzip", b"o</title>")].concat();
            visit.encoded("gzip", &members)
        },
    ),
    http("bodies", "gzip-empty", "gzip of nothing at all", Page(""), |visit| {
        visit.encoded("gzip", b"")
    }),
    http("bodies", "gzip-truncated", "gzip that ends too early", Fails(Protocol), |visit| {
        let body = compress("gzip", &large_page());
        visit.encoded("gzip", &body[..body.len() / 2])
    }),
    http("bodies", "brotli-truncated", "brotli that ends too early", Fails(Protocol), |visit| {
        let body = compress("br", b"<title>Truncated</title>");
        visit.encoded("br", &body[..body.len() / 2])
    }),
    http("bodies", "gzip-zeros-after", "gzip filled up with zeros", Page("Zeros"), |visit| {
        let body = [&compress("gzip", b"<title>Zeros</title>")[..], &[0; 1000]].concat();
        visit.encoded("gzip", &body)
    }),
    http("bodies", "gzip-line-end-after", "gzip and a line end", Page("Line"), |visit| {
        visit.encoded("gzip", &[&compress("gzip", b"<title>Line</title>")[..], b"\r\n"].concat())
    }),
    http(
        "bodies",
        "gzip-garbage-after",
        "gzip with something else after it",
        Fails(Protocol),
        |visit| {
            visit.encoded(
                "gzip",
                &[&compress("gzip", b"<title>Garbage</title>")[..], b"more"].concat(),
            )
        },
    ),
    http(
        "bodies",
        "brotli-garbage-after",
        "brotli with something else after it",
        Fails(Protocol),
        |visit| {
            visit.encoded("br", &[&compress("br", b"<title>Garbage</title>")[..], b"more"].concat())
        },
    ),
    http("bodies", "not-gzip", "text that is called gzip", Fails(Protocol), |visit| {
        visit.encoded("gzip", b"<title>Not gzip</title>")
    }),
    http(
        "bodies",
        "unknown-coding",
        "a content coding that nobody asked for",
        Fails(Protocol),
        |visit| visit.encoded("zstd", b"page"),
    ),
    http(
        "bodies",
        "coding-none",
        "a content coding called none, which means none",
        Page("Plain"),
        |visit| visit.encoded("none", b"<title>Plain</title>"),
    ),
    http(
        "bodies",
        "coding-charset",
        "a charset where the content coding belongs",
        Page("Plain"),
        |visit| visit.encoded("UTF-8", b"<title>Plain</title>"),
    ),
    http(
        "bodies",
        "coding-list",
        "gzip in capitals, in a list with an empty place and identity",
        Page("Gzip"),
        |visit| visit.encoded(", GZIP, identity", &compress("gzip", b"<title>Gzip</title>")),
    ),
    http("bodies", "many-codings", "gzip a hundred times over", Fails(Protocol), |visit| {
        visit.encoded(&["gzip"; 100].join(","), b"page")
    }),
    http(
        "bodies",
        "gzip-of-nothing",
        "gzip streams of nothing, without end",
        Fails(Timeout),
        |visit| {
            visit.page("Content-Encoding: gzip\r\n", "")?;
            visit.flood(&compress("gzip", b"").repeat(100))
        },
    ),
    http(
        "bodies",
        "brotli-stall",
        "four megabytes in a few bytes of brotli, then nothing",
        Fails(Timeout),
        |visit| {
            let body = compress("br", &vec![0; 4 << 20]);
            // All but the end; so few that no limit but the one on time can be met.
            visit.page(
                "Content-Encoding: br\r\nContent-Length: 1000\r\n",
                &body[..body.len() - 1],
            )?;
            visit.stall()
        },
    ),
    http(
        "bodies",
        "ambiguous-html",
        "HTML whose rules have changed: a title in a <select>",
        Page("Guess"),
        |visit| visit.html("text/html", b"<title>Guess</title><select><title>x</title></select>"),
    ),
    http("bodies", "gzip-bomb", "a gigabyte in a megabyte of gzip", Fails(TooLarge), |visit| {
        visit.encoded("gzip", bomb("gzip"))
    }),
    http("bodies", "brotli-bomb", "a gigabyte in a kilobyte of brotli", Fails(TooLarge), |visit| {
        visit.encoded("br", bomb("br"))
    }),
    http("bodies", "endless-body", "chunks without end", Fails(TooLarge), |visit| {
        visit.page("Transfer-Encoding: chunked\r\n", "")?;
        visit.flood(&[b"1000\r\n", &[b' '; 4096][..], b"\r\n"].concat())
    }),
    http("bodies", "empty-body", "no body", Page(""), |visit| visit.html("text/html", b"")),
    http(
        "bodies",
        "exactly-max-bytes",
        "10 MiB, the default of --max-bytes",
        Page("Exact"),
        |visit| {
            let mut body = b"<title>Exact</title>".to_vec();
            body.resize(10 * 1024 * 1024, b' ');
            visit.html("text/html", &body)
        },
    ),
    http("bodies", "one-byte-more", "one byte more than 10 MiB", Fails(TooLarge), |visit| {
        visit.html("text/html", &vec![b' '; 10 * 1024 * 1024 + 1])
    }),
    http("bodies", "binary", "binary data that is called HTML", Page(""), |visit| {
        let body: Vec<u8> =
            (0..100_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        visit.html("text/html", &body)
    }),
    http(
        "bodies",
        "charset-header",
        "windows-1251, said in the header",
        Page("Привет"),
        |visit| visit.html("text/html; charset=windows-1251", PRIVET),
    ),
    http(
        "bodies",
        "charset-meta",
        "windows-1251, said in a `<meta>`",
        Page("Привет"),
        |visit| {
            visit.html(
                "text/html",
                b"<title>\xcf\xf0\xe8\xe2\xe5\xf2</title><meta charset=windows-1251>",
            )
        },
    ),
    http(
        "bodies",
        "charset-meta-late",
        "windows-1251, said in a `<meta>` behind three kilobytes of comment",
        Page("Привет"),
        |visit| {
            let comment = format!("<!--{}-->", " ".repeat(3000));
            let meta = b"<meta charset=windows-1251>";
            visit.html("text/html", &[comment.as_bytes(), meta, PRIVET].concat())
        },
    ),
    http(
        "bodies",
        "charset-meta-content",
        "windows-1251, said in a `<meta http-equiv>` whose content is no media type",
        Page("Привет"),
        |visit| {
            let meta = b"<meta http-equiv=Content-Type content=\"charset = 'windows-1251'\">";
            visit.html("text/html", &[meta, PRIVET].concat())
        },
    ),
    http(
        "bodies",
        "charset-meta-hidden",
        "a `<meta>` in a comment and one in an attribute, which say nothing",
        Page("Привет"),
        |visit| {
            let metas = "<!-- <meta charset=koi8-r> --><a title='<meta charset=koi8-r>'>";
            let page = [metas, "<title>Привет</title>"].concat();
            visit.html("text/html", page.as_bytes())
        },
    ),
    http(
        "bodies",
        "charset-x-user-defined",
        "x-user-defined, said in a `<meta>`: browsers read windows-1252",
        Page("é"),
        |visit| visit.html("text/html", b"<meta charset=x-user-defined><title>\xe9</title>"),
    ),
    http(
        "bodies",
        "charset-xml",
        "windows-1251, said in an XML declaration",
        Page("Привет"),
        |visit| {
            let declaration = b"<?xml version='1.0' encoding='windows-1251'?>";
            visit.html("application/xhtml+xml", &[declaration, PRIVET].concat())
        },
    ),
    http(
        "bodies",
        "charset-bom",
        "UTF-8, said by a byte order mark against the header",
        Page("Привет"),
        |visit| {
            visit
                .html("text/html; charset=windows-1251", "\u{feff}<title>Привет</title>".as_bytes())
        },
    ),
    http(
        "bodies",
        "charset-utf-16",
        "UTF-16, said by a byte order mark",
        Page("Привет"),
        |visit| {
            let body: Vec<u8> =
                "\u{feff}<title>Привет</title>".encode_utf16().flat_map(u16::to_le_bytes).collect();
            visit.html("text/html", &body)
        },
    ),
    http(
        "bodies",
        "charset-wrong",
        "windows-1251 that is called UTF-8",
        Page("\u{fffd}\u{fffd}\u{fffd}"),
        |visit| visit.html("text/html; charset=utf-8", b"<title>\xcf\xf0\xe8</title>"),
    ),
    http(
        "bodies",
        "charset-unknown",
        "a charset that does not exist; UTF-8 is assumed",
        Page("Привет"),
        |visit| visit.html("text/html; charset=klingon", "<title>Привет</title>".as_bytes()),
    ),
    http(
        "bodies",
        "escape-codes",
        "a title that would clear the terminal",
        Page("\u{1b}[2J\u{9b}31m\u{202e}Cleared"),
        |visit| {
            visit.html(
                "text/html; charset=utf-8",
                "<title>\u{1b}[2J\u{9b}31m\u{202e}Cleared</title>".as_bytes(),
            )
        },
    ),
    http("bodies", "huge-title", "a title of nine megabytes", Page("…"), |visit| {
        let mut body = b"<title>".to_vec();
        body.resize(9_000_000, b'x');
        visit.html("text/html", &body)
    }),
    http("bodies", "huge-tag", "a tag of nine megabytes that does not end", Page(""), |visit| {
        let mut body = b"<title class=".to_vec();
        body.resize(9_000_000, b'x');
        visit.html("text/html", &body)
    }),
    http("bodies", "deep", "elements a hundred thousand deep", Page("Deep"), |visit| {
        let body = "<title>Deep</title>".to_owned() + &"<div>".repeat(100_000);
        visit.html("text/html", body.as_bytes())
    }),
    http(
        "bodies",
        "end-tags-left-out",
        "five thousand items without end tags, and the title after them",
        Page("Late"),
        |visit| {
            let body = "<ul>".to_owned() + &"<li>x".repeat(5000) + "</ul><title>Late</title>";
            visit.html("text/html", body.as_bytes())
        },
    ),
    http(
        "bodies",
        "title-in-template",
        "a title in a <template>, which is not on the page, before the one that is",
        Page("Real"),
        |visit| {
            let body = "<template><title>Not yet</title></template><title>Real</title>";
            visit.html("text/html", body.as_bytes())
        },
    ),
    http(
        "bodies",
        "nul-in-title",
        "a title with a NUL byte, which browsers replace",
        Page("a\u{fffd}b"),
        |visit| visit.html("text/html", b"<title>a\0b</title>"),
    ),
    http(
        "bodies",
        "huge-comment",
        "a comment of a megabyte before the title",
        Page("After"),
        |visit| {
            let body = format!("<!--{}--><title>After</title>", "x".repeat(1_000_000));
            visit.html("text/html", body.as_bytes())
        },
    ),
    http(
        "bodies",
        "far-title",
        "a title behind nine megabytes, which is more than is kept",
        Page(""),
        |visit| {
            let body = format!("<!--{}--><title>After</title>", "x".repeat(9_000_000));
            visit.html("text/html", body.as_bytes())
        },
    ),
    http(
        "bodies",
        "knots",
        "a megabyte of tags that end in the wrong order",
        Page("Knots"),
        |visit| {
            let body = "<svg>".to_owned() + &"<b><p></b>".repeat(100_000) + "<title>Knots</title>";
            visit.html("text/html", body.as_bytes())
        },
    ),
    // tls
    at(
        "TLS",
        "tls-good",
        "a certificate of the site's own authority, trusted in the tests only",
        Page("TLS"),
        Https("tls-good"),
    ),
    at(
        "TLS",
        "tls-self-signed",
        "a certificate that vouches for itself",
        Fails(Tls),
        Https("tls-self-signed"),
    ),
    at("TLS", "tls-expired", "a certificate that has expired", Fails(Tls), Https("tls-expired")),
    at(
        "TLS",
        "tls-wrong-host",
        "a certificate for another host",
        Fails(Tls),
        Https("tls-wrong-host"),
    ),
    at(
        "TLS",
        "tls-unknown-root",
        "a certificate of an authority that nobody knows",
        Fails(Tls),
        Https("tls-unknown-root"),
    ),
    at(
        "TLS",
        "tls-client-certificate",
        "wants a certificate of the client, in TLS 1.3, which says so after the handshake",
        Fails(Tls),
        Https("tls-client-certificate"),
    ),
    at(
        "TLS",
        "tls-1.2-client-certificate",
        "wants a certificate of the client, in TLS 1.2",
        Fails(Tls),
        Https("tls-1.2-client-certificate"),
    ),
    at(
        "TLS",
        "tls-no-close-notify",
        "a whole page, then the connection ends without a goodbye",
        Page("TLS"),
        Https("tls-good"),
    ),
    at(
        "TLS",
        "tls-no-close-notify-short",
        "ends without a goodbye before Content-Length is reached",
        Fails(Protocol),
        Https("tls-good"),
    ),
    at(
        "TLS",
        "tls-no-close-notify-until-close",
        "a page without a length, and no goodbye: it may be cut off",
        Fails(Protocol),
        Https("tls-good"),
    ),
    at(
        "TLS",
        "tls-closed",
        "closes instead of shaking hands: no connection",
        Fails(Connect),
        Https("tls-closed"),
    ),
    at(
        "TLS",
        "tls-reset",
        "resets instead of shaking hands: no connection",
        Fails(Connect),
        Https("tls-reset"),
    ),
    at("TLS", "tls-1.0", "nothing newer than TLS 1.0", Fails(Tls), OldTls),
    at("TLS", "tls-to-http", "https to a port that speaks plain HTTP", Fails(Tls), TlsOnPlainPort),
    at("TLS", "http-to-tls", "http to a port that speaks TLS", Fails(Protocol), PlainOnTlsPort),
    at(
        "TLS",
        "tls-to-http-redirect",
        "a redirect from https to http, which is legal",
        Page("Relative"),
        Https("tls-good"),
    ),
];

/// The site, running; it stops with the program.
pub struct HostileSite {
    ports: Ports,
    ca: TestCa,
}

impl HostileSite {
    /// Opens all its ports on loopback.
    ///
    /// # Errors
    /// A port cannot be had.
    pub fn start() -> io::Result<Self> {
        let ca = TestCa::new();
        let listen = |ip: IpAddr| TcpListener::bind((ip, 0));
        let (http, old_tls) =
            (listen(Ipv4Addr::LOCALHOST.into())?, listen(Ipv4Addr::LOCALHOST.into())?);
        let ipv6 = listen(Ipv6Addr::LOCALHOST.into()).ok(); // not every machine has it
        let mut https = Vec::new();
        for _ in CERTIFICATES {
            https.push(listen(Ipv4Addr::LOCALHOST.into())?);
        }
        let mut ports = Ports {
            http: http.local_addr()?,
            ipv6: ipv6.as_ref().map(TcpListener::local_addr).transpose()?,
            https: [http.local_addr()?; CERTIFICATES.len()],
            old_tls: old_tls.local_addr()?,
        };
        for (port, listener) in ports.https.iter_mut().zip(&https) {
            *port = listener.local_addr()?;
        }

        serve(http, move |stream| visit(stream, ports));
        serve(old_tls, |mut stream| speak_old_tls(&mut stream));
        if let Some(ipv6) = ipv6 {
            serve(ipv6, |mut stream| {
                read_request(&mut io::BufReader::new(&mut stream))?;
                stream.write_all(&ok("<title>IPv6</title>"))
            });
        }
        for (certificate, listener) in CERTIFICATES.iter().zip(https) {
            let config = Arc::new(match *certificate {
                "tls-self-signed" => TestCa::self_signed_config("127.0.0.1"),
                "tls-expired" => ca.expired_config("127.0.0.1"),
                "tls-wrong-host" => ca.server_config("example.com"),
                "tls-unknown-root" => TestCa::new().server_config("127.0.0.1"),
                "tls-client-certificate" => ca.demanding_config("127.0.0.1", &TLS13),
                "tls-1.2-client-certificate" => ca.demanding_config("127.0.0.1", &TLS12),
                _ => ca.server_config("127.0.0.1"),
            });
            serve(listener, move |mut stream| {
                if ["tls-closed", "tls-reset"].contains(certificate) {
                    if *certificate == "tls-reset" {
                        SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
                    }
                    return stream.read(&mut [0; 4096]).map(drop); // a ClientHello
                }
                let tls = ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
                let mut stream = StreamOwned::new(tls, stream);
                let request = match read_request(&mut io::BufReader::new(&mut stream)) {
                    Ok(request) => request,
                    // An alert was sent. To close before all is read that the other side has sent would
                    // be a reset, and may take the alert along.
                    Err(_) => {
                        stream.sock.shutdown(Shutdown::Write)?;
                        return io::copy(&mut stream.sock, &mut io::sink()).map(drop);
                    }
                };
                let location = format!("Location: http://{}/redirect-relative/there", ports.http);
                let path = request.map_or_else(String::new, |request| request.path);
                let page = ok("<title>TLS</title>");
                stream.write_all(&match path.as_str() {
                    "/tls-to-http-redirect" => response("302 Found", &[&location], b""),
                    "/tls-no-close-notify-short" => page[..page.len() - 1].to_vec(),
                    "/tls-no-close-notify-until-close" => {
                        format!("{HEAD}Connection: close\r\n\r\n<title>TLS</title>").into_bytes()
                    }
                    _ => page,
                })?;
                if !path.starts_with("/tls-no-close-notify") {
                    stream.conn.send_close_notify();
                }
                stream.flush()
            });
        }
        Ok(Self { ports, ca })
    }

    /// The behaviours, and the URL of each; without those that this machine has no port for.
    pub fn urls(&self) -> impl Iterator<Item = (&'static Behaviour, String)> {
        BEHAVIOURS.iter().filter_map(|behaviour| Some((behaviour, self.url(behaviour)?)))
    }

    fn url(&self, behaviour: &Behaviour) -> Option<String> {
        let name = behaviour.name;
        let of = |certificate| {
            let place = CERTIFICATES.iter().position(|name| *name == certificate);
            self.ports.https[place.unwrap_or_default()]
        };
        Some(match behaviour.place {
            Http(_) => format!("http://{}/{name}", self.ports.http),
            TlsOnPlainPort => format!("https://{}/{name}", self.ports.http),
            Https(certificate) => format!("https://{}/{name}", of(certificate)),
            PlainOnTlsPort => format!("http://{}/{name}", of("tls-good")),
            OldTls => format!("https://{}/{name}", self.ports.old_tls),
            OnIpv6 => format!("http://{}/{name}", self.ports.ipv6?),
            Elsewhere(url) => url.to_owned(),
        })
    }

    /// The authority that vouches for the good certificate.
    pub fn ca(&self) -> &TestCa {
        &self.ca
    }
}

/// Gives every connection a thread of its own, which ends when the client or `answer` does.
fn serve(
    listener: TcpListener,
    answer: impl Fn(TcpStream) -> io::Result<()> + Clone + Send + 'static,
) {
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            // Clients that go away, or refuse our TLS, are what this site is for.
            thread::spawn(move || answer(stream));
        }
    });
}

fn visit(mut stream: TcpStream, site: Ports) -> io::Result<()> {
    let request = match read_request(&mut io::BufReader::new(&mut stream)) {
        Ok(Some(request)) => request,
        Ok(None) => return Ok(()),
        // TLS on a port that has none: servers say so, in plain HTTP.
        Err(_) => return stream.write_all(&response("400 Bad Request", &[], b"")),
    };
    let path = request.path.strip_prefix('/').unwrap_or_default();
    let (name, rest) = path.split_once('/').unwrap_or((path, ""));
    let found = BEHAVIOURS.iter().find(|behaviour| behaviour.name == name);
    match found.map(|behaviour| &behaviour.place) {
        Some(Http(answer)) => {
            let stream = &mut stream;
            answer(&mut Visit { stream, request: &request, rest, site: &site })?;
        }
        _ => stream.write_all(&response("404 Not Found", &[], b""))?,
    }
    let linger = SockRef::from(&stream).linger()?;
    if linger.is_none() {
        stream.shutdown(Shutdown::Write)?;
    }
    Ok(())
}

/// Answers a ClientHello as a server from 1999 would: with a ServerHello of TLS 1.0.
fn speak_old_tls(stream: &mut TcpStream) -> io::Result<()> {
    let hello_read = stream.read(&mut [0; 4096])?;
    if hello_read > 0 {
        let mut hello = vec![0x03, 0x01]; // TLS 1.0
        hello.extend([7; 32]); // random
        hello.extend([0, 0x00, 0x2f, 0]); // no session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression
        let mut message = vec![2, 0, 0, hello.len() as u8]; // ServerHello
        message.extend(hello);
        let mut record = vec![22, 0x03, 0x01, 0, message.len() as u8]; // handshake
        record.extend(message);
        stream.write_all(&record)?;
        while stream.read(&mut [0; 1024])? > 0 {}
    }
    Ok(())
}
