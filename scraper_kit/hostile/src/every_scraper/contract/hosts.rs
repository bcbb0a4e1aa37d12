//! Several hosts.

use super::MANY_HOSTS;
use crate::every_scraper::{Test, named};
use crate::scraper::{Pages, Scraper};
use crate::server::{ALL_OF_LOOPBACK, TestServer, ok, response};

pub(super) fn tests() -> Vec<Test> {
    vec![
        named("per host: a slow host leaves the others going", slow_host).only_if(MANY_HOSTS),
        named("per host: a redirect counts where it leads to", redirects_to_one_host)
            .only_if(MANY_HOSTS),
    ]
}

/// The pages of the slow host come first in the list, and are answered when all others have been.
fn slow_host(scraper: &str) {
    let server = TestServer::start_at(ALL_OF_LOOPBACK, |request, stream, log| {
        if request.path == "/slow" {
            log.wait_until("the quick pages", |seen| {
                seen.requests.iter().filter(|request| request.path == "/quick").count() == 1000
            });
        }
        stream.write_all(&ok(""))
    });
    let port = server.port();
    let mut urls = vec![format!("http://127.0.0.1:{port}/slow"); 1000];
    urls.resize(2000, format!("http://127.0.0.2:{port}/quick"));
    Scraper::json(scraper).args(["-c", "10", "-t", "200"]).run_list(urls).assert_all(2000);
}

fn redirects_to_one_host(scraper: &str) {
    let there = TestServer::start(|_, stream, log| {
        log.wait_until("two requests", |seen| seen.requests.len() >= 2);
        stream.write_all(&ok(""))
    });
    let url = there.url("/there");
    let here = TestServer::start_at(ALL_OF_LOOPBACK, move |_, stream, _| {
        stream.write_all(&response("302 Found", &[&format!("Location: {url}")], b""))
    });
    let urls = (1..100).map(|host| format!("http://127.0.1.{host}:{}/", here.port()));
    Scraper::json(scraper).args(["--per-host", "2"]).args(urls).run().assert_all(99);
    let seen = there.log().seen();
    assert_eq!((seen.requests.len(), seen.most_in_flight), (99, 2));
}
