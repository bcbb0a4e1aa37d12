//! Requests, responses, and what becomes of them, where the contract has no row for it.

use super::{fetch, fetch_one};
use crate::compress;
use crate::every_scraper::{Test, test};
use crate::scraper::{Pages, Scraper, kind, name_of};
use crate::server::{TestServer, half_a_page, ok, response, titles};
use scraper_kit::ErrorKind;

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(the_user_agent_is_ours_or_yours),
        test(a_user_name_and_password_stay_with_their_origin),
        test(an_answer_that_nobody_reads_leaves_its_connection_in_the_pool),
        test(a_page_that_is_given_up_closes_its_connection),
        test(any_selector_and_only_html),
        test(a_body_may_be_max_bytes_long_and_no_longer),
    ]
}

fn the_user_agent_is_ours_or_yours(scraper: &str) {
    let server = titles();
    fetch_one(scraper, server.url("/"));
    Scraper::new(scraper).args(["--user-agent", "me/1.0", &server.url("/")]).run();
    let seen = server.log().seen();
    let ours = format!("{}/{}", name_of(scraper), env!("CARGO_PKG_VERSION"));
    assert_eq!(seen.requests[0].header("user-agent"), Some(ours.as_str()));
    assert_eq!(seen.requests[1].header("user-agent"), Some("me/1.0"));
    assert_eq!(seen.requests[0].header("accept-encoding"), Some("gzip, deflate, br"));
}

fn a_user_name_and_password_stay_with_their_origin(scraper: &str) {
    let other = titles();
    let elsewhere = format!("Location: {}", other.url("/elsewhere"));
    let server = TestServer::start(move |request, stream, _| {
        let home = format!("Location: http://{}/there", request.header("host").unwrap_or_default());
        match request.path.as_str() {
            "/absolute" => stream.write_all(&response("302 Found", &[&home], b"")),
            "/relative" => stream.write_all(&response("302 Found", &["Location: /there"], b"")),
            "/away" => stream.write_all(&response("302 Found", &[&elsewhere], b"")),
            path => stream.write_all(&ok(&format!("<title>{path}</title>"))),
        }
    });
    let urls = server.urls(["/absolute", "/relative", "/away"]).into_iter();
    let pages = fetch(scraper, urls.map(|url| url.replace("://", "://us%65r:p%40ss@")));
    let titles: Vec<_> = pages.iter().map(|page| page.matches.join("")).collect();
    assert_eq!(titles, ["/there", "/there", "/elsewhere"]);
    assert_eq!(pages[0].final_url, Some(server.url("/there")));
    let seen = server.log().seen();
    assert_eq!(seen.requests.len(), 5);
    for request in &seen.requests {
        // Base64 of user:p@ss.
        assert_eq!(request.header("authorization"), Some("Basic dXNlcjpwQHNz"), "{request:?}");
    }
    assert_eq!(other.log().seen().requests[0].header("authorization"), None);
}

fn an_answer_that_nobody_reads_leaves_its_connection_in_the_pool(scraper: &str) {
    let server = TestServer::start(|request, stream, _| match request.path.as_str() {
        "/redirect" => {
            stream.write_all(&response("302 Found", &["Location: /page"], b"over there"))
        }
        "/page" => stream.write_all(&ok("<title>page</title>")),
        _ => stream.write_all(&response("404 Not Found", &[], b"no such page")),
    });
    let urls = server.urls(["/redirect", "/missing"].repeat(10));
    let run = Scraper::json(scraper).args(["-c", "1"]).args(urls).run();
    assert_eq!(run.pages().iter().filter(|page| page.error.is_none()).count(), 10);
    let seen = server.log().seen();
    assert_eq!(seen.requests.len(), 30);
    // The rest of an answer may come later than its head, and then the connection is closed.
    assert!(seen.connections < 20, "{} connections", seen.connections);
}

fn a_page_that_is_given_up_closes_its_connection(scraper: &str) {
    let server = TestServer::start(|_, stream, _| half_a_page(stream));
    // Long enough to connect, on a busy machine, too.
    let mut running = Scraper::json(scraper).args(["-t", "2"]).spawn_with_list();
    running.list(&server.url("/hangs"));
    server
        .log()
        .wait_until("the connection to close", |seen| seen.connections == 1 && seen.open == 0);
    // The list was open until now, and so the program was running.
    let run = running.finish();
    assert_eq!(run.kinds(), [Some(ErrorKind::Timeout)]);
    assert_eq!(run.pages()[0].status, Some(200), "this much it said");
}

fn any_selector_and_only_html(scraper: &str) {
    let server = TestServer::start(|request, stream, _| {
        let page = b"<h2>One</h2><p class=x>Two &amp; <b>three</b></p><p>Four</p>";
        let content_type = match request.path.as_str() {
            "/html" => "Content-Type: text/html",
            _ => "Content-Type: application/octet-stream",
        };
        stream.write_all(&response("200 OK", &[content_type], page))
    });
    let urls = server.urls(["/html", "/binary"]);
    let pages = Scraper::json(scraper).args(["-s", "h2, p.x"]).args(urls).run().pages();
    assert_eq!(pages[0].matches, ["One", "Two & three"]);
    assert_eq!((pages[1].matches.len(), pages[1].charset.as_deref()), (0, None));
    assert_eq!(pages[0].bytes, pages[1].bytes);
}

fn a_body_may_be_max_bytes_long_and_no_longer(scraper: &str) {
    let server = TestServer::start(|request, stream, _| {
        let body = vec![b'x'; request.path[1..].parse().unwrap()];
        let body = compress("gzip", &body);
        stream.write_all(&response("200 OK", &["Content-Encoding: gzip"], &body))
    });
    let urls = server.urls(["/50000", "/50001"]);
    let pages = Scraper::json(scraper).args(["--max-bytes", "50000"]).args(urls).run().pages();
    assert_eq!((kind(&pages[0]), pages[0].bytes), (None, 50_000));
    assert_eq!(kind(&pages[1]), Some(ErrorKind::TooLarge), "{:?}", pages[1]);
}
