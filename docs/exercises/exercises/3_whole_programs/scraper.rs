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
//! Read on:
//! - docs/src/scraper.md
//! - docs/src/libraries.md, "Requests over HTTP: aiohttp"

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

// TODO: it was translated line by line, by somebody in a hurry. Four things are missing: one
// session for all, all pages at once, an error that stays with its page, and a 404 that is an
// error.
async fn fetch_page(session: &Client, url: &str, log: &Log) -> Result<String, reqwest::Error> {
    let response = get(session, url, log).await.unwrap();
    response.text().await
}

// TODO
async fn scrape(urls: &[String], log: &Log) -> Vec<Result<String, reqwest::Error>> {
    let mut pages = Vec::new();
    for url in urls {
        let session = open_session(log);
        pages.push(fetch_page(&session, url, log).await);
    }
    pages
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
        assert!(pages.len() == 3, "{} of 3 pages are there", pages.len());
        for (page, title) in pages.iter().zip(titles) {
            assert!(page.as_ref().unwrap().contains(title), "the pages are in order");
        }
        assert!(log.count("a session is opened") == 1, "one session is for all pages");
        for url in site.pages() {
            let asked = log.has_before(&format!("{url}: asked for"), "answered");
            assert!(asked, "{url} is asked for after the answer to another");
        }
    }

    #[test]
    fn an_error_stays_with_its_page() {
        let site = PracticeSite::start(0).unwrap();
        let nobody = "http://127.0.0.1:1/"; // nobody listens there
        let missing = format!("{}/cake", site.address());
        let [coffee, ..] = &site.pages()[..] else { panic!("there are three") };
        let pages = on_tokio(&[coffee.clone(), missing, nobody.into()], &Log::default());
        assert!(pages.len() == 3, "{} of 3 results are there", pages.len());
        assert!(pages[0].is_ok(), "the coffee was there, and stands first in the list");
        assert!(pages[1].is_err(), "a 404 is taken for a page");
        let refused = pages[2].as_ref().is_err_and(reqwest::Error::is_connect);
        assert!(refused, "nobody listens there, and that is the page's own error");
    }
}
