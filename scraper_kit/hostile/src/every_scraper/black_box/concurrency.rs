//! Concurrency, as the server sees it.

use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use crate::every_scraper::{Test, test};
use crate::scraper::{Pages, Scraper};
use crate::server::{TestServer, ok, titles};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(requests_overlap_and_never_more_than_asked_for),
        test(a_delay_lies_between_two_starts_to_one_host),
        test(with_a_concurrency_of_one_a_single_connection_serves_all),
        test(json_comes_as_pages_are_done_and_the_table_in_the_order_given),
    ]
}

fn requests_overlap_and_never_more_than_asked_for(scraper: &str) {
    at_most(4, Scraper::json(scraper).args(["-c", "4"]));
    at_most(6, Scraper::json(scraper)); // at one host
}

/// Every request waits until so many have arrived: if they did not overlap, none would end.
fn at_most(limit: usize, scraper: Scraper) {
    let server = TestServer::start(move |_, stream, log| {
        log.wait_until("as many requests", |seen| seen.requests.len() >= limit);
        stream.write_all(&ok(""))
    });
    scraper.args(server.pages(40)).run().assert_all(40);
    assert_eq!(server.log().seen().most_in_flight, limit);
}

fn a_delay_lies_between_two_starts_to_one_host(scraper: &str) {
    const DELAY: Duration = Duration::from_millis(1500);
    let (server, other) = (titles(), titles());
    let urls = server.pages(4).chain([other.url("/other")]);
    // The last page waits longer for its start than its time limit, which does not run meanwhile.
    let options = ["--delay", "1.5", "--timeout", "4"];
    let begin = Instant::now();
    let run = Scraper::json(scraper).args(options).args(urls).run();
    assert!(begin.elapsed() >= 3 * DELAY, "{:?}", begin.elapsed());
    run.assert_all(5);
    let mut starts: Vec<_> = run.pages().iter().map(|page| page.start).collect();
    let elsewhere = starts.pop().expect("there are five");
    starts.sort();
    assert!(elsewhere < starts[1], "another host does not wait: {elsewhere:?} {starts:?}");
}

fn with_a_concurrency_of_one_a_single_connection_serves_all(scraper: &str) {
    let server = titles();
    let run = Scraper::json(scraper).args(["-c", "1"]).args(server.pages(10)).run();
    assert_eq!(run.code, Some(0));
    let seen = server.log().seen();
    let order: Vec<_> = seen.requests.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(order, ["/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9"]);
    assert_eq!(seen.most_in_flight, 1);
    // A client may begin to connect before it notices that a connection is free again.
    assert!(seen.connections < 10, "one session for all requests: {}", seen.connections);
}

fn json_comes_as_pages_are_done_and_the_table_in_the_order_given(scraper: &str) {
    // The first page is held back until the second has been printed.
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let server = TestServer::start(move |request, stream, _| {
        if request.path == "/first" {
            let _ = gate.lock().unwrap().recv(); // or the sender is gone, and there is no gate
        }
        stream.write_all(&ok(&request.path))
    });
    let urls = server.urls(["/first", "/second"]);
    let mut running = Scraper::json(scraper).args(&urls).spawn();
    let line = running.line();
    assert!(line.starts_with("{\"index\":1,"), "{line}");
    drop(release);
    let line = running.line();
    assert!(line.starts_with("{\"index\":0,"), "{line}");
    assert_eq!(running.wait().code, Some(0));

    let run = Scraper::new(scraper).args(&urls).run();
    let row = |path| run.stdout.find(path).expect("every page has a row");
    assert!(row("/first") < row("/second"), "{}", run.stdout);
}
