//! What would keep the one thread busy that everything else runs on, too.

use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use crate::compress;
use crate::every_scraper::{Test, named};
use crate::scraper::{Pages, Scraper, kind, name_of};
use crate::server::{TestServer, ok, response};
use scraper_kit::ErrorKind;

pub(super) fn tests() -> Vec<Test> {
    vec![
        named("time: floods hold up no other page", floods),
        named("time: a program that was stopped reads what has come", stopped).only_if(cfg!(unix)),
        named("time: pages that are decoded hold up no timer", decoding),
        named("search: pages made to be slow hold up no others", slow_searches),
        named("search: Ctrl-C does not wait for it", interrupted_search).only_if(cfg!(unix)),
    ]
}

/// Servers that send as fast as they can, without end.
fn floods(scraper: &str) {
    let server = TestServer::start(|request, stream, _| {
        let (head, flood) = match request.path.as_str() {
            "/zeros" => {
                (&b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"[..], vec![b'0'; 4096])
            }
            // Long ones: of short ones, a debug build of hyper reads for half a minute without a pause.
            "/continue" => {
                let waste = "x".repeat(4096);
                (
                    &b""[..],
                    format!("HTTP/1.1 100 Continue\r\nX-Waste: {waste}\r\n\r\n").into_bytes(),
                )
            }
            path => return stream.write_all(&ok(&format!("<title>{path}</title>"))),
        };
        stream.write_all(head)?;
        loop {
            stream.write_all(&flood)?;
        }
    });
    let mut urls = server.urls(["/continue", "/zeros"].repeat(10));
    if name_of(scraper) == "scraper_tokio" {
        // hyper reads as long as there is something, and reqwest has no setting for that. So a few
        // floods make this scraper late, and many would make it too late for the other pages.
        urls.truncate(1);
    }
    let floods = urls.len();
    urls.extend(server.pages(40));
    for page in Scraper::bare(scraper).args(["-t", "5"]).args(urls).run().pages() {
        let expected = (page.index < floods).then_some(ErrorKind::Timeout);
        assert_eq!(kind(&page), expected, "{page:?}");
    }
}

/// Stopped (Ctrl-Z) until its limit is over, while the whole answer comes: more than one look at it finds.
fn stopped(scraper: &str) {
    const LIMIT: Duration = Duration::from_secs(5);
    let (stops, stopped) = mpsc::channel();
    let stopped = Mutex::new(stopped);
    let server = TestServer::start(move |_, stream, _| {
        let _ = stopped.lock().expect("one request").recv();
        stream.write_all(&response("200 OK", &[], &[b'x'; 100_000]))
    });
    let limit = LIMIT.as_secs().to_string();
    let running = Scraper::bare(scraper).args(["-t", &limit, &server.url("/")]).spawn();
    server.log().wait_until("the request", |seen| !seen.requests.is_empty());
    running.send("-STOP");
    stops.send(()).unwrap();
    thread::sleep(LIMIT + LIMIT / 2);
    running.send("-CONT");
    running.wait().assert_all(1);
}

/// A few kilobytes that become ten megabytes, all of which match.
fn decoding(scraper: &str) {
    let heavy = compress("gzip", &b"<b>x</b>".repeat(1_000_000));
    let server = TestServer::start(move |request, stream, _| match request.path.as_str() {
        "/silent" => {
            stream.wait_for_close();
            Ok(())
        }
        _ => stream.write_all(&response("200 OK", &["Content-Encoding: gzip"], &heavy)),
    });
    let fetch = |limit: Duration, urls: Vec<String>| {
        let limit = limit.as_secs_f64().to_string();
        Scraper::bare(scraper).args(["-s", "*", "-t", &limit]).args(urls).run().pages()
    };
    let alone = &fetch(Duration::from_secs(100), server.urls(["/heavy"]))[0];
    assert_eq!(alone.error, None);
    // If pages were decoded without a pause, the last of forty would see its timer forty times as late as
    // one takes alone; and the machine may do something else meanwhile.
    let mut urls = vec![server.url("/heavy"); 40];
    urls.push(server.url("/silent"));
    let pages = fetch(alone.elapsed / 4, urls);
    assert_eq!(kind(&pages[40]), Some(ErrorKind::Timeout), "{:?}", pages[40]);
    for page in pages {
        let (late, alone) = (page.elapsed, alone.elapsed);
        assert!(late < 8 * alone, "{late:?} for {alone:?} alone");
    }
}

/// What takes the longer to search the more there is before it: minutes, for a megabyte of this.
const SLOW: (&str, &str) = ("b ~ i, p:has(~ *)", "<i></i>");

fn slow_page() -> Vec<u8> {
    ok(&SLOW.1.repeat(150_000))
}

/// There are more of them than processors, so they would take every thread that searches pages.
fn slow_searches(scraper: &str) {
    let misnested: String = (0..2000).map(|n| format!("<b x={n}><p>")).collect();
    let deep = ok(&"<div>".repeat(200_000));
    let misnested = ok(&(misnested + &"</b><i>".repeat(50_000)));
    let slow = slow_page();
    let server = TestServer::start(move |request, stream, _| match request.path.as_str() {
        "/deep" => stream.write_all(&deep),
        "/misnested" => stream.write_all(&misnested),
        "/slow" => stream.write_all(&slow),
        path => stream.write_all(&ok(&format!("<b>b</b><i>{path}</i>"))),
    });
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let mut urls = server.urls(["/deep", "/misnested"]);
    urls.resize(2 * processors + 4, server.url("/slow"));
    let slow = urls.len();
    urls.extend(server.pages(40));
    let run = Scraper::bare(scraper).args(["-s", SLOW.0, "-t", "5"]).args(urls).run();
    let pages = run.pages_as_they_came();
    for page in &pages {
        match page.index {
            ..2 if page.error.is_none() => assert!(page.truncated, "it is too deep: {page:?}"),
            i if i < slow => assert_eq!(kind(page), Some(ErrorKind::Timeout), "{page:?}"),
            _ => assert_eq!((kind(page), page.matches.len()), (None, 1), "{page:?}"),
        }
    }
    let late = pages.iter().skip_while(|page| page.error.is_none());
    assert!(late.clone().count() > processors, "so many are slow");
    assert!(late.clone().all(|page| page.index < slow), "no other page waits for them: {late:?}");
}

fn interrupted_search(scraper: &str) {
    let slow = slow_page();
    let server = TestServer::start(move |_, stream, _| stream.write_all(&slow));
    let urls = vec![server.url("/"); 2];
    let running = Scraper::bare(scraper).args(["-s", SLOW.0, "-t", "1000"]).args(urls).spawn();
    server
        .log()
        .wait_until("both pages were sent", |seen| seen.in_flight == 0 && seen.requests.len() == 2);
    running.send("-INT");
    let run = running.wait();
    assert_eq!(run.code, Some(130), "it does not wait for what nobody wants: {}", run.stderr);
}
