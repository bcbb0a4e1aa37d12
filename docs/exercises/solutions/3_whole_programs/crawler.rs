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
//! Read on in the book (`cargo run -p docs -- --open`):
//! - Work that makes work
//! - Polite, and persistent
//! - Tasks and their scope
//! - Advantages and drawbacks, "A hang, found"
//! - hello_world/examples/crawl.rs
//! - hello_world/examples/nursery.rs
//! - hello_world/examples/hang.rs

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use exercises::Web;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// At most so many requests at once, and so many of them to one host.
const LIMIT: usize = 8;
const PER_HOST: usize = 2;

// It is finished when no visit is under way and none is to come: a JoinSet knows. A channel does
// not, as long as somebody holds a sender, and here that is the crawler itself.
async fn crawl(web: Arc<Web>, start: &str) -> BTreeSet<String> {
    let everywhere = Arc::new(Semaphore::new(LIMIT));
    let mut hosts: HashMap<String, Arc<Semaphore>> = HashMap::new();
    let mut seen = BTreeSet::from([start.to_owned()]);
    let mut found = vec![start.to_owned()];
    let mut visits = JoinSet::new();
    loop {
        for url in found {
            let host = hosts.entry(Web::host(&url).to_owned());
            let host = host.or_insert_with(|| Arc::new(Semaphore::new(PER_HOST))).clone();
            let (web, everywhere) = (web.clone(), everywhere.clone());
            visits.spawn(async move {
                // The host's permit first: a visit that waits for a slow host must not hold one of
                // those that all hosts share.
                let _host = host.acquire().await.expect("it is never closed");
                let _everywhere = everywhere.acquire().await.expect("it is never closed");
                web.links(&url).await
            });
        }
        let Some(links) = visits.join_next().await else { return seen };
        let links = links.expect("no visit panics").into_iter();
        found = links.filter(|link| seen.insert(link.clone())).collect();
    }
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
        assert!(pages.len() == 128, "expected 128 pages; {} were found", pages.len());
        let asked = web.answered().len();
        assert!(asked == 128, "expected 128 requests, one for each page; there were {asked}");
    }

    #[test]
    fn test_2_it_has_a_bound() {
        let (web, _) = crawled();
        let most = web.most();
        assert!(most <= LIMIT, "expected at most {LIMIT} requests at once; there were {most}");
        assert!(most == LIMIT, "expected {LIMIT} requests at once; there were at most {most}");
    }

    #[test]
    fn test_3_it_is_polite_to_each_host() {
        let (web, _) = crawled();
        let (host, most) = web.busiest_host();
        assert!(
            most <= PER_HOST,
            "expected at most {PER_HOST} at once to {host}; there were {most}"
        );
        assert!(
            most == PER_HOST,
            "expected {PER_HOST} at once to {host}; there were at most {most}"
        );
    }

    #[test]
    fn test_4_a_slow_host_does_not_hold_up_the_others() {
        let answered = crawled().0.answered();
        let slow = answered.iter().position(|url| Web::host(url) == "slow.example");
        let quick = answered.iter().rposition(|url| Web::host(url) != "slow.example");
        assert!(quick < slow, "expected all quick hosts before the slow one; some waited for it");
    }
}
