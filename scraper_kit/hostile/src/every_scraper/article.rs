//! What the article's scraper does, on each of the three runtimes: the program in `examples/`.

use std::env;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use testing::{Finished, cargo};

use super::{Test, test};
use crate::scraper::Scraper;
use crate::server::{TestServer, ok};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(it_prints_the_lengths_of_the_practice_sites_pages),
        test(it_requests_all_pages_at_once_and_counts_characters),
        test(a_page_that_fails_takes_the_others_along),
        test(a_closed_pipe_is_an_error_and_no_panic).only_if(cfg!(unix)),
    ]
}

/// The example of the package whose scraper is tested, as `cargo run --example` would start it.
fn article(scraper: &str) -> Scraper {
    static BUILT: OnceLock<String> = OnceLock::new();
    Scraper::new(BUILT.get_or_init(|| {
        let scraper = Path::new(scraper);
        let name = scraper.file_stem().and_then(|name| name.to_str()).expect("a plain name");
        let name = name.replace("scraper", "article");
        // `cargo test` has built it already, but `cargo test --test contract` has not. Not with
        // --package: of all default members, cargo chooses the dependencies' features as before.
        if env::var_os("CARGO").is_some() {
            let mut cargo = cargo();
            cargo.args(["build", "--quiet", "--example", &name]);
            cargo.args((!cfg!(debug_assertions)).then_some("--release"));
            assert!(cargo.status().unwrap().success(), "cargo build fails");
        } // else this test was started by itself, as .ci/anywhere does
        let program = format!("examples/{name}{}", env::consts::EXE_SUFFIX);
        scraper.with_file_name(program).to_str().expect("a plain path").to_owned()
    }))
}

fn it_prints_the_lengths_of_the_practice_sites_pages(scraper: &str) {
    let Finished { code, stdout, stderr } = article(scraper).run();
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let pages = ["coffee", "eggs", "toast"].map(|name| {
        let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../site");
        let page = fs::read_to_string(site.join(format!("{name}.html"))).unwrap();
        format!("{}\n", page.chars().count())
    });
    assert_eq!(stdout, pages.concat());
}

fn it_requests_all_pages_at_once_and_counts_characters(scraper: &str) {
    let server = TestServer::start(|request, connection, log| {
        log.wait_until("all three are requested", |seen| seen.requests.len() == 3);
        // As servers do: compressed only for a client that says that it understands it.
        assert_eq!(request.header("Accept-Encoding"), None);
        connection.write_all(&ok(if request.path == "/b" { "дом" } else { "house" }))
    });
    let run = article(scraper).args(["/a", "/b", "/c"].map(|path| server.url(path))).run();
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "5\n3\n5\n", ""));
}

fn a_page_that_fails_takes_the_others_along(scraper: &str) {
    let server = TestServer::start(|_, connection, _| connection.write_all(&ok("a page")));
    let good = server.url("/");
    for bad in ["http://127.0.0.1:1/", "no URL"] {
        let Finished { code, stdout, stderr } = article(scraper).args([&good, bad, &good]).run();
        assert_eq!((code, stdout.as_str()), (Some(1), ""), "{bad}: {stderr}");
        assert!(stderr.starts_with(&format!("Error: {bad}: ")), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

fn a_closed_pipe_is_an_error_and_no_panic(scraper: &str) {
    let mut running = article(scraper).spawn();
    drop(running.child.stdout.take());
    let run = running.wait();
    assert_eq!((run.code, run.stderr.lines().count()), (Some(1), 1), "{}", run.stderr);
    assert!(run.stderr.starts_with("Error: Broken pipe"), "{}", run.stderr);
}
