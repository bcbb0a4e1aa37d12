//! A bound on how many: fifty requests at once are how people get banned.
//!
//! In Python:
//!
//!     limit = asyncio.Semaphore(4)
//!
//!     async def fetch_politely(page):
//!         async with limit:
//!             return await fetch(page)
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - The scraper, "gather: spawned tasks, with a bound"
//! - scraper_tokio/src/main.rs

use exercises::{Gauge, turns};
use futures::future::join_all;

/// At most so many requests at once.
const LIMIT: usize = 4;

/// `open` counts the requests that are under way: `enter` adds one, until it is dropped.
async fn fetch(page: usize, open: &Gauge) -> usize {
    let _entered = open.enter();
    turns(1 + page % 3).await;
    page
}

// TODO: keep LIMIT requests in flight while there are pages, and never more. No task is needed:
// somebody awaits all the time.
async fn fetch_all(pages: Vec<usize>, open: &Gauge) -> Vec<usize> {
    join_all(pages.into_iter().map(|page| fetch(page, open))).await
}

#[tokio::main]
async fn main() {
    let open = Gauge::default();
    let pages = fetch_all((1..=50).collect(), &open).await;
    println!("{} pages, {} at once", pages.len(), open.most());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_may_be_and_no_more() {
        exercises::on_each_runtime(async || {
            let open = Gauge::default();
            let mut pages = fetch_all((1..=50).collect(), &open).await;
            let most = open.most();
            assert!(
                most <= LIMIT,
                "expected at most {LIMIT} at once; {most} were, and the server bans you"
            );
            assert!(most == LIMIT, "expected {LIMIT} at once; at most {most} were");
            let alone = open.at_entries()[LIMIT..].contains(&1);
            assert!(!alone, "expected a page to begin when another is done; it waited for a batch");
            pages.sort_unstable();
            assert_eq!(pages, (1..=50).collect::<Vec<_>>(), "expected each page once (right)");
        });
    }
}
