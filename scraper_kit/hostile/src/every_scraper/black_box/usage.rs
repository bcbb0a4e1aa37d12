//! What a new user sees, and what is no use of the program.

use std::fs;
use std::path::Path;

use crate::every_scraper::{Test, test};
use crate::scraper::Scraper;
use crate::server::titles;

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(without_a_url_the_practice_site_is_fetched),
        test(help_shows_every_option_and_its_default),
        test(help_fits_the_terminal).only_if(cfg!(unix)),
        test(usage_errors_name_the_option_and_fetch_nothing),
    ]
}

fn without_a_url_the_practice_site_is_fetched(scraper: &str) {
    let run = Scraper::new(scraper).run();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(lines[0].starts_with("URL "), "{}", run.stdout);
    let pages = [("/coffee", "Coffee"), ("/eggs", "Scrambled eggs"), ("/toast", "Toast")];
    for (line, (path, title)) in lines[1..].iter().zip(pages) {
        assert!(line.contains(path) && line.contains(" 200 ") && line.contains(title), "{line}");
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(lines[5].starts_with("3 pages in "), "{}", lines[5]);
    assert!(lines[5].contains("; one after another they would have taken "), "{}", lines[5]);
}

fn help_shows_every_option_and_its_default(scraper: &str) {
    let help = Scraper::new(scraper).arg("--help").run();
    assert_eq!(help.code, Some(0));
    for shown in [
        "--input",
        "--concurrency",
        "--timeout",
        "--max-bytes",
        "--select",
        "--format",
        "--per-host",
        "--retries",
        "--retry-delay",
        "--delay",
        "--resume",
        "[default: 100]",
        "[default: 6]",
        "[default: 2]",
        "[default: 0.5]",
        "[default: 30]",
        "[default: 10485760]",
        "[default: the page's title]",
    ] {
        assert!(help.stdout.contains(shown), "{shown}");
    }
}

fn help_fits_the_terminal(scraper: &str) {
    for width in [50, 80] {
        let columns = format!("export COLUMNS={width}");
        let help = Scraper::in_shell(&columns, scraper).arg("--help").run();
        assert_eq!(help.code, Some(0));
        for line in help.stdout.lines() {
            assert!(line.chars().count() <= width, "{width} columns: {line}");
        }
    }
}

fn usage_errors_name_the_option_and_fetch_nothing(scraper: &str) {
    let server = titles();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let list = folder.path().join("list");
    fs::write(&list, "http://a/\nhttp://b/\n").unwrap();
    let (missing, below) = (folder.path().join("missing"), file.join("below"));
    for (option, value) in [
        ("--per-host", "0".as_ref()),
        ("--retries", "-1".as_ref()),
        ("--retries", "101".as_ref()),
        ("--delay", "-1".as_ref()),
        ("--retry-delay", "-1".as_ref()),
        ("--retry-delay", "1e9".as_ref()),
        ("--concurrency", "0".as_ref()),
        ("--concurrency", "many".as_ref()),
        ("--timeout", "0".as_ref()),
        ("--timeout", "-1".as_ref()),
        ("--timeout", "nan".as_ref()),
        ("--max-bytes", "0".as_ref()),
        ("--select", "a[".as_ref()),
        ("--format", "xml".as_ref()),
        ("--user-agent", "mé".as_ref()),
        ("--input", missing.as_path()),
        ("--input", folder.path()),
        ("--resume", missing.as_path()),
        ("--resume", folder.path()),
        ("--resume", list.as_path()),
        ("--save", below.as_path()),
        ("--no-such-option", Path::new("")),
    ] {
        let run = Scraper::new(scraper).arg(option).arg(value).arg(server.url("/")).run();
        let value = value.display();
        assert_eq!(run.code, Some(2), "{option} {value}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{option} {value}");
        let line = run.stderr.lines().next().unwrap_or_default();
        assert!(line.starts_with("error: ") && line.contains(option), "{option} {value}: {line}");
    }
    assert_eq!(server.requests(), 0);
}
