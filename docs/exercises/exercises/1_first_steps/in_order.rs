//! Results in order, and results as they come: two ways to wait for many.
//!
//! In Python:
//!
//!     rows = await asyncio.gather(*map(fetch, pages))         # in order
//!
//!     for page in asyncio.as_completed(map(fetch, pages)):    # as they come
//!         show(await page)
//!
//! Read on: docs/src/tasks.md, "Group tasks"

use exercises::{Log, turns};
use futures::stream::{self, StreamExt};

/// Two pages at a time.
const LIMIT: usize = 2;

/// The pages, and how many turns each takes.
const PAGES: [(&str, usize); 4] = [("coffee", 3), ("eggs", 8), ("toast", 1), ("soup", 1)];

async fn fetch((page, n): (&'static str, usize)) -> &'static str {
    turns(n).await;
    page
}

// TODO: the table has its rows in the order of PAGES, whichever is there first.
async fn table() -> Vec<&'static str> {
    stream::iter(PAGES).map(fetch).buffer_unordered(LIMIT).collect().await
}

// TODO: the news show each page as soon as it is there, and not only when the slow ones before it are.
async fn news(log: &Log) {
    for page in PAGES {
        log.add(fetch(page).await);
    }
}

#[tokio::main]
async fn main() {
    println!("table: {:?}", table().await);
    println!("news:");
    news(&Log::default()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        exercises::on_each_runtime(async || {
            let expected = ["coffee", "eggs", "toast", "soup"];
            assert_eq!(table().await, expected, "the rows are not in the order of PAGES");
        });
    }

    #[test]
    fn the_news_come_as_they_come() {
        exercises::on_each_runtime(async || {
            let log = Log::default();
            news(&log).await;
            let expected = ["coffee", "toast", "soup", "eggs"];
            assert_eq!(log.events(), expected, "the quick pages wait for the slow one");
        });
    }
}
