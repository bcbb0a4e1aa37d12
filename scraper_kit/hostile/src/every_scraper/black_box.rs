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

use super::{Test, article};
use crate::scraper::{Pages, Scraper, name_of};
use scraper_kit::Outcome;

/// The tests of the scraper at this path.
pub(super) fn tests(binary: &str) -> Vec<Test> {
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
    groups.into_iter().flatten().collect()
}

/// Fetches these URLs and returns the pages in the order of the list.
fn fetch(scraper: &str, urls: impl IntoIterator<Item = String>) -> Vec<Outcome> {
    Scraper::json(scraper).args(urls).run().pages()
}

fn fetch_one(scraper: &str, url: String) -> Outcome {
    let [page] = fetch(scraper, [url]).try_into().expect("one outcome for one URL");
    page
}
