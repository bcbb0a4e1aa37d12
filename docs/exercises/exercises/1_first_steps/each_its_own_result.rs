//! A result for each, or all or nothing: what becomes of the others when one fails.
//!
//! In Python:
//!
//!     pages = await asyncio.gather(*map(fetch, PAGES), return_exceptions=True)   # a result for each
//!
//!     async with asyncio.TaskGroup() as group:            # the first error cancels the others
//!         tasks = [group.create_task(fetch(page)) for page in PAGES]
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - The scraper, "Errors stay with their page"
//! - How things end, "Handle errors where they belong"
//! - hello_world/examples/errors.rs

use exercises::{Log, turns};
use futures::future::{join_all, try_join_all};

/// The pages, and how many turns each takes.
const PAGES: [(&str, usize); 3] = [("toast", 6), ("eggs", 3), ("coffee", 1)];

/// There are no eggs.
async fn fetch((page, n): (&str, usize), log: &Log) -> Result<String, String> {
    turns(n).await;
    log.add(format!("{page}: time is up"));
    if page == "eggs" { Err("404 Not Found".into()) } else { Ok(format!("<title>{page}</title>")) }
}

// TODO: a report tells of each page what became of it. This one tells of the error alone.
async fn report(log: &Log) -> Vec<Result<String, String>> {
    match try_join_all(PAGES.map(|page| fetch(page, log))).await {
        Ok(pages) => pages.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    }
}

// TODO: a menu needs all pages, and ends at the first error. This one goes on until all are there.
async fn menu(log: &Log) -> Result<Vec<String>, String> {
    join_all(PAGES.map(|page| fetch(page, log))).await.into_iter().collect()
}

#[tokio::main]
async fn main() {
    println!("report: {:?}", report(&Log::default()).await);
    println!("menu: {:?}", menu(&Log::default()).await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_has_a_result_for_each_page() {
        exercises::on_each_runtime(async || {
            let log = Log::default();
            let results = report(&log).await;
            let n = results.len();
            assert!(n == PAGES.len(), "expected a result for each page; there are {n}");
            let good: Vec<bool> = results.iter().map(Result::is_ok).collect();
            assert_eq!(good, [true, false, true], "expected toast and coffee, and no eggs (right)");
            let first = &log.events()[0];
            assert!(first.starts_with("coffee"), "expected coffee first; it was {first:?}");
        });
    }

    #[test]
    fn the_menu_ends_at_the_first_error() {
        exercises::on_each_runtime(async || {
            let log = Log::default();
            assert_eq!(menu(&log).await, Err("404 Not Found".into()), "expected the error (right)");
            let coffee = log.count("coffee: time is up");
            assert!(coffee == 1, "expected coffee before the error; the menu did not wait for it");
            let toast = log.count("toast: time is up");
            assert!(toast == 0, "expected an end at the error; the menu waited for toast");
        });
    }
}
