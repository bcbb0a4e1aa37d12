//! The machine's limits.

use std::process::{Command, id};

use super::{MANY_HOSTS, peak_memory};
use crate::bomb;
use crate::every_scraper::{Test, named};
use crate::scraper::{Pages, Scraper};
use crate::server::{ALL_OF_LOOPBACK, TestServer, ok, titles};
use crate::site::HostileSite;

pub(super) fn tests() -> Vec<Test> {
    let linux = cfg!(target_os = "linux");
    vec![
        named("machine: 512 file descriptors for three thousand hosts", many_hosts)
            .only_if(MANY_HOSTS),
        named("machine: 64 file descriptors for a thousand at once", few_descriptors)
            .only_if(cfg!(unix)),
        named("machine: many hostile pages in little memory", little_memory).only_if(linux),
        named("machine: threads that cannot be had", few_threads).only_if(can_be(NOBODY)),
        named("machine: nobody can read what is said on standard error", unheard).only_if(linux),
    ]
}

/// A list of so many hosts that a connection kept open to each would be more than a program may have.
fn many_hosts(scraper: &str) {
    let server = TestServer::start_at(ALL_OF_LOOPBACK, |_, stream, _| {
        stream.write_all(&ok("<title>ok</title>"))
    });
    let port = server.port();
    let urls = (0..3000).map(|n| format!("http://127.1.{}.{}:{port}/", n / 250, n % 250 + 1));
    Scraper::in_shell("ulimit -n 512", scraper)
        .json_lines()
        .args(["-c", "50", "--retries", "0"])
        .run_list(urls)
        .assert_all(3000);
}

/// A page waits until there is a socket for it.
fn few_descriptors(scraper: &str) {
    let server = titles();
    let run = Scraper::in_shell("ulimit -n 64", scraper)
        .json_lines()
        .impolite()
        .args(["-c", "1000"])
        .run_list(server.pages(2000));
    assert!(!run.stderr.contains("internal error"), "{}", run.stderr);
    run.assert_all(2000);
}

fn little_memory(scraper: &str) {
    const PAGES: usize = 40;
    let site = HostileSite::start().unwrap();
    bomb("br"); // made before the clock runs
    // Half a megabyte a page, for reqwest alone may read 400 KB ahead on each connection, and one of
    // text. Brotli looks back over as much as its server says, here 4 MB. This leaves room for what a
    // debug build and the allocator add.
    for (name, most) in [
        ("endless-body", 100_000_000),
        ("endless-header", 100_000_000),
        ("gzip-bomb", 100_000_000),
        ("brotli-bomb", 300_000_000),
    ] {
        let (_, url) = site.urls().find(|(behaviour, _)| behaviour.name == name).expect(name);
        let mut running = Scraper::bare(scraper).args(["-t", "60"]).spawn_with_list();
        for _ in 0..PAGES {
            running.list(&url);
        }
        // The list stays open, so that the scraper is still there to be looked at when all is done.
        let pages = running.lines().take(PAGES).count();
        assert_eq!(pages, PAGES, "{name}: one outcome for each URL");
        let peak = peak_memory(&running.child);
        assert_eq!(running.finish().code, Some(1));
        println!("memory: {PAGES} × {name}: {} MB", peak / 1_000_000);
        assert!(peak < most, "{name}: {peak} bytes");
    }
}

/// A user without any process but those of a test.
const NOBODY: u32 = 2_000_000;

fn be(user: u32) -> Vec<String> {
    let user = user.to_string();
    ["--clear-groups", "--reuid", &user, "--regid", &user].map(str::to_owned).into()
}

/// Whether this process may become another user: root may, and is not held to a number of threads.
fn can_be(user: u32) -> bool {
    let probe = Command::new("setpriv").args(be(user)).arg("true").output();
    cfg!(target_os = "linux") && probe.is_ok_and(|probe| probe.status.success())
}

/// One line and no page, or all is well with as few; but neither a panic nor a run that hangs.
fn few_threads(scraper: &str) {
    let server = titles();
    let urls = [server.url("/").replace("127.0.0.1", "localhost"), server.url("/")];
    let user = be(NOBODY + id()); // the system counts by user, and other tests may run
    let run = |threads: usize| {
        Scraper::new("setpriv")
            .args(&user)
            .args(["prlimit", &format!("--nproc={threads}"), scraper])
            .json_lines()
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
    run(1000).assert_all(2);
}

/// The list breaks off, which the exit code tells, too.
fn unheard(scraper: &str) {
    let server = titles();
    for backtrace in ["0", "1"] {
        let unheard = format!("export RUST_BACKTRACE={backtrace}; exec < / 2> /dev/full");
        let run = Scraper::in_shell(&unheard, scraper)
            .json_lines()
            .args(["-i", "-", &server.url("/")])
            .run();
        assert_eq!((run.code, run.pages().len()), (Some(1), 1), "{} {}", run.stdout, run.stderr);
    }
}
