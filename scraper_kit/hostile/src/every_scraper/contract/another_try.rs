//! Pages that wait for another try.

use std::collections::HashSet;
use std::sync::Mutex;

use crate::every_scraper::{Test, named};
use crate::scraper::{Pages, Scraper};
use crate::server::{TestServer, ok, response};

pub(super) fn tests() -> Vec<Test> {
    vec![
        named("another try: a site with a limit, one in ten busy, gives every page", polite),
        named("another try: a page that waits for it holds up no other", waits_alone),
        named("another try: a run in which all wait comes to its end", all_wait),
        named("another try: more pages wait for it than may be under way", many_wait),
    ]
}

/// A site that wants no more than six requests at a time, and refuses one page in ten at first.
fn polite(scraper: &str) {
    let server = TestServer::start(move |request, stream, log| {
        log.wait_until("six requests", |seen| seen.requests.len() >= 6);
        let visits = log.visits(&request.path);
        if log.seen().in_flight > 6 {
            stream.write_all(&response("403 Forbidden", &[], b"banned"))
        } else if request.path.ends_with('0') && visits == 1 {
            stream.write_all(&response("503 Service Unavailable", &[], b"busy"))
        } else {
            stream.write_all(&ok(&format!("<title>{}</title>", request.path)))
        }
    });
    let run = Scraper::json(scraper).run_list(server.pages(500));
    run.assert_all(500);
    for page in run.pages() {
        assert_eq!(page.tries, if page.index % 10 == 0 { 2 } else { 1 }, "{page:?}");
    }
    let seen = server.log().seen();
    assert_eq!((seen.requests.len(), seen.most_in_flight), (550, 6));
}

/// With one permit in all, the first page is busy until the second has been asked for.
fn waits_alone(scraper: &str) {
    let server = TestServer::start(|request, stream, log| {
        match request.path == "/second" || log.visits("/second") > 0 {
            true => stream.write_all(&ok("")),
            false => stream.write_all(&response("503 Busy", &["Retry-After: 1"], b"")),
        }
    });
    Scraper::json(scraper)
        .args(["-c", "1", "--retries", "100", "-t", "200"])
        .args(server.urls(["/first", "/second"]))
        .run()
        .assert_all(2);
}

/// Where every page in flight is refused, nothing happens for a while but that time passes. curl hung
/// then (curl#5905, and again curl#20669).
fn all_wait(scraper: &str) {
    let server = TestServer::start(|request, stream, log| match log.visits(&request.path) {
        ..3 => stream.write_all(&response("429 Too Many Requests", &["Retry-After: 1"], b"")),
        _ => stream.write_all(&ok("")),
    });
    let run = Scraper::json(scraper).args(["-c", "5", "-t", "200"]).args(server.pages(20)).run();
    run.assert_all(20);
    assert!(run.pages().iter().all(|page| page.tries == 3), "{}", run.stdout);
    assert_eq!(server.requests(), 60);
}

/// Six thousand pages of one host, each refused at first: more than may wait for another try. Those that
/// wait need a permit in the end, and those that are new must not have taken all of them.
fn many_wait(scraper: &str) {
    let refused = Mutex::new(HashSet::new());
    let server = TestServer::start(move |request, stream, _| {
        match refused.lock().expect("no answer panics").insert(request.path.clone()) {
            true => stream.write_all(&response("503 Busy", &["Retry-After: 2"], b"busy")),
            false => stream.write_all(&ok("")),
        }
    });
    let run = Scraper::json(scraper)
        .args(["--per-host", "100", "--retries", "1", "-t", "200"])
        .run_list(server.pages(6000));
    run.assert_all(6000);
    assert!(run.pages().iter().all(|page| page.tries == 2));
}
