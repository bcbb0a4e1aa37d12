//! Pages that are saved where that is not easy.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::every_scraper::{Test, named};
use crate::scraper::{Pages, Scraper};
use crate::server::{TestServer, response};
use scraper_kit::ErrorKind;

pub(super) fn tests() -> Vec<Test> {
    vec![
        named("save: fewer files than pages at a time", few_files).only_if(cfg!(unix)),
        named("save: a page that is larger than files may be fails alone", large_file)
            .only_if(cfg!(unix)),
        named("save: a full disk fails its page alone", full_disk).only_if(can_mount()),
        named("save: kill -9 leaves no half file under a final name", killed),
    ]
}

/// A page that is saved needs a socket and a file, and keeps the one while it waits for the other.
fn few_files(scraper: &str) {
    let server = TestServer::start(|_, stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<title>")?;
        stream.flush()?;
        thread::sleep(Duration::from_millis(50));
        stream.write_all(b"</title>")
    });
    for limit in ["ulimit -n 64", "ulimit -n 256"] {
        let folder = tempfile::tempdir().unwrap();
        Scraper::in_shell(limit, scraper)
            .json_lines()
            .impolite()
            .args(["-c", "1000", "-t", "200"])
            .save(folder.path())
            .args(server.pages(500))
            .run()
            .assert_all(500);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 500);
    }
}

fn large_file(scraper: &str) {
    let folder = tempfile::tempdir().unwrap();
    let small_files = Scraper::in_shell("ulimit -f 100", scraper); // of 512 or 1024 bytes each
    one_too_large(small_files, 300_000, folder.path());
    assert!(!half_files(folder.path()).contains(&true));
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

fn full_disk(scraper: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mount = "mount -t tmpfs -o size=256k none \"$0\" && exec \"$@\"";
    let small_disk =
        Scraper::new("unshare").args(["-rm", "sh", "-c", mount]).arg(folder.path()).arg(scraper);
    one_too_large(small_disk, 1_000_000, folder.path());
}

/// Of three pages, the one in the middle is so large that it cannot be saved.
fn one_too_large(scraper: Scraper, size: usize, folder: &Path) {
    let server = TestServer::start(move |request, stream, _| {
        let size = if request.path == "/large" { size } else { 1_000 };
        stream.write_all(&response("200 OK", &[], &vec![b'x'; size]))
    });
    let urls = server.urls(["/small", "/large", "/after"]);
    let run = scraper.json_lines().args(["-c", "1"]).save(folder).args(urls).run();
    assert_eq!(run.kinds(), [None, Some(ErrorKind::Save), None], "{} {}", run.stdout, run.stderr);
    assert_eq!(run.code, Some(1));
}

/// Of each file in the folder, whether its name says that it is half a page.
fn half_files(folder: &Path) -> Vec<bool> {
    let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
    names.map(|name| name.to_string_lossy().ends_with(".part")).collect()
}

fn killed(scraper: &str) {
    let server = TestServer::start(|_, stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")?;
        stream.write_all(&[b'x'; 500_000])?;
        stream.wait_for_close();
        Ok(())
    });
    let folder = tempfile::tempdir().unwrap();
    let mut running = Scraper::new(scraper).save(folder.path()).arg(server.url("/half")).spawn();
    // The server has sent half a page, so it must come.
    running.wait_until("the rest of the page", || {
        let mut files = fs::read_dir(folder.path()).unwrap().flatten();
        files.any(|file| file.metadata().is_ok_and(|file| file.len() > 100_000))
    });
    assert_eq!(half_files(folder.path()), [true]);
    running.kill();
    assert_eq!(half_files(folder.path()), [true]);
}
