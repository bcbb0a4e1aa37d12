//! What every scraper does, seen from outside. The servers are on loopback, and no test asks how long
//! anything takes.

mod concurrency;
mod files;
mod lists;
mod output;
mod pages;
mod retries;
mod signals;
mod usage;

use std::env;
use std::process::ExitCode;

use super::article;
use crate::scraper::{Pages, Scraper, name_of};
use scraper_kit::Outcome;

/// Runs these tests on the scraper at this path.
pub fn run(binary: &'static str) -> ExitCode {
    let mut groups = vec![
        usage::tests(),
        concurrency::tests(),
        lists::tests(),
        retries::tests(),
        output::tests(),
        signals::tests(),
        pages::tests(),
        files::tests(),
    ];
    if name_of(binary) != "scraper_http_tokio" {
        groups.push(article::tests()); // an example beside each of the three
    }
    // As Rust's own tests have it; .cargo/config.toml sets it.
    let at_once = env::var("RUST_TEST_THREADS").ok().and_then(|number| number.parse().ok());
    super::run(groups.into_iter().flatten().map(|test| test.trial(binary)).collect(), at_once)
}

/// Fetches these URLs and returns the pages in the order of the list.
fn fetch(scraper: &str, urls: impl IntoIterator<Item = String>) -> Vec<Outcome> {
    Scraper::json(scraper).args(urls).run().pages()
}

fn fetch_one(scraper: &str, url: String) -> Outcome {
    let [page] = fetch(scraper, [url]).try_into().expect("one outcome for one URL");
    page
}
