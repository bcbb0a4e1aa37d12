//! The part of the contract that no single URL shows: lists, files, and the machine's limits.

#![expect(clippy::zombie_processes, reason = "a test that fails leaves its child to the system")]

use std::collections::{BTreeMap, HashSet};
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use rustls::{ServerConnection, StreamOwned};
use socket2::SockRef;

use super::{CAN_TRUST, network};
use crate::{
    Finished, HostileSite, Log, Scraper, TestCa, TestServer, bomb, compress, ok, response, titles,
};
use scraper_kit::ErrorKind;
use scraper_kit::Outcome;
use scraper_kit::practice_site::PracticeSite;

/// URLs of the load test, unless `LOAD` in the environment says otherwise.
const LOAD: usize = 5_000;

/// Whether all of 127.0.0.0/8 is this machine; elsewhere it is one address of it.
const MANY_HOSTS: bool = cfg!(target_os = "linux");

type Scenario = fn(&'static str) -> Result<(), Failed>;

pub(super) fn trials(scraper: &'static str) -> impl Iterator<Item = Trial> {
    let scenarios: [(&str, Scenario, bool); 34] = [
        ("input: what is no URL is sent nowhere", no_urls, true),
        ("input: odd URLs that are legal", odd_urls, true),
        ("input: the same URL a thousand times", same_url, true),
        ("connection: a server that stops listening half-way", stops_listening, true),
        ("connection: closed after some answers, and not a word said", closes_silently, true),
        ("connection: closed after each answer, over TLS", closes_over_tls, CAN_TRUST),
        ("connection: a 408 on an idle connection is no answer", times_out_idle, true),
        ("connection: a new one that is closed is not tried for ever", closes_new_ones, true),
        (
            "connection: a host whose first address swallows everything",
            |scraper| network::scenario(scraper, "dead-address"),
            network::possible(),
        ),
        (
            "connection: the system gives up connecting",
            |scraper| network::scenario(scraper, "system-timeout"),
            network::possible(),
        ),
        ("connection: one TLS handshake in two is cut off", cuts_handshakes, CAN_TRUST),
        (
            "connection: slow names hold up no others",
            |scraper| network::scenario(scraper, "slow-names"),
            network::possible(),
        ),
        ("per host: a slow host leaves the others going", slow_host, MANY_HOSTS),
        ("per host: a redirect counts where it leads to", redirects_to_one_host, MANY_HOSTS),
        ("another try: a site with a limit, one in ten busy, gives every page", polite, true),
        ("another try: a page that waits for it holds up no other", waits_alone, true),
        ("another try: a run in which all wait comes to its end", all_wait, true),
        ("another try: more pages wait for it than may be under way", many_wait, true),
        ("TLS: no root certificates on the machine", no_roots, CAN_TRUST),
        ("time: floods hold up no other page", floods, true),
        ("time: a program that was stopped reads what has come", stopped, cfg!(unix)),
        ("time: pages that are decoded hold up no timer", decoding, true),
        ("search: pages made to be slow hold up no others", slow_searches, true),
        ("search: Ctrl-C does not wait for it", interrupted_search, cfg!(unix)),
        ("machine: 512 file descriptors for three thousand hosts", many_hosts, MANY_HOSTS),
        ("machine: 64 file descriptors for a thousand at once", few_descriptors, cfg!(unix)),
        ("machine: many hostile pages in little memory", little_memory, cfg!(target_os = "linux")),
        ("machine: threads that cannot be had", few_threads, can_be(NOBODY)),
        (
            "machine: nobody can read what is said on standard error",
            unheard,
            cfg!(target_os = "linux"),
        ),
        ("save: fewer files than pages at a time", few_files, cfg!(unix)),
        ("save: a page that is larger than files may be fails alone", large_file, cfg!(unix)),
        ("save: a full disk fails its page alone", full_disk, can_mount()),
        ("save: kill -9 leaves no half file under a final name", killed, true),
        ("load: every outcome accounted for, memory and descriptors flat", load, true),
    ];
    scenarios.into_iter().map(move |(name, scenario, possible)| {
        Trial::test(name, move || scenario(scraper)).with_ignored_flag(!possible)
    })
}

fn kind(page: &Outcome) -> Option<ErrorKind> {
    page.error.as_ref().map(|error| error.kind)
}

/// What an answer returns to close its connection.
fn closes() -> std::io::Error {
    std::io::ErrorKind::Other.into()
}

/// A scraper that tries once, and is as impolite as `-c` allows: all of its pages are on one host, and
/// a second try would hide what is looked for.
fn bare(scraper: &str) -> Scraper {
    Scraper::new(scraper).args(BARE)
}

const BARE: [&str; 4] = ["--retries", "0", "--per-host", "1000"];

fn no_urls(scraper: &str) -> Result<(), Failed> {
    let server = titles();
    let mut list = Vec::new();
    for line in [
        &b"http://with space/"[..],
        b"http://with\x00nul/",
        b"http://with\x1bescape/",
        b"http://\xff\xfe/",
        b"//host/path",
        b"data:text/html,page",
        b"file:///etc/passwd",
        b"javascript:alert(1)",
        b"http://",
        b"http://[::1",
        format!("{} {}", server.url("/one"), server.url("/two")).as_bytes(),
        format!("{} # a remark", server.url("/one")).as_bytes(),
        b"http://127.0.0.1:99999/",
        b"example.com",
        format!("http://127.0.0.1/{}", "x".repeat(100_000)).as_bytes(),
    ] {
        list.extend(line);
        list.extend(b"\r\n");
    }
    list.extend(format!("\n  \n# comment\n{}", server.url("/last")).as_bytes());
    let run = Scraper::new(scraper).args(["-f", "json", "-i", "-"]).run_with(list);
    let pages = run.pages();
    assert_eq!((run.code, pages.len()), (Some(1), 16), "{}", run.stderr);
    for page in &pages[..15] {
        assert_eq!(kind(page), Some(ErrorKind::InvalidUrl), "{page:?}");
    }
    assert_eq!(pages[15].matches, ["/last"]);
    assert_eq!(server.log().seen().requests.len(), 1);
    Ok(())
}

fn odd_urls(scraper: &str) -> Result<(), Failed> {
    let server = titles();
    let urls = [
        server.url("/fragment#part"),
        server.url("/").replace("://", "://user:password@"),
        server.url("/with space"),
        server.url("/кириллица?q=ж"),
        server.url("/a/../b/./c"),
        server.url("/{|}^`"),
        server.url("").replace("http://127.0.0.1", "HTTP://127.0.0.1"),
    ];
    let run = Scraper::new(scraper).args(["-f", "json"]).args(&urls).run();
    assert_eq!(run.code, Some(0), "{} {}", run.stdout, run.stderr);
    let titles: Vec<String> = run.pages().iter().map(|page| page.matches.join("")).collect();
    assert_eq!(titles[..2], ["/fragment", "/"]);
    assert_eq!(titles[2], "/with%20space");
    assert!(titles[3].starts_with("/%D0%BA") && titles[3].ends_with("?q=%D0%B6"), "{}", titles[3]);
    assert_eq!(titles[4], "/b/c");
    let idn = Scraper::new(scraper).args(["-f", "json", "http://bücher.invalid/"]).run();
    assert_eq!(kind(&idn.pages()[0]), Some(ErrorKind::Dns), "{}", idn.stdout);
    Ok(())
}

fn same_url(scraper: &str) -> Result<(), Failed> {
    let server = titles();
    let list = format!("{}\n", server.url("/same")).repeat(1000);
    let run = bare(scraper).args(["-f", "json", "-i", "-"]).run_with(list);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.pages().iter().all(|page| page.matches == ["/same"]));
    assert_eq!(server.log().seen().requests.len(), 1000);
    Ok(())
}

fn stops_listening(scraper: &str) -> Result<(), Failed> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/", listener.local_addr()?);
    thread::spawn(move || -> std::io::Result<()> {
        let (mut stream, _) = listener.accept()?;
        drop(listener);
        let mut reader = BufReader::new(&mut stream);
        while reader.read_line(&mut String::new())? > 2 {}
        stream.write_all(&response("200 OK", &["Connection: close"], b"<title>last</title>"))
    });
    let run = bare(scraper).args(["-f", "json", "-c", "1", &url, &url, &url]).run();
    let kinds: Vec<_> = run.pages().iter().map(kind).collect();
    assert_eq!(kinds, [None, Some(ErrorKind::Connect), Some(ErrorKind::Connect)], "{}", run.stdout);
    Ok(())
}

/// Fetches a thousand pages of this server, and wants them all.
fn thousand_pages(scraper: Scraper, server: &TestServer) {
    let list: String = (0..1000).map(|page| server.url(&format!("/{page}\n"))).collect();
    let run = scraper.args(["-f", "json", "-i", "-", "-c", "100"]).run_with(list);
    let failed: Vec<_> = run.pages().into_iter().filter_map(|page| page.error).collect();
    assert!(failed.is_empty(), "{} of 1000 lost: {:?}", failed.len(), failed[0]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

fn closes_silently(scraper: &str) -> Result<(), Failed> {
    for answers in [1, 2, 8] {
        let counter = AtomicUsize::new(0);
        let server = TestServer::start(move |_, stream, _| {
            stream.write_all(&ok("<title>ok</title>"))?;
            match counter.fetch_add(1, Ordering::Relaxed) % answers {
                0 => Err(closes()),
                _ => Ok(()),
            }
        });
        thousand_pages(bare(scraper), &server);
    }
    Ok(())
}

fn closes_over_tls(scraper: &str) -> Result<(), Failed> {
    let ca = TestCa::new();
    for says_goodbye in [true, false] {
        let config = ca.server_config("127.0.0.1");
        let server = TestServer::start_tls(config, says_goodbye, |_, stream, _| {
            stream.write_all(&ok("<title>ok</title>"))?;
            Err(closes())
        });
        thousand_pages(bare(scraper).trust(ca.file()), &server);
    }
    Ok(())
}

fn times_out_idle(scraper: &str) -> Result<(), Failed> {
    let server = TestServer::start(|_, stream, _| {
        stream.write_all(&ok("<title>ok</title>"))?;
        stream.flush()?;
        thread::sleep(Duration::from_millis(50));
        stream.write_all(&response("408 Request Timeout", &["Connection: close"], b""))?;
        Err(closes())
    });
    let mut child = bare(scraper).args(["-f", "json", "-i", "-"]).spawn();
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    for _ in 0..5 {
        writeln!(stdin, "{}", server.url("/"))?;
        let page: Outcome = serde_json::from_str(&stdout.next().expect("a line for each page")?)?;
        assert_eq!(page.error, None);
        // The connection is idle and told to go away, and the scraper has the time to hear of it.
        server.log().wait_until("the 408", |seen| seen.open == 0);
        thread::sleep(Duration::from_millis(100));
    }
    drop(stdin);
    assert_eq!(Finished::wait(child).code, Some(0));
    Ok(())
}

fn closes_new_ones(scraper: &str) -> Result<(), Failed> {
    let server = TestServer::start(|_, _, _| Err(closes()));
    let run = bare(scraper).args(["-f", "json", &server.url("/")]).run();
    assert_eq!(kind(&run.pages()[0]), Some(ErrorKind::Protocol), "{}", run.stdout);
    // reqwest does not tell whether a connection that broke was a pooled one.
    let most = if scraper.contains("scraper_tokio") { 2 } else { 1 };
    assert!(server.log().seen().requests.len() <= most);
    Ok(())
}

/// Pages one after another, so that the next connection is the same page's.
fn cuts_handshakes(scraper: &str) -> Result<(), Failed> {
    let ca = TestCa::new();
    let config = Arc::new(ca.server_config("127.0.0.1"));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("https://{}/", listener.local_addr()?);
    thread::spawn(move || -> std::io::Result<()> {
        for number in 0.. {
            let (mut socket, _) = listener.accept()?;
            if number % 2 == 0 {
                if number % 4 == 0 {
                    SockRef::from(&socket).set_linger(Some(Duration::ZERO))?;
                }
                let _ = socket.read(&mut [0; 4096]); // a ClientHello
                continue;
            }
            let tls = ServerConnection::new(Arc::clone(&config)).map_err(std::io::Error::other)?;
            let mut stream = StreamOwned::new(tls, socket);
            crate::server::read_request(&mut BufReader::new(&mut stream))?;
            stream.write_all(&response("200 OK", &["Connection: close"], b""))?;
            stream.conn.send_close_notify();
            stream.flush()?;
        }
        Ok(())
    });
    let run =
        bare(scraper).args(["-f", "json", "-c", "1"]).args(vec![url; 20]).trust(ca.file()).run();
    assert_eq!((run.code, run.pages().len()), (Some(0), 20), "{} {}", run.stdout, run.stderr);
    Ok(())
}

/// The pages of the slow host come first in the list, and are answered when all others have been.
fn slow_host(scraper: &str) -> Result<(), Failed> {
    let server = TestServer::start_on_all_of_loopback(|request, stream, log| {
        if request.path == "/slow" {
            log.wait_until("the quick pages", |seen| {
                seen.requests.iter().filter(|request| request.path == "/quick").count() == 1000
            });
        }
        stream.write_all(&ok(""))
    });
    let port = server.port();
    let list = format!("http://127.0.0.1:{port}/slow\n").repeat(1000)
        + &format!("http://127.0.0.2:{port}/quick\n").repeat(1000);
    let run = Scraper::new(scraper)
        .args(["-f", "json", "-c", "10", "-i", "-", "-t", "200"])
        .run_with(list);
    assert_eq!((run.code, run.pages().len()), (Some(0), 2000), "{}", run.stderr);
    Ok(())
}

fn redirects_to_one_host(scraper: &str) -> Result<(), Failed> {
    let there = TestServer::start(|_, stream, log| {
        log.wait_until("two requests", |seen| seen.requests.len() >= 2);
        stream.write_all(&ok(""))
    });
    let url = there.url("/there");
    let here = TestServer::start_on_all_of_loopback(move |_, stream, _| {
        stream.write_all(&response("302 Found", &[&format!("Location: {url}")], b""))
    });
    let urls = (1..100).map(|host| format!("http://127.0.1.{host}:{}/", here.port()));
    let run = Scraper::new(scraper).args(["-f", "json", "--per-host", "2"]).args(urls).run();
    assert_eq!(run.code, Some(0), "{} {}", run.stdout, run.stderr);
    let seen = there.log().seen();
    assert_eq!((seen.requests.len(), seen.most_in_flight), (99, 2));
    Ok(())
}

/// A site that wants no more than six requests at a time, and refuses one page in ten at first.
fn polite(scraper: &str) -> Result<(), Failed> {
    let server = TestServer::start(move |request, stream, log| {
        log.wait_until("six requests", |seen| seen.requests.len() >= 6);
        let tries = tries(log, &request.path);
        if log.seen().in_flight > 6 {
            stream.write_all(&response("403 Forbidden", &[], b"banned"))
        } else if request.path.ends_with('0') && tries == 1 {
            stream.write_all(&response("503 Service Unavailable", &[], b"busy"))
        } else {
            stream.write_all(&ok(&format!("<title>{}</title>", request.path)))
        }
    });
    let list: String = (0..500).map(|page| server.url(&format!("/{page}\n"))).collect();
    let run = Scraper::new(scraper).args(["-f", "json", "-i", "-"]).run_with(list);
    let pages = run.pages();
    assert_eq!((run.code, pages.len()), (Some(0), 500), "{} {}", run.stdout, run.stderr);
    for page in pages {
        assert_eq!(page.tries, if page.index % 10 == 0 { 2 } else { 1 }, "{page:?}");
    }
    let seen = server.log().seen();
    assert_eq!((seen.requests.len(), seen.most_in_flight), (550, 6));
    Ok(())
}

/// How often a page has been asked for.
fn tries(log: &Log, path: &str) -> usize {
    log.seen().requests.iter().filter(|request| request.path == path).count()
}

/// With one place in all, the first page is busy until the second has been asked for.
fn waits_alone(scraper: &str) -> Result<(), Failed> {
    let server = TestServer::start(|request, stream, log| {
        match request.path == "/second" || tries(log, "/second") > 0 {
            true => stream.write_all(&ok("")),
            false => stream.write_all(&response("503 Busy", &["Retry-After: 1"], b"")),
        }
    });
    let run = Scraper::new(scraper)
        .args(["-f", "json", "-c", "1", "--retries", "100", "-t", "200"])
        .args([server.url("/first"), server.url("/second")])
        .run();
    assert_eq!(run.code, Some(0), "{} {}", run.stdout, run.stderr);
    Ok(())
}

/// Where every page in flight is refused, nothing happens for a while but that time passes. curl hung
/// then (curl#5905, and again curl#20669).
fn all_wait(scraper: &str) -> Result<(), Failed> {
    let server = TestServer::start(|request, stream, log| match tries(log, &request.path) {
        ..3 => stream.write_all(&response("429 Too Many Requests", &["Retry-After: 1"], b"")),
        _ => stream.write_all(&ok("")),
    });
    let urls = (0..20).map(|page| server.url(&format!("/{page}")));
    let run = Scraper::new(scraper).args(["-f", "json", "-c", "5", "-t", "200"]).args(urls).run();
    assert_eq!(run.code, Some(0), "{} {}", run.stdout, run.stderr);
    assert!(run.pages().iter().all(|page| page.tries == 3), "{}", run.stdout);
    assert_eq!(server.log().seen().requests.len(), 60);
    Ok(())
}

/// Six thousand pages of one host, each refused at first: more than may wait for another try. Those that
/// wait need a turn in the end, and those that are new must not have taken all of them.
fn many_wait(scraper: &str) -> Result<(), Failed> {
    let refused = Mutex::new(HashSet::new());
    let server = TestServer::start(move |request, stream, _| {
        match refused.lock().expect("no answer panics").insert(request.path.clone()) {
            true => stream.write_all(&response("503 Busy", &["Retry-After: 2"], b"busy")),
            false => stream.write_all(&ok("")),
        }
    });
    let list: String = (0..6000).map(|page| server.url(&format!("/{page}\n"))).collect();
    let run = Scraper::new(scraper)
        .args(["-f", "json", "-i", "-", "--per-host", "100", "--retries", "1", "-t", "200"])
        .run_with(list);
    let pages = run.pages();
    assert_eq!((run.code, pages.len()), (Some(0), 6000), "{}", run.stderr);
    assert!(pages.iter().all(|page| page.tries == 2));
    Ok(())
}

fn no_roots(scraper: &str) -> Result<(), Failed> {
    let (plain, ca) = (titles(), TestCa::new());
    let tls = TestServer::start_tls(ca.server_config("127.0.0.1"), true, |_, stream, _| {
        stream.write_all(&ok("<title>ok</title>"))
    });
    let urls = [plain.url("/1"), tls.url("/2"), plain.url("/3")];
    let run =
        Scraper::new(scraper).args(["-f", "json"]).args(urls).trust("/dev/null".as_ref()).run();
    let kinds: Vec<_> = run.pages().iter().map(kind).collect();
    assert_eq!(kinds, [None, Some(ErrorKind::Tls), None], "{} {}", run.stdout, run.stderr);
    Ok(())
}

/// Servers that send as fast as they can, without end, on the one thread that everything else runs
/// on, too.
fn floods(scraper: &str) -> Result<(), Failed> {
    let server = TestServer::start(|request, stream, _| {
        let (head, flood) = match request.path.as_str() {
            "/zeros" => {
                (&b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"[..], vec![b'0'; 4096])
            }
            "/continue" => (&b""[..], b"HTTP/1.1 100 Continue\r\n\r\n".repeat(100)),
            path => return stream.write_all(&ok(&format!("<title>{path}</title>"))),
        };
        stream.write_all(head)?;
        loop {
            stream.write_all(&flood)?;
        }
    });
    let mut urls: Vec<String> =
        ["/zeros", "/continue"].repeat(10).iter().map(|path| server.url(path)).collect();
    if scraper.ends_with("scraper_tokio") {
        // hyper reads as long as there is something, and reqwest has no setting for that. So a few
        // floods make this scraper late, and many would make it too late for the other pages.
        urls.truncate(1);
    }
    let floods = urls.len();
    urls.extend((0..40).map(|page| server.url(&format!("/{page}"))));
    let run = bare(scraper).args(["-f", "json", "-t", "5"]).args(urls).run();
    for page in run.pages() {
        let expected = (page.index < floods).then_some(ErrorKind::Timeout);
        assert_eq!(kind(&page), expected, "{page:?}");
    }
    Ok(())
}

/// Stopped (Ctrl-Z) until its limit is over, while the whole answer comes: more than one look at it finds.
fn stopped(scraper: &str) -> Result<(), Failed> {
    const LIMIT: Duration = Duration::from_secs(5);
    let (stops, stopped) = mpsc::channel();
    let stopped = Mutex::new(stopped);
    let server = TestServer::start(move |_, stream, _| {
        let _ = stopped.lock().expect("one request").recv();
        stream.write_all(&response("200 OK", &[], &[b'x'; 100_000]))
    });
    let limit = LIMIT.as_secs().to_string();
    let child = bare(scraper).args(["-f", "json", "-t", &limit, &server.url("/")]).spawn();
    let send = |signal: &str| {
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()));
    };
    server.log().wait_until("the request", |seen| !seen.requests.is_empty());
    send("-STOP");
    stops.send(())?;
    thread::sleep(LIMIT + LIMIT / 2);
    send("-CONT");
    let run = Finished::wait(child);
    assert_eq!(run.code, Some(0), "{} {}", run.stdout, run.stderr);
    Ok(())
}

/// A few kilobytes that become ten megabytes, all of which match.
fn decoding(scraper: &str) -> Result<(), Failed> {
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
        bare(scraper).args(["-f", "json", "-s", "*", "-t", &limit]).args(urls).run().pages()
    };
    let [alone] = &fetch(Duration::from_secs(100), vec![server.url("/heavy")])[..] else {
        return Err("one outcome for one page".into());
    };
    assert_eq!(alone.error, None);
    // In a quarter of the time that one of them takes alone, none of forty can be done; and nobody
    // has to wait until one is, which is how it would be if a page were decoded without a pause.
    let limit = alone.elapsed / 4;
    let mut urls = vec![server.url("/heavy"); 40];
    urls.push(server.url("/silent"));
    for page in fetch(limit, urls) {
        assert_eq!(kind(&page), Some(ErrorKind::Timeout), "{page:?}");
        assert!(page.elapsed < alone.elapsed, "{:?} for {:?} alone", page.elapsed, alone.elapsed);
    }
    Ok(())
}

/// What takes the longer to search the more there is before it: minutes, for a megabyte of this.
const SLOW: (&str, &str) = ("b ~ i, p:has(~ *)", "<i></i>");

fn slow_page() -> Vec<u8> {
    ok(&SLOW.1.repeat(150_000))
}

/// There are more of them than processors, so they would take every thread that searches pages.
fn slow_searches(scraper: &str) -> Result<(), Failed> {
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
    let mut urls = vec![server.url("/deep"), server.url("/misnested")];
    urls.resize(2 * processors + 4, server.url("/slow"));
    let slow = urls.len();
    urls.extend((0..40).map(|page| server.url(&format!("/{page}"))));
    let run = bare(scraper).args(["-f", "json", "-s", SLOW.0, "-t", "5"]).args(urls).run();
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
    Ok(())
}

fn interrupted_search(scraper: &str) -> Result<(), Failed> {
    let slow = slow_page();
    let server = TestServer::start(move |_, stream, _| stream.write_all(&slow));
    let url = server.url("/");
    let child = bare(scraper).args(["-f", "json", "-s", SLOW.0, "-t", "1000", &url, &url]).spawn();
    server
        .log()
        .wait_until("both pages were sent", |seen| seen.in_flight == 0 && seen.requests.len() == 2);
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status()?;
    assert!(interrupt.success());
    let run = Finished::wait(child);
    assert_eq!(run.code, Some(130), "it does not wait for what nobody wants: {}", run.stderr);
    Ok(())
}

/// A list of so many hosts that a connection kept open to each would be more than a program may have.
fn many_hosts(scraper: &str) -> Result<(), Failed> {
    let server = TestServer::start_on_all_of_loopback(|_, stream, _| {
        stream.write_all(&ok("<title>ok</title>"))
    });
    let port = server.port();
    let list: String =
        (0..3000).map(|n| format!("http://127.1.{}.{}:{port}/\n", n / 250, n % 250 + 1)).collect();
    let limited = "ulimit -n 512; exec \"$0\" \"$@\"";
    let run = Scraper::new("sh")
        .args(["-c", limited, scraper, "-f", "json", "-i", "-", "-c", "50", "--retries", "0"])
        .run_with(list);
    let failed: Vec<_> = run.pages().into_iter().filter_map(|page| page.error).collect();
    assert!(failed.is_empty(), "{} of 3000 lost: {:?}", failed.len(), failed[0]);
    Ok(())
}

fn few_descriptors(scraper: &str) -> Result<(), Failed> {
    let server = titles();
    let mut list = String::new();
    for page in 0..2000 {
        list += &format!("{}\n", server.url(&format!("/{page}")));
    }
    let limited = "ulimit -n 64; exec \"$0\" \"$@\"";
    let run = Scraper::new("sh")
        .args(["-c", limited, scraper, "-f", "json", "-i", "-", "-c", "1000"])
        .args(BARE)
        .run_with(list);
    let pages = run.pages();
    assert_eq!(pages.len(), 2000, "{}", run.stderr);
    assert!(!run.stderr.contains("internal error"), "{}", run.stderr);
    for page in &pages {
        assert_eq!(page.error, None, "waits until there is a socket for it");
    }
    Ok(())
}

/// A user who has no process but what a test starts.
const NOBODY: u32 = 2_000_000;

fn be(user: u32) -> Vec<String> {
    let user = user.to_string();
    ["setpriv", "--clear-groups", "--reuid", &user, "--regid", &user].map(str::to_owned).into()
}

/// Whether this process may become another user: root may, and is not held to a number of threads.
fn can_be(user: u32) -> bool {
    let [setpriv, arguments @ ..] = &be(user)[..] else { return false };
    let probe = Command::new(setpriv).args(arguments).arg("true").output();
    cfg!(target_os = "linux") && probe.is_ok_and(|probe| probe.status.success())
}

/// One line and no page, or all is well with as few; but neither a panic nor a run that hangs.
fn few_threads(scraper: &str) -> Result<(), Failed> {
    let server = titles();
    let urls = [server.url("/").replace("127.0.0.1", "localhost"), server.url("/")];
    let user = be(NOBODY + std::process::id()); // the system counts by user, and other tests may run
    let run = |threads: usize| {
        Scraper::new(&user[0])
            .args(&user[1..])
            .args(["prlimit", &format!("--nproc={threads}"), scraper, "-f", "json"])
            .args(&urls)
            .run()
    };
    for threads in 1..12 {
        let run = run(threads);
        let said = run.stderr.lines().count();
        let refused = run.code == Some(1) && said == 1 && run.stderr.starts_with("error: cannot ");
        let done = run.code == Some(0) && said == 0;
        assert!(refused || done, "{threads}: {:?} {} {}", run.code, run.stdout, run.stderr);
    }
    let enough = run(1000);
    assert_eq!(enough.code, Some(0), "{} {}", enough.stdout, enough.stderr);
    Ok(())
}

/// The list breaks off, which the exit code tells, too.
fn unheard(scraper: &str) -> Result<(), Failed> {
    let server = titles();
    for backtrace in ["0", "1"] {
        let run = Scraper::new("sh")
            .args(["-c", "RUST_BACKTRACE=$0 exec \"$@\" < / 2> /dev/full"])
            .args([backtrace, scraper, "-f", "json", "-i", "-", &server.url("/")])
            .run();
        assert_eq!((run.code, run.pages().len()), (Some(1), 1), "{} {}", run.stdout, run.stderr);
    }
    Ok(())
}

/// A page that is saved needs a socket and a file, and keeps the one while it waits for the other.
fn few_files(scraper: &str) -> Result<(), Failed> {
    let server = TestServer::start(|_, stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<title>")?;
        stream.flush()?;
        thread::sleep(Duration::from_millis(50));
        stream.write_all(b"</title>")
    });
    for files in ["64", "256"] {
        let folder = tempfile::tempdir()?;
        let limited = "ulimit -n $0; exec \"$@\"";
        let urls = (0..500).map(|page| server.url(&format!("/{page}")));
        let run = Scraper::new("sh")
            .args(["-c", limited, files, scraper, "-f", "json", "-c", "1000", "-t", "200"])
            .args(BARE)
            .arg("--save")
            .arg(folder.path())
            .args(urls)
            .run();
        let failed: Vec<_> = run.pages().into_iter().filter_map(|page| page.error).collect();
        assert!(failed.is_empty(), "{} of 500 lost: {:?}", failed.len(), failed[0]);
        assert_eq!((run.code, fs::read_dir(folder.path())?.count()), (Some(0), 500));
    }
    Ok(())
}

fn large_file(scraper: &str) -> Result<(), Failed> {
    let server = TestServer::start(|request, stream, _| {
        let size = if request.path == "/large" { 300_000 } else { 10 };
        stream.write_all(&response("200 OK", &[], &vec![b'x'; size]))
    });
    let folder = tempfile::tempdir()?;
    let limited = "ulimit -f 100; exec \"$0\" \"$@\""; // of 512 or 1024 bytes each
    let run = Scraper::new("sh")
        .args(["-c", limited, scraper, "-f", "json", "-c", "1", "--save"])
        .arg(folder.path())
        .args([server.url("/small"), server.url("/large"), server.url("/after")])
        .run();
    let kinds: Vec<_> = run.pages().iter().map(kind).collect();
    assert_eq!(kinds, [None, Some(ErrorKind::Save), None], "{} {}", run.stdout, run.stderr);
    assert_eq!(run.code, Some(1));
    for file in fs::read_dir(folder.path())? {
        let name = file?.file_name();
        assert!(!name.to_string_lossy().ends_with(".part"), "{name:?}");
    }
    Ok(())
}

/// The peak of a child's memory, in bytes, read while it runs.
fn peak_memory(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

fn little_memory(scraper: &str) -> Result<(), Failed> {
    const PAGES: usize = 40;
    let site = HostileSite::start()?;
    bomb("br"); // made before the clock runs
    for (name, limit) in [
        ("endless-body", "60"),
        ("endless-header", "60"),
        ("gzip-bomb", "60"),
        ("brotli-bomb", "60"),
    ] {
        let (_, url) = site.urls().find(|(behaviour, _)| behaviour.name == name).expect(name);
        let mut child = bare(scraper).args(["-f", "json", "-i", "-", "-t", limit]).spawn();
        let list = format!("{url}\n").repeat(PAGES);
        let mut stdin = child.stdin.take().expect("it is piped");
        stdin.write_all(list.as_bytes())?;
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        // The list stays open, so that the scraper is still there to be looked at when all is done.
        assert_eq!(stdout.by_ref().take(PAGES).count(), PAGES, "{name}: one outcome for each URL");
        let peak = peak_memory(&child);
        drop(stdin);
        assert_eq!(Finished::wait(child).code, Some(1));
        // Half a megabyte a page, for reqwest alone may read 400 KB ahead on each connection, and one
        // of text. Brotli looks back over as much as its server says, here 4 MB. This leaves room for
        // what a debug build and the allocator add.
        println!("memory: {PAGES} × {name}: {} MB", peak / 1_000_000);
        let most = if name == "brotli-bomb" { 300_000_000 } else { 100_000_000 };
        assert!(peak < most, "{name}: {peak} bytes");
    }
    Ok(())
}

/// Whether this process may have a small disk of its own to fill.
fn can_mount() -> bool {
    if !cfg!(target_os = "linux") {
        return false;
    }
    let probe =
        Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    probe.is_ok_and(|probe| probe.status.success())
}

fn full_disk(scraper: &str) -> Result<(), Failed> {
    let server = TestServer::start(|request, stream, _| {
        let size = if request.path == "/large" { 1_000_000 } else { 1_000 };
        stream.write_all(&response("200 OK", &[], &vec![b'x'; size]))
    });
    let folder = tempfile::tempdir()?;
    let small_disk = "mount -t tmpfs -o size=256k none \"$1\" && shift && exec \"$0\" \"$@\"";
    let folder_path = folder.path().to_str().expect("temporary folders have plain names");
    let run = Scraper::new("unshare")
        .args(["-rm", "sh", "-c", small_disk, scraper, folder_path])
        .args(["-f", "json", "-c", "1", "--save", folder_path])
        .args([server.url("/small"), server.url("/large"), server.url("/after")])
        .run();
    let pages = run.pages();
    let kinds: Vec<_> = pages.iter().map(kind).collect();
    assert_eq!(kinds, [None, Some(ErrorKind::Save), None], "{} {}", run.stdout, run.stderr);
    Ok(())
}

fn killed(scraper: &str) -> Result<(), Failed> {
    let server = TestServer::start(|_, stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")?;
        stream.write_all(&[b'x'; 500_000])?;
        stream.wait_for_close();
        Ok(())
    });
    let folder = tempfile::tempdir()?;
    let folder_path = folder.path().to_str().expect("temporary folders have plain names");
    let mut child =
        Scraper::new(scraper).args(["--save", folder_path, &server.url("/half")]).spawn();
    let half_written = || {
        let mut files = fs::read_dir(folder.path()).ok()?.flatten();
        files.find(|file| file.metadata().is_ok_and(|file| file.len() > 100_000))
    };
    let name = loop {
        // The server has sent half a page, so it must come; if it does not, the scraper has ended.
        if let Some(file) = half_written() {
            break file.file_name();
        }
        assert_eq!(child.try_wait()?, None, "the scraper waits for the rest of the page");
        thread::sleep(Duration::from_millis(5));
    };
    assert!(name.to_string_lossy().ends_with(".part"), "{name:?}");
    child.kill()?;
    child.wait()?;
    for file in fs::read_dir(folder.path())? {
        let name = file?.file_name();
        assert!(name.to_string_lossy().ends_with(".part"), "{name:?}");
    }
    Ok(())
}

/// A long list, a thousand at a time where it is long enough, one in a hundred of its URLs hostile.
fn load(scraper: &str) -> Result<(), Failed> {
    let count = env::var("LOAD").ok().and_then(|count| count.parse().ok()).unwrap_or(LOAD);
    let at_once = (count / 20).clamp(1, 1000).to_string();
    let (practice, hostile) = (PracticeSite::start(0)?, HostileSite::start()?);
    let quick =
        ["closed", "short-body", "bad-chunk-size", "status-520", "redirect-loop", "not-gzip"];
    let hostile: Vec<String> = hostile
        .urls()
        .filter(|(behaviour, _)| quick.contains(&behaviour.name))
        .map(|(_, url)| url)
        .collect();
    let mut child =
        bare(scraper).args(["-f", "json", "-i", "-", "-c", &at_once, "-t", "60"]).spawn();
    let mut stdin = child.stdin.take().expect("it is piped");
    let address = practice.address();
    let list = thread::spawn(move || {
        for index in 0..count {
            let written = match index % 100 {
                99 => writeln!(stdin, "{}", hostile[index / 100 % hostile.len()]),
                _ => writeln!(stdin, "{address}/page/{index}"),
            };
            written.expect("the scraper reads the whole list");
        }
        stdin // stays open until it is dropped
    });
    let mut seen = vec![false; count];
    let mut kinds = BTreeMap::<String, usize>::new();
    let (mut early, mut late) = ((0, 0), (0, 0));
    let descriptors =
        |child: &Child| fs::read_dir(format!("/proc/{}/fd", child.id())).map_or(0, Iterator::count);
    let stdout = child.stdout.take().expect("it is piped");
    for (done, line) in BufReader::new(stdout).lines().take(count).enumerate() {
        let page: Outcome = serde_json::from_str(&line?)?;
        assert!(!std::mem::replace(&mut seen[page.index], true), "{} twice", page.index);
        let hostile = page.index % 100 == 99;
        assert_eq!(page.error.is_some(), hostile, "{page:?}");
        *kinds
            .entry(page.error.map_or("page".into(), |error| error.kind.to_string()))
            .or_default() += 1;
        match done + 1 {
            n if n == count * 2 / 5 => early = (peak_memory(&child), descriptors(&child)),
            n if n == count => late = (peak_memory(&child), descriptors(&child)),
            _ => {}
        }
    }
    drop(list.join());
    assert_eq!(Finished::wait(child).code, Some(1));
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
    Ok(())
}
