//! A small web site on this machine, so that the scrapers have something to fetch offline.
//!
//! It answers from plain threads: no async runtime hides behind it, and none is favoured by it.

use std::borrow::Cow;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use oxhttp::Server;
use oxhttp::model::{Body, Response};
use url::Url;

/// The three pages that a scraper fetches when no URL is given: path, delay, HTML.
const DISHES: [(&str, Duration, &str); 3] = [
    ("/coffee", Duration::from_millis(300), include_str!("../site/coffee.html")),
    ("/eggs", Duration::from_millis(800), include_str!("../site/eggs.html")),
    ("/toast", Duration::from_millis(1000), include_str!("../site/toast.html")),
];

/// Connections at a time; each has a thread, and a further one waits.
const MAX_CONNECTIONS: usize = 4096;

/// The longest delay of a `/page/N`, and its largest size.
const MAX_DELAY: Duration = Duration::from_secs(60);
const MAX_BYTES: usize = 1_000_000;

/// A running practice site. It stops with the program.
pub struct PracticeSite {
    address: SocketAddr,
}

impl PracticeSite {
    /// Starts the site on 127.0.0.1 at this port; 0 for any that is free.
    ///
    /// # Errors
    /// The port cannot be had.
    pub fn start(port: u16) -> io::Result<Self> {
        // oxhttp takes an address, not a listener: find one that is free, and hope that it still is.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?.local_addr()?;
        Server::new(|request| serve(&request.uri().to_string()))
            .bind(address)
            .with_max_concurrent_connections(MAX_CONNECTIONS)
            .spawn()?;
        Ok(Self { address })
    }

    /// Where the site is, such as `http://127.0.0.1:8000`.
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The URLs of its three pages.
    pub fn pages(&self) -> Vec<String> {
        DISHES.iter().map(|(path, ..)| format!("{}{path}", self.address())).collect()
    }
}

fn serve(target: &str) -> Response<Body> {
    let url = Url::parse("http://site").and_then(|base| base.join(target));
    let (status, delay, html) = url.map_or_else(|_| not_found(), |url| page(&url));
    thread::sleep(delay); // the connection's own thread: nobody else waits
    Response::builder()
        .status(status)
        .header("Content-Type", "text/html; charset=utf-8")
        .body(match html {
            Cow::Borrowed(html) => Body::from(html),
            Cow::Owned(html) => Body::from(html),
        })
        .expect("status and header are valid")
}

fn not_found() -> (u16, Duration, Cow<'static, str>) {
    (404, Duration::ZERO, "<!doctype html><title>Not found</title>".into())
}

fn page(url: &Url) -> (u16, Duration, Cow<'static, str>) {
    if let Some((_, delay, html)) = DISHES.iter().find(|(path, ..)| *path == url.path()) {
        return (200, *delay, (*html).into());
    }
    if url.path() == "/" {
        return (200, Duration::ZERO, include_str!("../site/index.html").into());
    }
    match url.path().strip_prefix("/page/").and_then(|number| number.parse().ok()) {
        Some(number) => {
            let parameter = |name: &str, default: u64| {
                let found = url.query_pairs().find(|(key, _)| key == name);
                found.and_then(|(_, value)| value.parse().ok()).unwrap_or(default)
            };
            let delay = Duration::from_millis(parameter("delay_ms", 0)).min(MAX_DELAY);
            let bytes = usize::try_from(parameter("bytes", 10_000)).unwrap_or(MAX_BYTES);
            (200, delay, numbered_page(number, bytes.min(MAX_BYTES)).into())
        }
        None => not_found(),
    }
}

/// A page of about `bytes` bytes that looks like real HTML: a tag for every 65 bytes or so.
fn numbered_page(number: u64, bytes: usize) -> String {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Page {number}</title>\n"
    );
    for item in 0.. {
        let next = format!(
            "<section class=\"dish\" id=\"d{item}\">\n<h2>Dish {item}</h2>\n\
             <p>Served with <em>patience</em> and <a href=\"/page/{item}\">another page</a> to \
             read while the water boils, the bread browns and the eggs set.</p>\n</section>\n"
        );
        if html.len() + next.len() + "</html>\n".len() > bytes {
            break;
        }
        html.push_str(&next);
    }
    html.push_str("</html>\n");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numbered_page_is_as_large_as_asked_for() {
        for bytes in [0, 100, 10_000, MAX_BYTES] {
            let page = numbered_page(7, bytes);
            assert!(page.contains("<title>Page 7</title>"));
            assert!(page.len() <= bytes.max(100) && page.len() + 300 > bytes, "{bytes}");
        }
        let tags = numbered_page(1, 10_000).matches('<').count();
        assert!((140..500).contains(&tags), "{tags} tags");
    }
}
