//! Results in order, and results as they come: two ways to wait for many.
//!
//! In Python:
//!
//!     rows = await asyncio.gather(*map(fetch, pages))         # in order
//!
//!     for page in asyncio.as_completed(map(fetch, pages)):    # as they come
//!         show(await page)
//!
//! Read on:
//! - docs/src/scraper.md, "gather: spawned tasks, with a bound"
//! - docs/src/tasks.md, "Group tasks"

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

// `buffered` gives results in the order of its input, and keeps those that come early until it is
// their turn.
async fn table(open: &Gauge) -> Vec<&'static str> {
    stream::iter(PAGES).map(|page| fetch(page, open)).buffered(LIMIT).collect().await
}

// `buffer_unordered` gives whatever is there. A stream is read with `while let`: Rust has no
// `async for`.
async fn news(open: &Gauge, log: &Log) {
    let mut pages = stream::iter(PAGES).map(|page| fetch(page, open)).buffer_unordered(LIMIT);
    while let Some(page) = pages.next().await {
        log.add(page);
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
            assert!(open.most() <= LIMIT, "more than two at a time: {}", open.most());
            assert_eq!(rows, expected, "the rows are not in the order of PAGES");
            assert!(open.most() == LIMIT, "not two at a time, but {}", open.most());
        });
    }

    #[test]
    fn the_news_come_as_they_come() {
        exercises::on_each_runtime(async || {
            let (open, log) = (Gauge::default(), Log::default());
            news(&open, &log).await;
            let expected = ["coffee", "toast", "soup", "eggs"];
            assert!(open.most() <= LIMIT, "more than two at a time: {}", open.most());
            assert_eq!(log.events(), expected, "the quick pages wait for the slow one");
            assert!(open.most() == LIMIT, "not two at a time, but {}", open.most());
        });
    }
}
