//! Other tries.

use super::fetch;
use crate::every_scraper::{Test, test};
use crate::scraper::{Pages, Scraper, kind};
use crate::server::{TestServer, ok, response};
use scraper_kit::ErrorKind;

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(a_page_that_is_busy_is_tried_again_and_the_record_says_how_often),
        test(no_retries_means_one_request),
        test(all_tries_share_the_limit_of_time),
        test(the_table_shows_tries_as_pieces_of_a_bar),
        test(ctrl_c_ends_the_wait_for_another_try).only_if(cfg!(unix)),
    ]
}

/// A server that is always busy, and says when to come again.
fn busy(retry_after: &'static str) -> TestServer {
    let header = format!("Retry-After: {retry_after}");
    TestServer::start(move |_, stream, _| {
        stream.write_all(&response("503 Busy", &[&header], b"busy"))
    })
}

fn a_page_that_is_busy_is_tried_again_and_the_record_says_how_often(scraper: &str) {
    let server = TestServer::start(|request, stream, log| match request.path.as_str() {
        "/busy-twice" if log.visits("/busy-twice") <= 2 => {
            stream.write_all(&response("503 Busy", &[], b"busy"))
        }
        "/year" => stream.write_all(&response("503 Busy", &["Retry-After: 31536000"], b"busy")),
        "/gone" => stream.write_all(&response("404 Not Found", &[], b"gone")),
        _ => stream.write_all(&ok("<title>here</title>")),
    });
    let mut urls = server.urls(["/busy-twice", "/year", "/gone", "/"]);
    urls.push("mailto:me".into());
    let pages = fetch(scraper, urls);
    assert_eq!(pages.iter().map(|page| page.tries).collect::<Vec<_>>(), [3, 1, 1, 1, 0]);
    assert_eq!((pages[0].status, pages[0].matches.join("")), (Some(200), "here".into()));
    assert_eq!((pages[1].status, pages[2].status), (Some(503), Some(404)));
    let messages: Vec<_> = pages.iter().filter_map(|page| page.error.as_ref()).collect();
    assert_eq!(
        messages[0].message,
        "the server answered: 503 Service Unavailable, to be asked again after 31536000 s"
    );
    assert_eq!(messages[1].message, "the server answered: 404 Not Found");
    assert_eq!(server.requests(), 6);
}

fn no_retries_means_one_request(scraper: &str) {
    let server = busy("0");
    let run = Scraper::json(scraper).args(["--retries", "0", &server.url("/")]).run();
    assert_eq!((run.code, run.pages()[0].tries), (Some(1), 1));
    assert_eq!(server.requests(), 1);
}

fn all_tries_share_the_limit_of_time(scraper: &str) {
    // The second try hangs, and there is no third one.
    let server = TestServer::start(|_, stream, log| match log.seen().requests.len() {
        1 => stream.write_all(&response("503 Busy", &[], b"busy")),
        _ => {
            stream.wait_for_close();
            Ok(())
        }
    });
    let run = Scraper::json(scraper).args(["-t", "3", &server.url("/")]).run();
    let page = &run.pages()[0];
    assert_eq!((kind(page), page.tries), (Some(ErrorKind::Timeout), 2));
    assert!(page.elapsed.as_secs_f64() >= 3.0, "{:?}", page.elapsed);
    assert_eq!(server.requests(), 2);

    // The next try would come too late, so the page fails with what it has, and not with a timeout.
    let run = Scraper::json(scraper).args(["-t", "99", &busy("100").url("/")]).run();
    let page = &run.pages()[0];
    assert_eq!((kind(page), page.tries), (Some(ErrorKind::Status), 1));
}

fn the_table_shows_tries_as_pieces_of_a_bar(scraper: &str) {
    let server = TestServer::start(|_, stream, log| match log.seen().requests.len() {
        1 | 2 => stream.write_all(&response("503 Busy", &["Retry-After: 1"], b"busy")),
        _ => stream.write_all(&ok("<title>here</title>")),
    });
    let run = Scraper::new(scraper).arg(server.url("/")).run();
    let row = run.stdout.lines().nth(1).unwrap_or_default();
    let (_, bar) = row.split_once("here").unwrap_or_default();
    assert_eq!(bar.split_whitespace().count(), 3, "{}", run.stdout);
}

fn ctrl_c_ends_the_wait_for_another_try(scraper: &str) {
    let server = busy("10000");
    let running = Scraper::json(scraper).args(["-t", "20000", &server.url("/")]).spawn();
    server.log().wait_until("the answer", |seen| seen.answered == 1);
    running.send("-INT");
    let run = running.wait(); // ten thousand seconds are more than it waits for
    assert_eq!((run.code, run.stdout.as_str()), (Some(130), ""));
}
