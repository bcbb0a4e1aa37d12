//! Lists and URLs.

use crate::every_scraper::{Test, named};
use crate::scraper::{Pages, Scraper, kind};
use crate::server::titles;
use scraper_kit::ErrorKind;

pub(super) fn tests() -> Vec<Test> {
    vec![
        named("input: what is no URL is sent nowhere", no_urls),
        named("input: odd URLs that are legal", odd_urls),
    ]
}

fn no_urls(scraper: &str) {
    let server = titles();
    let mut list = Vec::new();
    for line in [
        &b"http://with\x00nul/"[..],
        b"http://with\x1bescape/",
        b"http://\xff\xfe/",
        b"file:///etc/passwd",
        b"http://[::1",
        format!("{} {}", server.url("/one"), server.url("/two")).as_bytes(),
        format!("http://127.0.0.1/{}", "x".repeat(100_000)).as_bytes(),
    ] {
        list.extend(line);
        list.extend(b"\r\n");
    }
    list.extend(format!("\n  \n# comment\n{}", server.url("/last")).as_bytes());
    let run = Scraper::json(scraper).args(["-i", "-"]).run_with(list);
    let pages = run.pages();
    assert_eq!((run.code, pages.len()), (Some(1), 8), "{}", run.stderr);
    for page in &pages[..7] {
        assert_eq!(kind(page), Some(ErrorKind::InvalidUrl), "{page:?}");
    }
    assert_eq!(pages[7].matches, ["/last"]);
    assert_eq!(server.requests(), 1);
}

fn odd_urls(scraper: &str) {
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
    let run = Scraper::json(scraper).args(&urls).run();
    assert_eq!(run.code, Some(0), "{} {}", run.stdout, run.stderr);
    let titles: Vec<String> = run.pages().iter().map(|page| page.matches.join("")).collect();
    assert_eq!(titles[..2], ["/fragment", "/"]);
    assert_eq!(titles[2], "/with%20space");
    assert!(titles[3].starts_with("/%D0%BA") && titles[3].ends_with("?q=%D0%B6"), "{}", titles[3]);
    assert_eq!(titles[4], "/b/c");
    let idn = Scraper::json(scraper).arg("http://bücher.invalid/").run();
    assert_eq!(idn.kinds(), [Some(ErrorKind::Dns)], "{}", idn.stdout);
}
