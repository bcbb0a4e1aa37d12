//! Ctrl-C and other signals, and the threads that a run has.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::thread;
use std::time::Duration;

use crate::every_scraper::{Test, test};
use crate::scraper::{Running, Scraper, name_of};
use crate::server::{TestServer, half_a_page, ok, titles};

pub(super) fn tests() -> Vec<Test> {
    let linux = cfg!(target_os = "linux");
    vec![
        test(a_signal_that_was_ignored_at_the_start_stays_ignored).only_if(cfg!(unix)),
        // Elsewhere there is no safe way to tell the ignored ones apart.
        test(the_signals_that_are_not_ignored_end_the_run).only_if(linux),
        test(ctrl_c_reports_what_is_done_and_cancels_the_rest).only_if(cfg!(unix)),
        test(ctrl_c_ends_a_run_whose_output_nobody_reads).only_if(cfg!(unix)),
        test(the_runtimes_threads_are_those_that_the_book_names).only_if(linux),
    ]
}

/// The scraper as `nohup` or a shell script starts it: it ignores these signals.
fn ignoring(signals: &str, scraper: &str) -> Running {
    let ignore = format!("trap '' {signals}");
    Scraper::in_shell(&ignore, scraper).json_lines().spawn_with_list()
}

fn a_signal_that_was_ignored_at_the_start_stays_ignored(scraper: &str) {
    let server = titles();
    for signal in ["HUP", "INT", "TERM"] {
        let mut running = ignoring(signal, scraper);
        for page in ["/before", "/after"] {
            running.list(&server.url(page));
            assert_eq!(running.page().matches, [page]);
            running.send(&format!("-{signal}"));
        }
        assert_eq!(running.finish().code, Some(0), "{signal}");
    }
}

fn the_signals_that_are_not_ignored_end_the_run(scraper: &str) {
    let server = titles();
    for (ignored, signal) in
        [("HUP", "-TERM"), ("INT", "-HUP"), ("TERM", "-INT"), ("HUP INT", "-TERM")]
    {
        let mut running = ignoring(ignored, scraper);
        running.list(&server.url("/"));
        running.line();
        running.send(signal);
        assert_eq!(running.wait().code, Some(130), "{signal}, while {ignored} is ignored");
    }
}

fn ctrl_c_reports_what_is_done_and_cancels_the_rest(scraper: &str) {
    let server = TestServer::start(|request, stream, _| match request.path.as_str() {
        "/done" => stream.write_all(&ok("<title>done</title>")),
        _ => half_a_page(stream),
    });
    let folder = tempfile::tempdir().unwrap();
    let mut running = Scraper::new(scraper)
        .args(["-c", "10", "--per-host", "10"])
        .save(folder.path())
        .arg(server.url("/done"))
        .args(server.pages(20))
        .spawn();
    server.log().wait_until("eleven requests", |seen| seen.requests.len() == 11);
    // One file is whole, ten are half written.
    let files = || fs::read_dir(&folder).unwrap();
    running.wait_until("the rest of ten pages", || files().count() == 11);
    running.send("-INT");
    let run = running.wait();
    assert_eq!((run.code, run.stderr.as_str()), (Some(130), ""));
    assert!(run.stdout.contains("done"), "{}", run.stdout);
    assert!(run.stdout.contains("interrupted: 1 of 21 pages in "), "{}", run.stdout);
    server.log().wait_until("all connections to close", |seen| seen.open == 0);
    assert_eq!(server.requests(), 11, "no new request starts");
    let saved: Vec<_> = files().map(|file| file.unwrap().path()).collect();
    assert_eq!(saved.len(), 1, "whole files only: {saved:?}");
}

fn ctrl_c_ends_a_run_whose_output_nobody_reads(scraper: &str) {
    let server = titles();
    let mut running = Scraper::json(scraper).spawn_with_list();
    running.lines(); // keeps the pipe open, and is not read
    let url = server.url("/") + &"x".repeat(1000);
    let mut list = running.stdin.take().unwrap();
    let list = thread::spawn(move || while writeln!(list, "{url}").is_ok() {});
    // A pipe takes some 64 KB; the scraper stops asking when it is full and its own queue, too.
    server.log().wait_until("the first requests", |seen| seen.requests.len() > 50);
    let mut before = 0;
    while server.requests() > before {
        before = server.requests();
        thread::sleep(Duration::from_millis(300));
    }
    running.send("-INT");
    let run = running.wait();
    assert_eq!((run.code, run.stderr.as_str()), (Some(130), ""));
    list.join().unwrap();
}

/// The book's table of who runs the tasks and who drives the sockets, by the names of the threads
/// that there are while a page is under way. Linux keeps 15 letters of a name.
fn the_runtimes_threads_are_those_that_the_book_names(scraper: &str) {
    let server = TestServer::start(|_, stream, _| half_a_page(stream));
    let running = Scraper::new(scraper).arg(server.url("/hangs")).spawn();
    server.log().wait_until("the request", |seen| seen.requests.len() == 1);
    let of_runtimes = ["tokio", "async-std", "async-compat", "async-io", "smol", "isahc"];
    let expected: &[&str] = match name_of(scraper) {
        "scraper_tokio" | "scraper_http_tokio" => &[], // the main thread does it all
        "scraper_async_std" => &["async-io", "async-std/runti"],
        _ => &["async-io"], // the main thread does it all, and this one helps when it is busy
    };
    let named = || {
        let tasks = fs::read_dir(format!("/proc/{}/task", running.child.id())).unwrap();
        let names =
            tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
        let names: BTreeSet<String> = names.map(|name| name.trim().to_owned()).collect();
        let is_of_runtime = |name: &String| of_runtimes.iter().any(|start| name.starts_with(start));
        names.into_iter().filter(is_of_runtime).collect::<Vec<_>>()
    };
    // A thread is called as its program until it has given itself its name.
    let mut seen = named();
    for _ in 0..200 {
        if seen == expected {
            break;
        }
        thread::sleep(Duration::from_millis(50));
        seen = named();
    }
    running.kill();
    assert_eq!(seen, expected);
}
