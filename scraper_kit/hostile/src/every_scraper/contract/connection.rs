//! Connections that end too early, and names that are slow to resolve.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

use super::network;
use crate::every_scraper::{Test, named};
use crate::scraper::{Pages, Scraper, name_of};
use crate::server::{TestServer, closes, ok, read_request, response, speak_tls, titles};
use crate::tls::{CAN_TRUST, TestCa};
use scraper_kit::ErrorKind;

pub(super) fn tests() -> Vec<Test> {
    let in_network = |name, scenario| {
        named(name, move |scraper| network::scenario(scraper, scenario))
            .only_if(network::possible())
    };
    vec![
        named("connection: a server that stops listening half-way", stops_listening),
        named("connection: closed after some answers, and not a word said", closes_silently),
        named("connection: closed after each answer, over TLS", closes_over_tls).only_if(CAN_TRUST),
        named("connection: a 408 on an idle connection is no answer", times_out_idle),
        named("connection: a new one that is closed is not tried for ever", closes_new_ones),
        in_network("connection: a host whose first address swallows everything", "dead-address"),
        in_network("connection: the system gives up connecting", "system-timeout"),
        named("connection: one TLS handshake in two is cut off", cuts_handshakes)
            .only_if(CAN_TRUST),
        in_network("connection: slow names hold up no others", "slow-names"),
        named("TLS: no root certificates on the machine", no_roots).only_if(CAN_TRUST),
    ]
}

fn stops_listening(scraper: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (over, run_is_over) = mpsc::channel::<()>();
    thread::spawn(move || -> io::Result<()> {
        let (mut stream, _) = listener.accept()?;
        // Linux keeps the port for us meanwhile; elsewhere another program may get it.
        let _kept = cfg!(target_os = "linux").then(|| {
            let _ = SockRef::from(&listener).shutdown(Shutdown::Both);
            listener
        });
        let mut reader = BufReader::new(&mut stream);
        while reader.read_line(&mut String::new())? > 2 {}
        stream.write_all(&response("200 OK", &["Connection: close"], b"<title>last</title>"))?;
        drop(stream);
        let _ = run_is_over.recv();
        Ok(())
    });
    let run = Scraper::bare(scraper).args(["-c", "1", &url, &url, &url]).run();
    drop(over);
    let refused = Some(ErrorKind::Connect);
    assert_eq!(run.kinds(), [None, refused, refused], "{}", run.stdout);
}

/// Fetches so many pages of this server, and wants them all.
fn all_pages(scraper: Scraper, server: &TestServer, count: usize) {
    scraper.args(["-c", "100"]).run_list(server.pages(count)).assert_all(count);
}

fn closes_silently(scraper: &str) {
    for answers in [1, 2, 8] {
        let counter = AtomicUsize::new(0);
        let server = TestServer::start(move |_, stream, _| {
            stream.write_all(&ok("<title>ok</title>"))?;
            match counter.fetch_add(1, Ordering::Relaxed) % answers {
                0 => Err(closes()),
                _ => Ok(()),
            }
        });
        all_pages(Scraper::bare(scraper), &server, 1000);
    }
}

fn closes_over_tls(scraper: &str) {
    let ca = TestCa::new();
    for says_goodbye in [true, false] {
        let config = ca.server_config("127.0.0.1");
        let server = TestServer::start_tls(config, says_goodbye, |_, stream, _| {
            stream.write_all(&ok("<title>ok</title>"))?;
            Err(closes())
        });
        // A handshake takes long in a debug build.
        all_pages(Scraper::bare(scraper).trust(ca.file()), &server, 300);
    }
}

fn times_out_idle(scraper: &str) {
    let server = TestServer::start(|_, stream, _| {
        stream.write_all(&ok("<title>ok</title>"))?;
        stream.flush()?;
        thread::sleep(Duration::from_millis(50));
        stream.write_all(&response("408 Request Timeout", &["Connection: close"], b""))?;
        Err(closes())
    });
    let mut running = Scraper::bare(scraper).spawn_with_list();
    for _ in 0..5 {
        running.list(&server.url("/"));
        assert_eq!(running.page().error, None);
        // The connection is idle and told to go away, and the scraper has the time to hear of it.
        server.log().wait_until("the 408", |seen| seen.open == 0);
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(running.finish().code, Some(0));
}

fn closes_new_ones(scraper: &str) {
    let server = TestServer::start(|_, _, _| Err(closes()));
    let run = Scraper::bare(scraper).arg(server.url("/")).run();
    assert_eq!(run.kinds(), [Some(ErrorKind::Protocol)], "{}", run.stdout);
    // reqwest does not tell whether a connection that broke was a pooled one.
    let most = if name_of(scraper) == "scraper_tokio" { 2 } else { 1 };
    assert!(server.requests() <= most);
}

/// Pages one after another, so that the next connection is the same page's.
fn cuts_handshakes(scraper: &str) {
    let ca = TestCa::new();
    let config = Arc::new(ca.server_config("127.0.0.1"));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    thread::spawn(move || -> io::Result<()> {
        for number in 0.. {
            let (mut socket, _) = listener.accept()?;
            if number % 2 == 0 {
                if number % 4 == 0 {
                    SockRef::from(&socket).set_linger(Some(Duration::ZERO))?;
                }
                let _ = socket.read(&mut [0; 4096]); // a ClientHello
                continue;
            }
            let mut stream = speak_tls(&config, socket)?;
            read_request(&mut BufReader::new(&mut stream))?;
            stream.write_all(&response("200 OK", &["Connection: close"], b""))?;
            stream.conn.send_close_notify();
            stream.flush()?;
        }
        Ok(())
    });
    let urls = vec![url; 20];
    Scraper::bare(scraper).args(["-c", "1"]).args(urls).trust(ca.file()).run().assert_all(20);
}

fn no_roots(scraper: &str) {
    let (plain, ca) = (titles(), TestCa::new());
    let tls = TestServer::start_tls(ca.server_config("127.0.0.1"), true, |_, stream, _| {
        stream.write_all(&ok("<title>ok</title>"))
    });
    let urls = [plain.url("/1"), tls.url("/2"), plain.url("/3")];
    let run = Scraper::json(scraper).args(urls).trust("/dev/null".as_ref()).run();
    assert_eq!(run.kinds(), [None, Some(ErrorKind::Tls), None], "{} {}", run.stdout, run.stderr);
}
