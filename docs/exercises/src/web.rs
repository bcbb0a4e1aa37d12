//! A web that is small enough to be looked at from all sides.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

use crate::Gauge;

/// Pages that link to pages, on tokio's clock. An address is a host and a path: `a.example/3`.
#[derive(Debug, Default)]
pub struct Web {
    pages: HashMap<String, Vec<String>>,
    everywhere: Gauge,
    hosts: HashMap<String, Gauge>,
    answered: Mutex<Vec<String>>,
}

impl Web {
    /// `start.example/` links to a hundred hosts. Three of them have more pages, ten each, which
    /// link in circles; one of these takes an hour for each.
    pub fn example() -> Self {
        let mut web = Self::default();
        let large = ["slow.example", "a.example", "b.example"];
        for host in large {
            for page in 0..10 {
                let links = [page + 1, page + 3].map(|to| format!("{host}/{}", to % 10));
                web.add(format!("{host}/{page}"), links.into());
            }
        }
        let mut front: Vec<_> = (0..10).map(|page| format!("slow.example/{page}")).collect();
        front.extend(["a.example/0".into(), "b.example/0".into()]);
        for host in 3..100 {
            let url = format!("host{host}.example/");
            web.add(url.clone(), vec!["start.example/".into()]);
            front.push(url);
        }
        web.add("start.example/".into(), front);
        web
    }

    fn add(&mut self, url: String, links: Vec<String>) {
        self.hosts.entry(Self::host(&url).to_owned()).or_default();
        self.pages.insert(url, links);
    }

    /// The host of an address: the part before the slash.
    pub fn host(url: &str) -> &str {
        url.split('/').next().unwrap_or(url)
    }

    /// The links of a page. It takes a second, and an hour on `slow.example`.
    pub async fn links(&self, url: &str) -> Vec<String> {
        let host = Self::host(url);
        let _everywhere = self.everywhere.enter();
        let _at_the_host = self.hosts.get(host).map(Gauge::enter);
        sleep(Duration::from_secs(if host == "slow.example" { 3600 } else { 1 })).await;
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).push(url.to_owned());
        self.pages.get(url).cloned().unwrap_or_default()
    }

    /// Whose links were given, in this order.
    pub fn answered(&self) -> Vec<String> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many pages were asked for at once, at most.
    pub fn most(&self) -> usize {
        self.everywhere.most()
    }

    /// The host that was asked for most pages at once, and how many these were.
    pub fn busiest_host(&self) -> (&str, usize) {
        let hosts = self.hosts.iter().map(|(host, gauge)| (host.as_str(), gauge.most()));
        hosts.max_by_key(|(_, most)| *most).unwrap_or_default()
    }
}
