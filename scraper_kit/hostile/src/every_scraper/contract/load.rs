//! A long list.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::Write;
use std::process::Child;
use std::thread;

use super::peak_memory;
use crate::every_scraper::{Test, named};
use crate::scraper::Scraper;
use crate::site::HostileSite;
use scraper_kit::practice_site::PracticeSite;

/// URLs of the load test, unless `LOAD` in the environment says otherwise.
const LOAD: usize = 5_000;

pub(super) fn tests() -> Vec<Test> {
    vec![named("load: every outcome accounted for, memory and descriptors flat", load)]
}

fn descriptors(child: &Child) -> usize {
    fs::read_dir(format!("/proc/{}/fd", child.id())).map_or(0, Iterator::count)
}

/// A thousand at a time where the list is long enough, one in a hundred of its URLs hostile.
fn load(scraper: &str) {
    let count = env::var("LOAD").ok().and_then(|count| count.parse().ok()).unwrap_or(LOAD);
    let at_once = (count / 20).clamp(1, 1000).to_string();
    let (practice, hostile) = (PracticeSite::start(0).unwrap(), HostileSite::start().unwrap());
    let quick =
        ["closed", "short-body", "bad-chunk-size", "status-520", "redirect-loop", "not-gzip"];
    let hostile: Vec<String> = hostile
        .urls()
        .filter(|(behaviour, _)| quick.contains(&behaviour.name))
        .map(|(_, url)| url)
        .collect();
    let mut running = Scraper::bare(scraper).args(["-c", &at_once, "-t", "60"]).spawn_with_list();
    let mut list = running.stdin.take().unwrap();
    let address = practice.address();
    let list = thread::spawn(move || {
        for index in 0..count {
            let written = match index % 100 {
                99 => writeln!(list, "{}", hostile[index / 100 % hostile.len()]),
                _ => writeln!(list, "{address}/page/{index}"),
            };
            written.expect("the scraper reads the whole list");
        }
        list // stays open until it is dropped
    });
    let mut seen = vec![false; count];
    let mut kinds = BTreeMap::<String, usize>::new();
    let (mut early, mut late) = ((0, 0), (0, 0));
    for done in 1..=count {
        let page = running.page();
        assert!(!std::mem::replace(&mut seen[page.index], true), "{} twice", page.index);
        let hostile = page.index % 100 == 99;
        assert_eq!(page.error.is_some(), hostile, "{page:?}");
        *kinds
            .entry(page.error.map_or("page".into(), |error| error.kind.to_string()))
            .or_default() += 1;
        let child = &running.child;
        match done {
            n if n == count * 2 / 5 => early = (peak_memory(child), descriptors(child)),
            n if n == count => late = (peak_memory(child), descriptors(child)),
            _ => {}
        }
    }
    drop(list.join());
    assert_eq!(running.finish().code, Some(1));
    assert!(seen.iter().all(|seen| *seen), "every URL has its outcome");
    println!(
        "load: {count} URLs, {kinds:?}, peak {} kB after two fifths, {} kB at the end, \
              {} descriptors, then {}",
        early.0 / 1000,
        late.0 / 1000,
        early.1,
        late.1
    );
    // Two fifths of the way on, everything there is to hold has been held.
    assert!(late.0 <= early.0 + early.0 / 4 + 4_000_000, "memory grows: {} to {}", early.0, late.0);
    assert!(late.1 <= early.1 + early.1 / 4 + 100, "descriptors leak: {} to {}", early.1, late.1);
}
