//! The output, and the exit code.

use std::collections::HashSet;

use serde_json::Value;

use crate::every_scraper::{Test, test};
use crate::scraper::Scraper;
use crate::server::{TestServer, ok, response, titles};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(json_has_the_documented_fields),
        test(what_the_network_sends_cannot_steer_the_terminal),
        test(exit_codes_and_failures_that_stay_with_their_page),
        test(a_closed_pipe_ends_the_program_quietly),
    ]
}

fn json_has_the_documented_fields(scraper: &str) {
    let server = titles();
    let run = Scraper::json(scraper).args([&server.url("/a?b#c"), "http://127.0.0.1:1/"]).run();
    let objects: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let by_index = |index| objects.iter().find(|object| object["index"] == index).unwrap();

    let good = by_index(0);
    let keys: HashSet<_> = good.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["index", "url", "final_url", "status", "bytes", "charset", "matches"];
    assert_eq!(keys, expected.into_iter().chain(["tries", "start_ms", "elapsed_ms"]).collect());
    assert_eq!(good["url"], server.url("/a?b#c"));
    assert_eq!(good["final_url"], server.url("/a?b"));
    assert_eq!((&good["status"], &good["charset"]), (&200.into(), &"utf-8".into()));
    assert_eq!(good["bytes"], "<title>/a?b</title>".len());
    assert_eq!(good["matches"], serde_json::json!(["/a?b"]));
    assert!(good["start_ms"].is_f64() && good["elapsed_ms"].as_f64().unwrap() > 0.0);

    let bad = by_index(1);
    assert_eq!(bad["error"]["kind"], "connect");
    assert!(bad["error"]["message"].as_str().unwrap().starts_with("cannot connect: "), "{bad}");
    assert!(bad.get("status").is_none(), "no response, no status: {bad}");
}

fn what_the_network_sends_cannot_steer_the_terminal(scraper: &str) {
    let server = TestServer::start(|request, stream, _| {
        let evil = "<title>a\u{1b}[2Jb\u{9b}31mc\u{202e}d\u{7f}</title>";
        match request.path.as_str() {
            "/title" => stream.write_all(&ok(evil)),
            _ => stream.write_all(&response("302 Found", &["Location: file:///\u{9b}2J"], b"")),
        }
    });
    for format in ["table", "json"] {
        let urls = server.urls(["/title", "/location"]);
        let run = Scraper::new(scraper).args(["-f", format]).args(urls).run();
        let hidden = |letter: char| letter.is_control() && letter != '\n' || letter == '\u{202e}';
        assert!(!run.stdout.contains(hidden), "{:?}", run.stdout);
        assert!(run.stdout.contains("[2Jb"), "the text itself is shown: {}", run.stdout);
    }
}

fn exit_codes_and_failures_that_stay_with_their_page(scraper: &str) {
    let server = TestServer::start(|request, stream, _| match request.path.as_str() {
        "/404" => stream.write_all(&response("404 Not Found", &[], b"gone")),
        path => stream.write_all(&ok(&format!("<title>{path}</title>"))),
    });
    assert_eq!(Scraper::new(scraper).arg(server.url("/good")).run().code, Some(0));

    let mut urls = server.urls(["/one", "/404", "/two"]);
    urls.insert(2, "mailto:me".into());
    let run = Scraper::new(scraper).args(urls).run();
    assert_eq!(run.code, Some(1));
    for shown in [
        "/one",
        "/two",
        "the server answered: 404 Not Found",
        "cannot use this URL: mailto: is neither http: nor https:",
        "4 pages (2 failed) in ",
    ] {
        assert!(run.stdout.contains(shown), "{shown}: {}", run.stdout);
    }
    assert_eq!(server.requests(), 4, "nothing is sent for an invalid URL");
}

fn a_closed_pipe_ends_the_program_quietly(scraper: &str) {
    let server = titles();
    let mut running = Scraper::json(scraper).args(["-c", "1"]).spawn_with_list();
    running.list(&server.url("/first"));
    running.line();
    running.close_stdout();
    // The list never ends: only the closed pipe can end the run.
    while running.try_list(&server.url("/more")).is_ok() {}
    let run = running.finish();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}
