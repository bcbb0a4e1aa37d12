//! Results in order, and results as they come: two ways to wait for many.
//!
//! In Python:
//!
//!     rows = await asyncio.gather(*map(fetch, pages))         # in order
//!
//!     for page in asyncio.as_completed(map(fetch, pages)):    # as they come
//!         show(await page)
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - The scraper, "gather: spawned tasks, with a bound"
//! - Tasks and their scope, "Group tasks"
//! - hello_world/examples/gather.rs

use exercises::{Gauge, Log, turns};
use futures::stream::{self, StreamExt};

/// Two pages at a time.
const LIMIT: usize = 2;

/// The pages, and how many turns each takes.
const PAGES: [(&str, usize); 4] = [("coffee", 3), ("eggs", 8), ("toast", 1), ("soup", 1)];

/// `open` counts the requests that are under way: `enter` adds one, until it is dropped.
async fn fetch((page, n): (&'static str, usize), open: &Gauge) -> &'static str {
    let _entered = open.enter();
    turns(n).await;
    page
}

// TODO: the table has its rows in the order of PAGES, whichever is there first; two are fetched at a
// time.
async fn table(open: &Gauge) -> Vec<&'static str> {
    stream::iter(PAGES).map(|page| fetch(page, open)).buffer_unordered(LIMIT).collect().await
}

// TODO: the news show each page as soon as it is there, and not only when the slow ones before it
// are; two are fetched at a time.
async fn news(open: &Gauge, log: &Log) {
    for page in PAGES {
        log.add(fetch(page, open).await);
    }
}

#[tokio::main]
async fn main() {
    println!("table: {:?}", table(&Gauge::default()).await);
    println!("news:");
    news(&Gauge::default(), &Log::default()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        exercises::on_each_runtime(async || {
            let open = Gauge::default();
            let expected = ["coffee", "eggs", "toast", "soup"];
            let rows = table(&open).await;
            assert!(open.most() <= LIMIT, "expected two at a time; there were {}", open.most());
            assert_eq!(
                rows, expected,
                "expected the order of PAGES (right); it was another (left)"
            );
            assert!(open.most() == LIMIT, "expected two at a time; there were {}", open.most());
        });
    }

    #[test]
    fn the_news_come_as_they_come() {
        exercises::on_each_runtime(async || {
            let (open, log) = (Gauge::default(), Log::default());
            news(&open, &log).await;
            let expected = ["coffee", "toast", "soup", "eggs"];
            assert!(open.most() <= LIMIT, "expected two at a time; there were {}", open.most());
            assert_eq!(
                log.events(),
                expected,
                "expected quick pages first (right); they waited (left)"
            );
            assert!(open.most() == LIMIT, "expected two at a time; there were {}", open.most());
        });
    }
}
