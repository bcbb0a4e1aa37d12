//! The last one: a crawler. It follows links, knows its bounds, and knows when it is finished.
//!
//! In Python:
//!
//!     async with asyncio.TaskGroup() as tasks:
//!         async def visit(url):
//!             async with hosts[host(url)], everywhere:        # semaphores
//!                 links = await web.links(url)
//!             for link in set(links) - seen:
//!                 seen.add(link)
//!                 tasks.create_task(visit(link))
//!
//!         seen = {start}
//!         tasks.create_task(visit(start))
//!
//! Read on:
//! - docs/src/crawl.md
//! - docs/src/polite.md
//! - docs/src/tasks.md
//! - docs/src/advantages-and-drawbacks.md, "A hang, found"

use std::collections::BTreeSet;
use std::sync::Arc;

use exercises::Web;
use tokio::sync::mpsc;

/// At most so many requests at once, and so many of them to one host.
const LIMIT: usize = 8;
const PER_HOST: usize = 2;

// TODO: it finds all pages, and that is all that can be said for it. The tests say what is missing,
// and from the first to the last is a good order. (The web is in docs/exercises/src/web.rs.)
async fn crawl(web: Arc<Web>, start: &str) -> BTreeSet<String> {
    let (found, mut links) = mpsc::unbounded_channel();
    found.send(start.to_owned()).expect("we listen");
    let mut seen = BTreeSet::new();
    while let Some(url) = links.recv().await {
        if !seen.insert(url.clone()) {
            continue;
        }
        let (web, found) = (web.clone(), found.clone());
        tokio::spawn(async move {
            for link in web.links(&url).await {
                found.send(link).expect("somebody listens");
            }
        });
    }
    seen
}

fn main() {
    let web = Arc::new(Web::example());
    let pages = exercises::on_tokio(crawl(web.clone(), "start.example/"));
    println!("{} pages, {} at once, {:?}", pages.len(), web.most(), web.busiest_host());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crawled() -> (Arc<Web>, BTreeSet<String>) {
        let web = Arc::new(Web::example());
        let pages = exercises::on_tokio(crawl(web.clone(), "start.example/"));
        (web, pages)
    }

    #[test]
    fn test_1_it_ends_with_each_page_once() {
        let (web, pages) = crawled();
        assert!(pages.len() == 128, "{} of 128 pages were found", pages.len());
        let asked = web.answered().len();
        assert!(asked == 128, "128 pages were asked for {asked} times");
    }

    #[test]
    fn test_2_it_has_a_bound() {
        let (web, _) = crawled();
        let most = web.most();
        assert!(most <= LIMIT, "{most} requests at once, and the limit is {LIMIT}");
        assert!(most == LIMIT, "{most} requests at once, and there may be {LIMIT}");
    }

    #[test]
    fn test_3_it_is_polite_to_each_host() {
        let (web, _) = crawled();
        let (host, most) = web.busiest_host();
        assert!(most <= PER_HOST, "{most} requests at once to {host}, and the limit is {PER_HOST}");
        assert!(most == PER_HOST, "{most} request at once to {host}, and there may be {PER_HOST}");
    }

    #[test]
    fn test_4_a_slow_host_does_not_hold_up_the_others() {
        let answered = crawled().0.answered();
        let slow = answered.iter().position(|url| Web::host(url) == "slow.example");
        let quick = answered.iter().rposition(|url| Web::host(url) != "slow.example");
        assert!(quick < slow, "pages of quick hosts wait for the slow one");
    }
}
