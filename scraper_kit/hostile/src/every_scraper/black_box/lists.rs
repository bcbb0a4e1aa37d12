//! Lists of URLs, in files and on standard input.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::every_scraper::{Test, test};
use crate::scraper::{Pages, Scraper};
use crate::server::{TestServer, ok, response, titles};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(a_list_is_read_as_its_pages_are_fetched),
        test(a_run_goes_on_where_an_earlier_one_was),
        test(ten_thousand_lines_from_standard_input),
        test(a_list_may_be_utf_16_from_a_file_or_standard_input),
        test(a_list_that_is_slow_to_open_holds_up_no_page).only_if(cfg!(unix)),
        test(ctrl_c_ends_a_run_whose_list_nobody_writes).only_if(cfg!(unix)),
    ]
}

fn a_list_is_read_as_its_pages_are_fetched(scraper: &str) {
    let server = titles();
    let mut running = Scraper::json(scraper).args(["--input", "-"]).spawn();
    for page in ["/0", "/1", "/2"] {
        // The next line of the list is written only when the page before has been printed.
        running.list(&server.url(page));
        assert_eq!(running.page().matches, [page]);
    }
    assert_eq!(running.finish().code, Some(0));
}

fn a_run_goes_on_where_an_earlier_one_was(scraper: &str) {
    let server = TestServer::start(|request, stream, log| {
        let first = log.seen().requests.iter().filter(|seen| seen.path == "/bad").count() == 1;
        match request.path.as_str() {
            "/bad" if first => stream.write_all(&response("404 Not Found", &[], b"")),
            path => stream.write_all(&ok(path)),
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let (lines, saved) = (folder.path().join("lines"), folder.path().join("saved"));
    let list = ["/a", "/bad", "/a", "/b", "/c"].map(|path| server.url(path));
    let resume = || Scraper::json(scraper).save(&saved).arg("--resume").arg(&lines);
    let first = Scraper::json(scraper).save(&saved).run_list(&list[..4]);
    assert_eq!(first.code, Some(1));
    // The run was killed in its last line, which is of a page that has yet to be fetched.
    let mut all: Vec<&str> = first.stdout.lines().collect();
    all.sort_by_key(|line| line.contains("/b\""));
    let text = all.join("\n");
    fs::write(&lines, &text[..text.len() - 20]).unwrap();

    let second = resume().run_list(&list);
    let fetched: Vec<_> = second.pages().iter().map(|page| page.index).collect();
    assert_eq!((second.code, fetched), (Some(0), vec![1, 3, 4]));
    assert_eq!(fs::read_dir(&saved).unwrap().count(), 5, "numbers go on");
    assert_eq!(server.requests(), 4 + 3);

    fs::write(&lines, text + "\n" + &second.stdout).unwrap();
    let third = resume().run_list(&list);
    assert_eq!((third.code, third.stdout.as_str()), (Some(0), ""));
}

fn ten_thousand_lines_from_standard_input(scraper: &str) {
    let server = titles();
    let mut list = String::from("# a comment, then a blank line\n\n");
    for url in server.pages(10_000) {
        list += &format!("  {url}\r\n");
    }
    let run = Scraper::json(scraper).args(["-i", "-", "-c", "50"]).run_with(list);
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

fn a_list_may_be_utf_16_from_a_file_or_standard_input(scraper: &str) {
    let server = titles();
    let list = ["\u{feff}", &server.url("/a"), "\r\n# no\r\n", &server.url("/b"), "\r\n"].concat();
    let list: Vec<u8> = list.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list");
    fs::write(&file, &list).unwrap();
    let from_file = Scraper::json(scraper).arg("-i").arg(&file).run();
    let from_stdin = Scraper::json(scraper).args(["-i", "-"]).run_with(list);
    for run in [from_file, from_stdin] {
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        let titles: Vec<_> = run.pages().into_iter().flat_map(|page| page.matches).collect();
        assert_eq!(titles, ["/a", "/b"]);
    }
}

/// A pipe in the file system, which can be opened for reading only when it has a writer.
fn fifo(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

fn a_list_that_is_slow_to_open_holds_up_no_page(scraper: &str) {
    let (server, folder) = (titles(), tempfile::tempdir().unwrap());
    let fifo = fifo(&folder);
    let mut running = Scraper::json(scraper).arg("-i").arg(&fifo).arg(server.url("/given")).spawn();
    assert_eq!(running.page().matches, ["/given"]);
    // Only now has the list a writer.
    let mut list = OpenOptions::new().write(true).open(&fifo).unwrap();
    writeln!(list, "{}", server.url("/listed")).unwrap();
    assert_eq!(running.page().matches, ["/listed"]);
    drop(list);
    assert_eq!(running.wait().code, Some(0));
}

fn ctrl_c_ends_a_run_whose_list_nobody_writes(scraper: &str) {
    let (server, folder) = (titles(), tempfile::tempdir().unwrap());
    let list = fifo(&folder);
    let mut running = Scraper::json(scraper).arg("-i").arg(&list).arg(server.url("/given")).spawn();
    running.line();
    running.send("-INT");
    assert_eq!(running.wait().code, Some(130));
}
