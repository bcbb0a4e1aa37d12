//! The scraper of every introduction to asyncio, on its way to Rust, and to the practice site.
//!
//! In Python:
//!
//!     async def fetch_page(session, url):
//!         async with session.get(url, raise_for_status=True) as response:
//!             return await response.text()
//!
//!     async def scrape(urls):
//!         async with aiohttp.ClientSession() as session:
//!             coroutines = [fetch_page(session, url) for url in urls]
//!             return await asyncio.gather(*coroutines, return_exceptions=True)
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - The scraper
//! - Useful libraries, "Requests over HTTP: aiohttp"
//! - scraper_tokio/src/main.rs

use exercises::Log;
use reqwest::{Client, Response};
use scraper_kit::practice_site::PracticeSite;

/// Like `aiohttp.ClientSession()`, which does not ask the environment for a proxy either.
fn open_session(log: &Log) -> Client {
    log.add("a session is opened");
    Client::builder().no_proxy().build().expect("nothing unusual is asked for")
}

/// Like `session.get(url)`.
async fn get(session: &Client, url: &str, log: &Log) -> reqwest::Result<Response> {
    log.add(format!("{url}: asked for"));
    let response = session.get(url).send().await;
    log.add(format!("{url}: answered"));
    response
}

// `?` returns the error to whoever awaits this page, and `error_for_status` makes one of a 404: to
// reqwest, as to aiohttp, an answer is an answer.
async fn fetch_page(session: &Client, url: &str, log: &Log) -> Result<String, reqwest::Error> {
    get(session, url, log).await?.error_for_status()?.text().await
}

// A list of futures, awaited together. For three pages that will do; for a list of any length they
// want a bound, and for work between them, tasks: that is the scraper in scraper_tokio/src/main.rs.
async fn scrape(urls: &[String], log: &Log) -> Vec<Result<String, reqwest::Error>> {
    let session = open_session(log);
    futures::future::join_all(urls.iter().map(|url| fetch_page(&session, url, log))).await
}

#[tokio::main]
async fn main() {
    let site = PracticeSite::start(0).expect("a port is free");
    for page in scrape(&site.pages(), &Log::default()).await {
        println!("{} bytes", page.expect("the practice site has it").len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    /// On a clock that goes: the site knows nothing of ours, and takes up to a second for a page.
    fn on_tokio(urls: &[String], log: &Log) -> Vec<Result<String, reqwest::Error>> {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(scrape(urls, log))
    }

    #[test]
    fn all_pages_at_once_in_one_session() {
        let (site, log) = (PracticeSite::start(0).unwrap(), Log::default());
        let pages = on_tokio(&site.pages(), &log);
        let titles = ["<title>Coffee", "<title>Scrambled eggs", "<title>Toast"];
        assert!(pages.len() == 3, "expected 3 pages; there are {}", pages.len());
        for (page, title) in pages.iter().zip(titles) {
            let right = page.as_ref().is_ok_and(|page| page.contains(title));
            assert!(right, "expected {title} here; there was {page:?}");
        }
        let sessions = log.count("a session is opened");
        assert!(sessions == 1, "expected one session for all pages; there were {sessions}");
        for url in site.pages() {
            let asked = log.has_before(&format!("{url}: asked for"), "answered");
            assert!(asked, "expected {url} to be asked for before any answer; that was later");
        }
    }

    #[test]
    fn an_error_stays_with_its_page() {
        let site = PracticeSite::start(0).unwrap();
        let nobody = "http://127.0.0.1:1/"; // nobody listens there
        let missing = format!("{}/cake", site.address());
        let [coffee, ..] = &site.pages()[..] else { panic!("there are three") };
        let urls = [coffee.clone(), missing, nobody.into()];
        let Ok(pages) = catch_unwind(|| on_tokio(&urls, &Log::default())) else {
            panic!("expected the error above to stay with its page; it ended all of them");
        };
        assert!(pages.len() == 3, "expected 3 results; there are {}", pages.len());
        assert!(pages[0].is_ok(), "expected the coffee; there was {:?}", pages[0]);
        assert!(
            pages[1].is_err(),
            "expected an error for what is not there; its 404 is taken for a page"
        );
        let refused = pages[2].as_ref().is_err_and(reqwest::Error::is_connect);
        assert!(refused, "expected that nobody listens there; there was {:?}", pages[2]);
    }
}
