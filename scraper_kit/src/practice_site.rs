//! A small web site on this machine, so that the scrapers have something to fetch offline.
//!
//! It answers from plain threads: no async runtime hides behind it, and none is favoured by it.

use std::borrow::Cow;
use std::env;
use std::io;
use std::iter;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
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
        let busy = AtomicUsize::new(0);
        Server::new(move |request| serve(&request.uri().to_string(), &busy))
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

/// The URLs in the program's arguments, or, if there are none, those of a practice site that is started.
///
/// # Errors
/// The site cannot be started.
pub fn arguments_or_pages() -> io::Result<Vec<String>> {
    let given = env::args_os().skip(1).map(|url| url.to_string_lossy().into_owned());
    let given: Vec<String> = given.collect();
    if given.is_empty() { Ok(PracticeSite::start(0)?.pages()) } else { Ok(given) }
}

fn serve(target: &str, busy: &AtomicUsize) -> Response<Body> {
    let url = Url::parse("http://site").and_then(|base| base.join(target));
    if url.as_ref().is_ok_and(|url| url.path() == "/busy") {
        return pancakes(busy.fetch_add(1, Ordering::Relaxed));
    }
    let plain = url.as_ref().is_ok_and(|url| url.path().starts_with("/text/"));
    let (status, delay, html) = url.map_or_else(|_| not_found(), |url| page(&url));
    thread::sleep(delay); // the connection's own thread: no other waits
    let media_type = if plain { "text/plain" } else { "text/html" };
    Response::builder()
        .status(status)
        .header("Content-Type", format!("{media_type}; charset=utf-8"))
        .body(match html {
            Cow::Borrowed(html) => Body::from(html),
            Cow::Owned(html) => Body::from(html),
        })
        .expect("status and header are valid")
}

/// A page that is there at every third visit, and says at the others when to come back.
fn pancakes(visit: usize) -> Response<Body> {
    let response = Response::builder().header("Content-Type", "text/html; charset=utf-8");
    let response = match visit % 3 {
        2 => response.body(Body::from(include_str!("../site/pancakes.html"))),
        _ => response
            .status(503)
            .header("Retry-After", "1")
            .body(Body::from("<!doctype html><title>The cook is busy</title>")),
    };
    response.expect("status and headers are valid")
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
    // /text/N is /page/N sent as plain text, in which a scraper does not search.
    let number = ["/page/", "/text/"].iter().find_map(|start| url.path().strip_prefix(start));
    match number.and_then(|number| number.parse().ok()) {
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

/// A page of about `bytes` bytes that looks like real HTML: a head with what heads hold, links to
/// everywhere, classes, text; 150 tags in 10,000 bytes, as on the web.
fn numbered_page(number: u64, bytes: usize) -> String {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Page {number}</title>\n"
    );
    let blocks = iter::once(HEAD.to_owned()).chain((0..).map(dish));
    for block in blocks {
        if html.len() + block.len() + "</html>\n".len() > bytes {
            break;
        }
        html.push_str(&block);
    }
    html.push_str("</html>\n");
    html
}

/// The rest of a page's head, and the top of its body.
const HEAD: &str = include_str!("../site/page_head.html");

fn dish(item: usize) -> String {
    format!(
        r##"<article class="dish card" id="dish-{item}" data-minutes="{item}">
<h2><a class="permalink" href="#dish-{item}">Dish {item}</a></h2>
<img src="/pictures/{item}-480.jpg" width="480" height="320" loading="lazy" alt="Dish {item}">
<p class="lead">Served with patience and <a href="/page/{item}">another page</a> to read
while the water boils, the bread browns &amp; the eggs set. Nothing here is done one after
another: whoever waits for the toaster before filling the kettle has a cold breakfast. The kettle
needs you twice, at its start and at its end; in between you are free to set the table, to feed
the cat, and to read what the paper says of the weather. The toaster throws its bread up by
itself when it is time, which is all that anybody asks of it. Only the eggs want to be looked at
now and then: they do not say when they are done, so you ask them, and a watched pot takes no
longer than another, whatever people say.</p>
</article>
"##
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numbered_page_is_as_large_as_asked_for() {
        for bytes in [0, 100, 10_000, MAX_BYTES] {
            let page = numbered_page(7, bytes);
            assert!(page.contains("<title>Page 7</title>"));
            assert!(page.len() <= bytes.max(100) && page.len() + 1_300 > bytes, "{bytes}");
        }
        let tags = numbered_page(1, 10_000).matches('<').count();
        assert!((140..160).contains(&tags), "{tags} tags, about as many as in real HTML");
    }

    #[test]
    fn the_busy_page_is_there_at_the_third_visit() {
        let busy = AtomicUsize::new(0);
        let statuses = [(); 6].map(|()| serve("/busy", &busy).status().as_u16());
        assert_eq!(statuses, [503, 503, 200, 503, 503, 200]);
    }

    #[test]
    fn a_numbered_page_is_there_as_plain_text_too() {
        for (path, media_type) in [("/page/7", "text/html"), ("/text/7", "text/plain")] {
            let response = serve(path, &AtomicUsize::new(0));
            let sent = response.headers()["Content-Type"].to_str().unwrap();
            assert_eq!(sent, format!("{media_type}; charset=utf-8"));
        }
    }
}
