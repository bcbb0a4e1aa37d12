use crate::{Told, event, on_each, run_in_time, shown};

/// A queue that feeds itself stops, a count knows the end, and what many want is fetched once.
#[test]
fn a_crawl_ends_and_a_slow_host_keeps_no_place_from_the_others_if_its_permit_comes_first() {
    let shown = shown("crawl", &[]);
    let permits = shown.position("The permit for a page first, then the host's");
    let robots = "Three pages at once want robots.txt of their host";
    // Any of the three may be the one that fetches it.
    let events = |told: &Told| -> Vec<String> {
        let lines = told.lines[..permits].iter().filter(|line| !line.is_empty());
        let mut events: Vec<String> = lines.map(|line| event(line).to_owned()).collect();
        let page = |event: &str| {
            event.split_once(": ").map_or(event.to_owned(), |(_, rest)| rest.to_owned())
        };
        let first = events.iter().position(|event| event == robots).unwrap_or_default();
        events[first..].iter_mut().for_each(|event| *event = page(event));
        events
    };
    on_each(|runtime| {
        // The last quick page begins before the last slow one, which waits for two of its own host.
        let host_first = |told: &Told| begun(told, "The host's permit first, then that for a page");
        let quick_before_slow = |told: &Told| host_first(told)[5] < host_first(told)[2];
        let told = run_in_time("crawl", &[runtime], |told| {
            events(told) == events(&shown) && quick_before_slow(told)
        });
        assert_eq!(events(&told), events(&shown), "{runtime}");
        assert!(quick_before_slow(&told), "{runtime}: {:?}", host_first(&told));
        // The second slow page has a place while it waits for the first, and the third takes the
        // first one's: the quick ones wait until the second is done, in 0.4 s.
        let page_first = begun(&told, "The permit for a page first, then the host's");
        assert!(page_first[3] > page_first[1] + 0.38, "{runtime}: {page_first:?}");
    });
}

/// When each of six pages began: three slow ones, then three quick ones.
fn begun(told: &Told, title: &str) -> Vec<f64> {
    let lines = told.lines.iter().skip_while(|line| *line != title).skip(1).take(6);
    let rows = lines.map(|line| {
        assert!(event(line).starts_with(['s', 'q']), "{line}");
        line[..6].trim().parse().unwrap()
    });
    rows.collect()
}
