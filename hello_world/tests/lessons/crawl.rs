use crate::{RUNTIMES, Told, event, run, run_in_time};

#[test]
fn a_queue_that_feeds_itself_stops_and_a_count_knows_the_end() {
    let expected = [
        "A queue with room for 2",
        "a/: puts a/1",
        "a/: puts a/2",
        "a/: puts a/3",
        "nothing happens any more: it waits for room, which only it makes",
        "A queue without a bound",
        "a/: puts a/1",
        "a/: puts a/2",
        "a/: puts a/3",
        "a/: puts b/",
        "a/: done",
        "a/1: done",
        "a/2: done",
        "a/3: done",
        "b/: puts b/1",
        "b/: done",
        "b/1: puts b/2",
        "b/1: done",
        "b/2: puts b/3",
        "b/2: done",
        "b/3: done",
        "nothing happens any more: it waits for a link, which only it sends",
        "An owner of the list, 2 at once, at most 2 clicks from the start",
        "a/: fetched; 4 to do, 0 under way",
        "a/1: fetched; 2 to do, 1 under way",
        "a/3: fetched; 1 to do, 1 under way",
        "a/2: fetched; 0 to do, 1 under way",
        "b/: fetched; 1 to do, 0 under way",
        "b/1: fetched; 0 to do, 0 under way",
        "finished: 6 pages",
    ];
    for runtime in RUNTIMES {
        let told = run_in_time("crawl", &[runtime], |told| told.events().starts_with(&expected));
        assert_eq!(told.events()[..expected.len()], expected, "{runtime}");
    }
}

#[test]
fn what_many_want_is_fetched_once() {
    for runtime in RUNTIMES {
        let told = run("crawl", &[runtime]);
        let events = told.events();
        let fetched = events.iter().filter(|event| event.ends_with(": fetches robots.txt"));
        assert_eq!(fetched.count(), 1, "{runtime}: {events:#?}");
        let known = events.iter().filter(|event| event.ends_with(": knows that all is allowed"));
        assert_eq!(known.count(), 3, "{runtime}: {events:#?}");
    }
}

#[test]
fn a_slow_host_keeps_no_place_from_the_others_if_its_permit_comes_first() {
    for runtime in RUNTIMES {
        // The last quick page begins before the last slow one, which waits for two of its own host.
        let host_first = |told: &Told| begun(told, "The host's permit first, then that for a page");
        let quick_before_slow = |told: &Told| host_first(told)[5] < host_first(told)[2];
        let told = run_in_time("crawl", &[runtime], quick_before_slow);
        assert!(quick_before_slow(&told), "{runtime}: {:?}", host_first(&told));
        // The second slow page has a place while it waits for the first, and the third takes the
        // first one's: the quick ones wait until the second is done, in 0.4 s.
        let page_first = begun(&told, "The permit for a page first, then the host's");
        assert!(page_first[3] > page_first[1] + 0.38, "{runtime}: {page_first:?}");
    }
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
