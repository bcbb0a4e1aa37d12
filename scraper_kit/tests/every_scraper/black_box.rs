//! What every scraper does, seen from outside. Each of the three runs these tests on its own
//! binary; the servers are on loopback, and no test asks how long anything takes.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::sync::{Mutex, mpsc};

use hostile_site::{Finished, Scraper, TestServer, compress, ok, response, titles};
use scraper_kit::{ErrorKind, Outcome};

use super::SCRAPER;

fn scraper() -> Scraper {
    Scraper::new(SCRAPER)
}

/// Fetches these URLs with `-f json` and returns the pages in the order of the list.
fn fetch<U: AsRef<str>>(urls: impl IntoIterator<Item = U>) -> Vec<Outcome> {
    let urls = urls.into_iter().map(|url| url.as_ref().to_owned());
    scraper().args(["-f", "json"]).args(urls).run().pages()
}

fn fetch_one(url: impl AsRef<str>) -> Outcome {
    let [page] = fetch([url]).try_into().expect("one outcome for one URL");
    page
}

fn kind(page: &Outcome) -> Option<ErrorKind> {
    page.error.as_ref().map(|error| error.kind)
}

// What a new user sees.

#[test]
fn without_a_url_the_practice_site_is_fetched() {
    let run = scraper().run();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(lines[0].starts_with("URL "), "{}", run.stdout);
    for (line, (path, title)) in lines[1..].iter().zip([
        ("/coffee", "Coffee"),
        ("/eggs", "Scrambled eggs"),
        ("/toast", "Toast"),
    ]) {
        assert!(line.contains(path) && line.contains(" 200 ") && line.contains(title), "{line}");
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(lines[5].starts_with("3 pages in "), "{}", lines[5]);
    assert!(lines[5].contains("; one after another they would have taken "), "{}", lines[5]);
}

#[test]
fn help_shows_every_option_and_its_default() {
    let help = scraper().arg("--help").run();
    assert_eq!(help.code, Some(0));
    for option in [
        "--input",
        "--concurrency",
        "--timeout",
        "--max-bytes",
        "--select",
        "--format",
        "--per-host",
        "--retries",
        "--retry-delay",
    ] {
        assert!(help.stdout.contains(option), "{option}");
    }
    for default in [
        "[default: 100]",
        "[default: 6]",
        "[default: 2]",
        "[default: 0.5]",
        "[default: 30]",
        "[default: 10485760]",
        "[default: the page's title]",
    ] {
        assert!(help.stdout.contains(default), "{default}");
    }
}

#[cfg(unix)]
#[test]
fn help_fits_the_terminal() {
    for width in [50, 80] {
        let script = format!("COLUMNS={width} exec \"$@\"");
        let help = Scraper::new("sh").args(["-c", &script, "sh", SCRAPER, "--help"]).run();
        assert_eq!(help.code, Some(0));
        for line in help.stdout.lines() {
            assert!(line.chars().count() <= width, "{width} columns: {line}");
        }
    }
}

// Concurrency, as the server sees it.

#[test]
fn requests_overlap_and_never_more_than_asked_for() {
    // Every request waits until four have arrived: if they did not overlap, none would end.
    let server = TestServer::start(|_, stream, log| {
        log.wait_until("four requests", |seen| seen.requests.len() >= 4);
        stream.write_all(&ok(""))
    });
    let urls = (0..40).map(|page| server.url(&format!("/{page}")));
    let run = scraper().args(["-f", "json", "-c", "4"]).args(urls).run();
    assert_eq!((run.code, run.pages().len()), (Some(0), 40));
    assert_eq!(server.log().seen().most_in_flight, 4);
}

#[test]
fn with_a_concurrency_of_one_a_single_connection_serves_all() {
    let server = titles();
    let urls = (0..10).map(|page| server.url(&format!("/{page}")));
    let run = scraper().args(["-f", "json", "-c", "1"]).args(urls).run();
    assert_eq!(run.code, Some(0));
    let seen = server.log().seen();
    let order: Vec<_> = seen.requests.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(order, ["/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9"]);
    assert_eq!(seen.most_in_flight, 1);
    // A client may begin to connect before it notices that a connection is free again.
    assert!(seen.connections < 10, "one session for all requests: {}", seen.connections);
}

#[test]
fn json_comes_as_pages_are_done_and_the_table_in_the_order_given() {
    // The first page is held back until the second has been printed.
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let server = TestServer::start(move |request, stream, _| {
        if request.path == "/first" {
            let _ = gate.lock().unwrap().recv(); // or the sender is gone, and there is no gate
        }
        stream.write_all(&ok(&request.path))
    });
    let urls = [server.url("/first"), server.url("/second")];
    let mut child = scraper().args(["-f", "json"]).args(&urls).spawn();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = stdout.next().unwrap().unwrap();
    assert!(line.starts_with("{\"index\":1,"), "{line}");
    drop(release);
    let line = stdout.next().unwrap().unwrap();
    assert!(line.starts_with("{\"index\":0,"), "{line}");
    assert_eq!(Finished::wait(child).code, Some(0));

    let run = scraper().args(&urls).run();
    let place = |path| run.stdout.find(path).expect("every page has a row");
    assert!(place("/first") < place("/second"), "{}", run.stdout);
}

#[test]
fn a_list_is_read_as_its_pages_are_fetched() {
    let server = titles();
    let mut child = scraper().args(["-f", "json", "--input", "-"]).spawn();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    for page in 0..3 {
        // The next line of the list is written only when the page before has been printed.
        writeln!(stdin, "{}", server.url(&format!("/{page}"))).unwrap();
        let line = stdout.next().unwrap().unwrap();
        assert!(line.contains(&format!("\"matches\":[\"/{page}\"]")), "{line}");
    }
    drop(stdin);
    assert_eq!(Finished::wait(child).code, Some(0));
}

#[test]
fn ten_thousand_lines_from_standard_input() {
    let server = titles();
    let mut list = String::from("# a comment, then a blank line\n\n");
    for page in 0..10_000 {
        list += &format!("  {}\r\n", server.url(&format!("/{page}")));
    }
    let run = scraper().args(["-f", "json", "-i", "-", "-c", "50"]).run_with(list);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let pages = run.pages();
    assert_eq!(pages.len(), 10_000);
    for (index, page) in pages.iter().enumerate() {
        assert_eq!((page.index, page.matches.as_slice()), (index, &[format!("/{index}")][..]));
    }
    let seen = server.log().seen();
    assert_eq!(seen.requests.len(), 10_000);
    assert!(seen.most_in_flight <= 50, "{}", seen.most_in_flight);
}

#[test]
fn a_list_may_be_utf_16_and_its_lines_may_end_in_anything() {
    let server = titles();
    let list = ["\u{feff}", &server.url("/a"), "END# no", "END", &server.url("/b"), "END"].concat();
    let utf_16 = |encode: fn(u16) -> [u8; 2]| -> Vec<u8> {
        list.replace("END", "\r\n").encode_utf16().flat_map(encode).collect()
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list");
    for list in [
        list.replace("END", "\n").into_bytes(),
        list.replace("END", "\r\n").into_bytes(),
        list.replace("END", "\r").into_bytes(),
        utf_16(u16::to_le_bytes),
        utf_16(u16::to_be_bytes),
    ] {
        fs::write(&file, &list).unwrap();
        let from_file = scraper().args(["-f", "json", "-i", file.to_str().unwrap()]).run();
        let from_stdin = scraper().args(["-f", "json", "-i", "-"]).run_with(list);
        for run in [from_file, from_stdin] {
            assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
            let titles: Vec<_> = run.pages().into_iter().flat_map(|page| page.matches).collect();
            assert_eq!(titles, ["/a", "/b"]);
        }
    }
}

/// A pipe in the file system, which can be opened for reading only when somebody writes to it.
#[cfg(unix)]
fn fifo(folder: &tempfile::TempDir) -> std::path::PathBuf {
    let path = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

#[cfg(unix)]
#[test]
fn a_list_that_is_slow_to_open_holds_up_no_page() {
    let (server, folder) = (titles(), tempfile::tempdir().unwrap());
    let fifo = fifo(&folder);
    let list = fifo.to_str().unwrap();
    let mut child = scraper().args(["-f", "json", "-i", list, &server.url("/given")]).spawn();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = stdout.next().unwrap().unwrap();
    assert!(line.contains("\"matches\":[\"/given\"]"), "{line}");
    // Only now is there somebody who writes the list.
    let mut list = fs::OpenOptions::new().write(true).open(&fifo).unwrap();
    writeln!(list, "{}", server.url("/listed")).unwrap();
    let line = stdout.next().unwrap().unwrap();
    assert!(line.contains("\"matches\":[\"/listed\"]"), "{line}");
    drop(list);
    assert_eq!(Finished::wait(child).code, Some(0));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_whose_list_nobody_writes() {
    let (server, folder) = (titles(), tempfile::tempdir().unwrap());
    let list = fifo(&folder);
    let args = ["-f", "json", "-i", list.to_str().unwrap(), &server.url("/given")];
    let mut child = scraper().args(args).spawn();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    stdout.next().unwrap().unwrap();
    send("-INT", &child);
    assert_eq!(Finished::wait(child).code, Some(130));
}

// Limits for each host, and other tries.

#[test]
fn a_page_that_is_busy_is_tried_again_and_the_record_says_how_often() {
    let server = TestServer::start(|request, stream, log| {
        let seen = log.seen();
        let times = seen.requests.iter().filter(|other| other.path == request.path).count();
        drop(seen);
        match request.path.as_str() {
            "/busy-twice" if times <= 2 => stream.write_all(&response("503 Busy", &[], b"busy")),
            "/year" => stream.write_all(&response("503 Busy", &["Retry-After: 31536000"], b"busy")),
            "/gone" => stream.write_all(&response("404 Not Found", &[], b"gone")),
            _ => stream.write_all(&ok("<title>here</title>")),
        }
    });
    let urls = ["/busy-twice", "/year", "/gone", "/"].map(|path| server.url(path));
    let pages = fetch(urls.into_iter().chain(["mailto:me".to_owned()]));
    assert_eq!(pages.iter().map(|page| page.tries).collect::<Vec<_>>(), [3, 1, 1, 1, 0]);
    assert_eq!((pages[0].status, pages[0].matches.join("")), (Some(200), "here".into()));
    let messages: Vec<_> = pages.iter().filter_map(|page| page.error.as_ref()).collect();
    assert_eq!(
        messages[0].message,
        "the server answered: 503 Service Unavailable, to be asked again after 31536000 s"
    );
    assert_eq!(messages[1].message, "the server answered: 404 Not Found");
    assert_eq!(server.log().seen().requests.len(), 6);
}

#[test]
fn no_retries_means_one_request() {
    let server = TestServer::start(|_, stream, _| {
        stream.write_all(&response("503 Busy", &["Retry-After: 0"], b"busy"))
    });
    let run = scraper().args(["-f", "json", "--retries", "0", &server.url("/")]).run();
    assert_eq!((run.code, run.pages()[0].tries), (Some(1), 1));
    assert_eq!(server.log().seen().requests.len(), 1);
}

#[test]
fn all_tries_share_the_limit_of_time() {
    // The second try hangs, and there is no third one.
    let server = TestServer::start(|_, stream, log| match log.seen().requests.len() {
        1 => stream.write_all(&response("503 Busy", &[], b"busy")),
        _ => {
            stream.wait_for_close();
            Ok(())
        }
    });
    let run = scraper().args(["-f", "json", "-t", "3", &server.url("/")]).run();
    let page = &run.pages()[0];
    assert_eq!((kind(page), page.tries), (Some(ErrorKind::Timeout), 2));
    assert!(page.elapsed.as_secs_f64() >= 3.0, "{:?}", page.elapsed);
    assert_eq!(server.log().seen().requests.len(), 2);

    // The next try would come too late, so the page fails with what it has, and not with a timeout.
    let server = TestServer::start(|_, stream, _| {
        stream.write_all(&response("503 Busy", &["Retry-After: 100"], b"busy"))
    });
    let run = scraper().args(["-f", "json", "-t", "99", &server.url("/")]).run();
    let page = &run.pages()[0];
    assert_eq!((kind(page), page.tries), (Some(ErrorKind::Status), 1));
}

#[test]
fn the_table_shows_tries_as_pieces_of_a_bar() {
    let server = TestServer::start(|_, stream, log| match log.seen().requests.len() {
        1 | 2 => stream.write_all(&response("503 Busy", &["Retry-After: 1"], b"busy")),
        _ => stream.write_all(&ok("<title>here</title>")),
    });
    let run = scraper().arg(server.url("/")).run();
    let row = run.stdout.lines().nth(1).unwrap_or_default();
    let (_, bar) = row.split_once("here").unwrap_or_default();
    assert_eq!(bar.split_whitespace().count(), 3, "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_wait_for_another_try() {
    let server = TestServer::start(|_, stream, _| {
        stream.write_all(&response("503 Busy", &["Retry-After: 10000"], b"busy"))
    });
    let child = scraper().args(["-f", "json", "-t", "20000", &server.url("/")]).spawn();
    server.log().wait_until("the answer", |seen| seen.answered == 1);
    send("-INT", &child);
    let run = Finished::wait(child); // ten thousand seconds are more than it waits for
    assert_eq!((run.code, run.stdout.as_str()), (Some(130), ""));
}

#[test]
fn never_more_than_asked_for_at_one_host() {
    let server = TestServer::start(|_, stream, log| {
        log.wait_until("six requests", |seen| seen.requests.len() >= 6);
        stream.write_all(&ok(""))
    });
    let urls = (0..40).map(|page| server.url(&format!("/{page}")));
    let run = scraper().args(["-f", "json"]).args(urls).run();
    assert_eq!((run.code, run.pages().len()), (Some(0), 40));
    assert_eq!(server.log().seen().most_in_flight, 6);
}

// The output.

#[test]
fn json_has_the_documented_fields() {
    let server = titles();
    let run = scraper().args(["-f", "json", &server.url("/a?b#c"), "http://127.0.0.1:1/"]).run();
    let objects: Vec<serde_json::Value> =
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

#[test]
fn what_the_network_sends_cannot_steer_the_terminal() {
    let server = TestServer::start(|request, stream, _| {
        let evil = "<title>a\u{1b}[2Jb\u{9b}31mc\u{202e}d\u{7f}</title>";
        match request.path.as_str() {
            "/title" => stream.write_all(&ok(evil)),
            _ => stream.write_all(&response("302 Found", &["Location: file:///\u{9b}2J"], b"")),
        }
    });
    for format in ["table", "json"] {
        let run =
            scraper().args(["-f", format, &server.url("/title"), &server.url("/location")]).run();
        let hidden = |letter: char| letter.is_control() && letter != '\n' || letter == '\u{202e}';
        assert!(!run.stdout.contains(hidden), "{:?}", run.stdout);
        assert!(run.stdout.contains("[2Jb"), "the text itself is shown: {}", run.stdout);
    }
}

#[test]
fn exit_codes_and_failures_that_stay_with_their_page() {
    let server = TestServer::start(|request, stream, _| match request.path.as_str() {
        "/404" => stream.write_all(&response("404 Not Found", &[], b"gone")),
        path => stream.write_all(&ok(&format!("<title>{path}</title>"))),
    });
    assert_eq!(scraper().arg(server.url("/good")).run().code, Some(0));

    let run = scraper()
        .args([server.url("/one"), server.url("/404"), "mailto:me".into(), server.url("/two")])
        .run();
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
    assert_eq!(server.log().seen().requests.len(), 4, "nothing is sent for an invalid URL");
}

#[test]
fn usage_errors_name_the_option_and_fetch_nothing() {
    let server = titles();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let (missing, below) = (folder.path().join("missing"), file.join("below"));
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let cases: [(&str, String); 18] = [
        ("--per-host", "0".into()),
        ("--retries", "-1".into()),
        ("--retries", "101".into()),
        ("--retry-delay", "-1".into()),
        ("--retry-delay", "1e9".into()),
        ("--concurrency", "0".into()),
        ("--concurrency", "many".into()),
        ("--timeout", "0".into()),
        ("--timeout", "-1".into()),
        ("--timeout", "nan".into()),
        ("--max-bytes", "0".into()),
        ("--select", "a[".into()),
        ("--format", "xml".into()),
        ("--user-agent", "mé".into()),
        ("--input", text(&missing)),
        ("--input", text(folder.path())),
        ("--save", text(&below)),
        ("--no-such-option", String::new()),
    ];
    for (option, value) in cases {
        let run = scraper().args([option, &value, &server.url("/")]).run();
        assert_eq!(run.code, Some(2), "{option} {value}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{option} {value}");
        let line = run.stderr.lines().next().unwrap_or_default();
        assert!(line.starts_with("error: ") && line.contains(option), "{option} {value}: {line}");
    }
    assert_eq!(server.log().seen().requests.len(), 0);
}

#[test]
fn a_closed_pipe_ends_the_program_quietly() {
    let server = titles();
    let mut child = scraper().args(["-f", "json", "-c", "1", "--input", "-"]).spawn();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    writeln!(stdin, "{}", server.url("/first")).unwrap();
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    // The list never ends: only the closed pipe can end the run.
    while writeln!(stdin, "{}", server.url("/more")).is_ok() {}
    let run = Finished::wait(child);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[cfg(unix)]
fn send(signal: &str, child: &std::process::Child) {
    let kill = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
}

/// The scraper as `nohup` or a shell script starts it: it ignores this signal.
#[cfg(unix)]
fn ignoring(signal: &str) -> Scraper {
    let script = format!("trap '' {signal}; exec \"$@\"");
    Scraper::new("sh").args(["-c", &script, "sh", SCRAPER])
}

#[cfg(unix)]
#[test]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    let server = titles();
    for signal in ["HUP", "INT", "TERM"] {
        let mut child = ignoring(signal).args(["-f", "json", "-i", "-"]).spawn();
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        for page in ["/before", "/after"] {
            writeln!(stdin, "{}", server.url(page)).unwrap();
            let line = stdout.next().expect("the run goes on").unwrap();
            assert!(line.contains(page), "{line}");
            send(&format!("-{signal}"), &child);
        }
        drop(stdin);
        assert_eq!(Finished::wait(child).code, Some(0), "{signal}");
    }
}

#[cfg(target_os = "linux")] // elsewhere there is no safe way to tell the ignored ones apart
#[test]
fn the_signals_that_are_not_ignored_end_the_run() {
    let server = titles();
    for (ignored, signal) in
        [("HUP", "-TERM"), ("INT", "-HUP"), ("TERM", "-INT"), ("HUP INT", "-TERM")]
    {
        let mut child = ignoring(ignored).args(["-f", "json", "-i", "-"]).spawn();
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        writeln!(stdin, "{}", server.url("/")).unwrap();
        stdout.next().unwrap().unwrap();
        send(signal, &child);
        assert_eq!(Finished::wait(child).code, Some(130), "{signal}, while {ignored} is ignored");
        drop(stdin);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_reports_what_is_done_and_cancels_the_rest() {
    let server = TestServer::start(|request, stream, _| {
        if request.path == "/done" {
            return stream.write_all(&ok("<title>done</title>"));
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf a page")?;
        stream.wait_for_close();
        Ok(())
    });
    let folder = tempfile::tempdir().unwrap();
    let urls = (0..20).map(|page| server.url(&format!("/hangs/{page}")));
    let mut child = scraper()
        .args([
            "-c",
            "10",
            "--per-host",
            "10",
            "--save",
            folder.path().to_str().unwrap(),
            &server.url("/done"),
        ])
        .args(urls)
        .spawn();
    server.log().wait_until("eleven requests", |seen| seen.requests.len() == 11);
    // One file is whole, ten are half written.
    while fs::read_dir(&folder).unwrap().count() < 11 {
        assert_eq!(child.try_wait().unwrap(), None, "it waits for the rest of ten pages");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    send("-INT", &child);
    let run = Finished::wait(child);
    assert_eq!((run.code, run.stderr.as_str()), (Some(130), ""));
    assert!(run.stdout.contains("done"), "{}", run.stdout);
    assert!(run.stdout.contains("interrupted: 1 of 21 pages in "), "{}", run.stdout);
    server.log().wait_until("all connections to close", |seen| seen.open == 0);
    assert_eq!(server.log().seen().requests.len(), 11, "no new request starts");
    let saved: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(saved.len(), 1, "whole files only: {saved:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_whose_output_nobody_reads() {
    let server = titles();
    let mut child = scraper().args(["-f", "json", "-i", "-"]).spawn();
    let mut stdin = child.stdin.take().unwrap();
    let stdout = child.stdout.take().unwrap(); // open, and never read
    let url = server.url("/") + &"x".repeat(1000);
    let list = std::thread::spawn(move || while writeln!(stdin, "{url}").is_ok() {});
    // A pipe takes some 64 KB; the scraper stops asking when it is full and its own queue, too.
    server.log().wait_until("the first requests", |seen| seen.requests.len() > 50);
    let mut before = 0;
    while server.log().seen().requests.len() > before {
        before = server.log().seen().requests.len();
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
    send("-INT", &child);
    let run = Finished::wait(child);
    assert_eq!((run.code, run.stderr.as_str()), (Some(130), ""));
    drop(stdout);
    list.join().unwrap();
}

/// The book's table of who runs the tasks and who drives the sockets, by the names of the threads
/// that there are while a page is under way. Linux keeps 15 letters of a name.
#[cfg(target_os = "linux")]
#[test]
fn the_runtimes_threads_are_those_that_the_book_names() {
    let server = TestServer::start(|_, stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf a page")?;
        stream.wait_for_close();
        Ok(())
    });
    let mut child = scraper().arg(server.url("/hangs")).spawn();
    server.log().wait_until("the request", |seen| seen.requests.len() == 1);
    let of_runtimes = ["tokio", "async-std", "async-compat", "async-io", "smol", "isahc"];
    let expected: &[&str] = match env!("CARGO_PKG_NAME") {
        "scraper_tokio" | "scraper_http_tokio" => &[], // the main thread does it all
        "scraper_async_std" => &["async-io", "async-std/runti"],
        _ => &["async-io"], // the main thread does it all, and this one helps when it is busy
    };
    let named = || {
        let tasks = fs::read_dir(format!("/proc/{}/task", child.id())).unwrap();
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
        std::thread::sleep(std::time::Duration::from_millis(50));
        seen = named();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(seen, expected);
}

// Requests and responses.

#[test]
fn the_user_agent_is_ours_or_yours() {
    let server = titles();
    fetch_one(server.url("/"));
    scraper().args(["--user-agent", "me/1.0", &server.url("/")]).run();
    let seen = server.log().seen();
    let ours = format!("{}/{}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    assert_eq!(seen.requests[0].header("user-agent"), Some(ours.as_str()));
    assert_eq!(seen.requests[1].header("user-agent"), Some("me/1.0"));
    assert_eq!(seen.requests[0].header("accept-encoding"), Some("gzip, deflate, br"));
}

#[test]
fn a_user_name_and_password_are_sent() {
    let server = titles();
    let page = fetch_one(server.url("/").replace("://", "://us%65r:p%40ss@"));
    assert_eq!(page.final_url, Some(server.url("/")));
    let seen = server.log().seen();
    // Base64 of user:p@ss.
    assert_eq!(seen.requests[0].header("authorization"), Some("Basic dXNlcjpwQHNz"));
}

#[test]
fn a_user_name_and_password_stay_with_their_origin() {
    let other = titles();
    let elsewhere = format!("Location: {}", other.url("/elsewhere"));
    let server = TestServer::start(move |request, stream, _| {
        let home = format!("Location: http://{}/there", request.header("host").unwrap_or_default());
        match request.path.as_str() {
            "/absolute" => stream.write_all(&response("302 Found", &[&home], b"")),
            "/relative" => stream.write_all(&response("302 Found", &["Location: /there"], b"")),
            "/away" => stream.write_all(&response("302 Found", &[&elsewhere], b"")),
            path => stream.write_all(&ok(&format!("<title>{path}</title>"))),
        }
    });
    let urls = ["/absolute", "/relative", "/away"].map(|path| server.url(path));
    let titles = fetch(urls.map(|url| url.replace("://", "://user:pass@"))).into_iter();
    let titles: Vec<_> = titles.map(|page| page.matches.join("")).collect();
    assert_eq!(titles, ["/there", "/there", "/elsewhere"]);
    let seen = server.log().seen();
    assert_eq!(seen.requests.len(), 5);
    for request in &seen.requests {
        assert_eq!(request.header("authorization"), Some("Basic dXNlcjpwYXNz"), "{request:?}");
    }
    assert_eq!(other.log().seen().requests[0].header("authorization"), None);
}

#[test]
fn an_answer_that_nobody_reads_leaves_its_connection_in_the_pool() {
    let server = TestServer::start(|request, stream, _| match request.path.as_str() {
        "/redirect" => {
            stream.write_all(&response("302 Found", &["Location: /page"], b"over there"))
        }
        "/page" => stream.write_all(&ok("<title>page</title>")),
        _ => stream.write_all(&response("404 Not Found", &[], b"no such page")),
    });
    let urls = (0..20).map(|n| server.url(["/redirect", "/missing"][n % 2]));
    let run = scraper().args(["-f", "json", "-c", "1"]).args(urls).run();
    assert_eq!(run.pages().iter().filter(|page| page.error.is_none()).count(), 10);
    let seen = server.log().seen();
    assert_eq!(seen.requests.len(), 30);
    // The rest of an answer may come later than its head, and then the connection is closed.
    assert!(seen.connections < 20, "{} connections", seen.connections);
}

#[test]
fn a_page_that_is_given_up_closes_its_connection() {
    let server = TestServer::start(|_, stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf a page")?;
        stream.wait_for_close();
        Ok(())
    });
    // Long enough to connect, on a busy machine, too.
    let mut child = scraper().args(["-f", "json", "-t", "2", "-i", "-"]).spawn();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{}", server.url("/hangs")).unwrap();
    server
        .log()
        .wait_until("the connection to close", |seen| seen.connections == 1 && seen.open == 0);
    drop(stdin); // the list was open until now, and so the program was running
    let pages = Finished::wait(child).pages();
    assert_eq!(kind(&pages[0]), Some(ErrorKind::Timeout));
}

#[test]
fn compressed_bodies_are_decoded() {
    let page = "<title>Compressed</title>".to_owned() + &"<p>and long</p>".repeat(10_000);
    let html = page.clone();
    let server = TestServer::start(move |request, stream, _| {
        let coding = request.path.trim_start_matches('/').replace("%20", " ");
        let header = format!("Content-Encoding: {}", coding.trim_start_matches("raw "));
        stream.write_all(&response("200 OK", &[&header], &compress(&coding, html.as_bytes())))
    });
    for page_of in fetch(
        ["gzip", "deflate", "raw%20deflate", "br"].map(|coding| server.url(&format!("/{coding}"))),
    ) {
        assert_eq!(page_of.error, None, "{}", page_of.url);
        assert_eq!(page_of.bytes, page.len() as u64, "{}", page_of.url);
        assert_eq!(page_of.matches, ["Compressed"], "{}", page_of.url);
    }
}

#[test]
fn a_body_that_is_cut_off_is_an_error() {
    let server = TestServer::start(|request, stream, _| {
        let gzip = compress("gzip", "<title>x</title>".repeat(1000).as_bytes());
        match request.path.as_str() {
            "/length" => write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort")?,
            "/chunk" => write!(
                stream,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n"
            )?,
            "/gzip" => {
                let half = &gzip[..gzip.len() / 2];
                return stream.write_all(&response("200 OK", &["Content-Encoding: gzip"], half));
            }
            _ => stream.write_all(b"this is not HTTP\r\n\r\n")?,
        }
        stream.flush()?;
        Err(std::io::ErrorKind::Other.into()) // closes the connection
    });
    for page in fetch(["/length", "/chunk", "/gzip", "/garbage"].map(|path| server.url(path))) {
        assert_eq!(kind(&page), Some(ErrorKind::Protocol), "{page:?}");
    }
}

#[test]
fn windows_1251_is_read_wherever_it_is_declared() {
    let server = TestServer::start(|request, stream, _| {
        let privet = b"<title>\xcf\xf0\xe8\xe2\xe5\xf2</title>";
        match request.path.as_str() {
            "/header" => {
                let header = "Content-Type: text/html; charset=windows-1251";
                stream.write_all(&response("200 OK", &[header], privet))
            }
            _ => {
                let page = [&privet[..], b"<meta charset=\"windows-1251\">"].concat();
                stream.write_all(&response("200 OK", &["Content-Type: text/html"], &page))
            }
        }
    });
    for page in fetch(["/header", "/meta"].map(|path| server.url(path))) {
        assert_eq!(page.charset.as_deref(), Some("windows-1251"), "{page:?}");
        assert_eq!(page.matches, ["Привет"], "{page:?}");
    }
}

#[test]
fn any_selector_and_only_html() {
    let server = TestServer::start(|request, stream, _| {
        let page = b"<h2>One</h2><p class=x>Two &amp; <b>three</b></p><p>Four</p>";
        let content_type = match request.path.as_str() {
            "/html" => "Content-Type: text/html",
            _ => "Content-Type: application/octet-stream",
        };
        stream.write_all(&response("200 OK", &[content_type], page))
    });
    let urls = [server.url("/html"), server.url("/binary")];
    let run = scraper().args(["-f", "json", "-s", "h2, p.x"]).args(&urls).run();
    let pages = run.pages();
    assert_eq!(pages[0].matches, ["One", "Two & three"]);
    assert_eq!((pages[1].matches.len(), pages[1].charset.as_deref()), (0, None));
    assert_eq!(pages[0].bytes, pages[1].bytes);
}

#[test]
fn ten_redirects_are_followed_and_no_more() {
    let server = TestServer::start(|request, stream, _| {
        let left: usize = request.path.trim_start_matches('/').parse().unwrap();
        match left.checked_sub(1) {
            Some(next) => {
                let location = format!("Location: /{next}");
                stream.write_all(&response("302 Found", &[&location], b""))
            }
            None => stream.write_all(&ok("<title>here</title>")),
        }
    });
    let pages = fetch([server.url("/10"), server.url("/11")]);
    assert_eq!(pages[0].matches, ["here"]);
    assert_eq!(pages[0].final_url, Some(server.url("/0")));
    assert_eq!(kind(&pages[1]), Some(ErrorKind::Redirect), "{:?}", pages[1]);
}

#[test]
fn statuses_that_no_list_knows() {
    let server = TestServer::start(|request, stream, _| {
        stream.write_all(&response(&request.path[1..].replace("%20", " "), &[], b""))
    });
    for status in [208, 500, 520, 999] {
        let page = fetch_one(server.url(&format!("/{status}%20X")));
        assert_eq!(page.status, Some(status), "{page:?}");
        assert_eq!(kind(&page), (status >= 400).then_some(ErrorKind::Status), "{page:?}");
    }
}

// Limits.

#[test]
fn a_page_that_stalls_fails_alone() {
    let server = TestServer::start(|request, stream, _| match request.path.as_str() {
        "/good" => stream.write_all(&ok("")),
        path => {
            if path == "/body" {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")?;
            }
            stream.wait_for_close();
            Ok(())
        }
    });
    let urls = ["/head", "/body", "/good"].map(|path| server.url(path));
    // Long enough for the good page and for half of the other, on a busy machine, too.
    let run = scraper().args(["-f", "json", "-t", "4"]).args(&urls).run();
    let pages = run.pages();
    assert_eq!(run.code, Some(1));
    assert_eq!((kind(&pages[0]), pages[0].status), (Some(ErrorKind::Timeout), None));
    assert_eq!((kind(&pages[1]), pages[1].status), (Some(ErrorKind::Timeout), Some(200)));
    assert_eq!((kind(&pages[2]), pages[2].status), (None, Some(200)));
}

#[test]
fn a_body_may_be_max_bytes_long_and_no_longer() {
    let server = TestServer::start(|request, stream, _| {
        let body = vec![b'x'; request.path[1..].parse().unwrap()];
        let body = compress("gzip", &body);
        stream.write_all(&response("200 OK", &["Content-Encoding: gzip"], &body))
    });
    let urls = [server.url("/50000"), server.url("/50001")];
    let run = scraper().args(["-f", "json", "--max-bytes", "50000"]).args(&urls).run();
    let pages = run.pages();
    assert_eq!((kind(&pages[0]), pages[0].bytes), (None, 50_000));
    assert_eq!(kind(&pages[1]), Some(ErrorKind::TooLarge), "{:?}", pages[1]);
}

// Files.

#[test]
fn pages_are_saved_whole_and_only_inside_the_folder() {
    let body: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let expected = body.clone();
    let server = TestServer::start(move |request, stream, _| match request.path.as_str() {
        "/redirect" => {
            let location = "Location: /..%2f..%2fetc/passwd";
            stream.write_all(&response("302 Found", &[location], b""))
        }
        "/cut" => {
            let whole = response("200 OK", &[], &body);
            stream.write_all(&whole[..whole.len() / 2])?;
            stream.flush()?;
            Err(std::io::ErrorKind::Other.into())
        }
        _ => stream.write_all(&response(
            "200 OK",
            &["Content-Encoding: gzip"],
            &compress("gzip", &body),
        )),
    });
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("new/pages");
    let urls = ["/a/../../x.bin", "/redirect", "/cut"].map(|path| server.url(path));
    let run = scraper().args(["-f", "json", "--save", folder.to_str().unwrap()]).args(urls).run();
    let pages = run.pages();
    assert_eq!(kind(&pages[2]), Some(ErrorKind::Protocol), "{:?}", pages[2]);
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["000000-127.0.0.1-x.bin", "000001-127.0.0.1-redirect"]);
    for page in &pages[..2] {
        let file = page.file.as_ref().expect("the file is named in the output");
        assert!(fs::read(file).unwrap() == expected, "{file} differs from what was sent");
    }
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1, "nothing beside the folder");
}

#[test]
fn two_runs_into_one_folder_never_name_half_a_file() {
    const SIZE: usize = 100_000;
    let (release_a, gate_a) = mpsc::channel::<()>();
    let (release_b, gate_b) = mpsc::channel::<()>();
    let (gate_a, gate_b) = (Mutex::new(gate_a), Mutex::new(gate_b));
    let server = TestServer::start(move |request, stream, _| {
        let (gate, letter) =
            if request.path.ends_with('a') { (&gate_a, b'a') } else { (&gate_b, b'b') };
        let whole = response("200 OK", &["Content-Type: text/plain"], &[letter; SIZE]);
        let (first, rest) = whole.split_at(whole.len() / 2);
        stream.write_all(first)?;
        stream.flush()?;
        let _ = gate.lock().unwrap().recv(); // until its sender is gone
        stream.write_all(rest)
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let files = || fs::read_dir(path).unwrap().map(|file| file.unwrap().path());
    let run = |page| scraper().args(["-f", "json", "--save", path, &server.url(page)]).spawn();
    let (a, b) = (run("/page?a"), run("/page?b"));
    // Both have half a page, each in a file of its own.
    while files().filter(|file| file.metadata().is_ok_and(|file| file.len() > 0)).count() < 2 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    for (child, release, letter) in [(a, release_a, b'a'), (b, release_b, b'b')] {
        drop(release);
        let run = Finished::wait(child);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        let file = run.pages()[0].file.clone().expect("it was saved");
        assert!(fs::read(&file).unwrap() == [letter; SIZE], "{file} is not this run's whole page");
    }
    assert_eq!(files().count(), 1, "both have the same name for it");
}

#[test]
fn what_a_dead_run_left_behind_is_in_nobodys_way() {
    let (server, folder) = (titles(), tempfile::tempdir().unwrap());
    fs::create_dir(folder.path().join("000000-127.0.0.1.part")).unwrap();
    fs::write(folder.path().join("000000-127.0.0.1.1-1.part"), "half").unwrap();
    let path = folder.path().to_str().unwrap();
    let run = scraper().args(["-f", "json", "--save", path, &server.url("/")]).run();
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 3);
}

// TLS.

#[cfg(target_os = "linux")] // elsewhere SSL_CERT_FILE does not tell whom to trust
#[test]
fn https_works_where_the_certificate_is_trusted_and_only_there() {
    use hostile_site::TestCa;

    let (ca, other) = (TestCa::new(), TestCa::new());
    let server = TestServer::start_tls(ca.server_config("127.0.0.1"), true, |_, stream, _| {
        stream.write_all(&ok("<title>Secret</title>"))
    });
    let run = |ca: &TestCa| scraper().args(["-f", "json", &server.url("/")]).trust(ca.file()).run();
    let [page] = run(&ca).pages().try_into().unwrap();
    assert_eq!((page.matches, page.error), (vec!["Secret".to_owned()], None));
    let [page] = run(&other).pages().try_into().unwrap();
    assert_eq!(kind(&page), Some(ErrorKind::Tls), "{page:?}");

    let wrong_name =
        TestServer::start_tls(ca.server_config("example.com"), true, |_, stream, _| {
            stream.write_all(&ok(""))
        });
    let run = scraper().args(["-f", "json", &wrong_name.url("/")]).trust(ca.file()).run();
    assert_eq!(kind(&run.pages()[0]), Some(ErrorKind::Tls), "{:?}", run.pages());
}
