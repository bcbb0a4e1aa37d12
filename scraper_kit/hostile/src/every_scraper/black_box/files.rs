//! Pages that are saved.

use std::fs;
use std::sync::{Mutex, mpsc};

use crate::compress;
use crate::every_scraper::{Test, test};
use crate::scraper::{Pages, Scraper, kind};
use crate::server::{TestServer, closes, response, titles};
use scraper_kit::ErrorKind;

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(pages_are_saved_whole_and_only_inside_the_folder),
        test(two_runs_into_one_folder_never_name_half_a_file),
        test(what_a_dead_run_left_behind_is_in_nobodys_way),
    ]
}

fn pages_are_saved_whole_and_only_inside_the_folder(scraper: &str) {
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
            Err(closes())
        }
        _ => {
            let body = compress("gzip", &body);
            stream.write_all(&response("200 OK", &["Content-Encoding: gzip"], &body))
        }
    });
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("new/pages");
    let urls = server.urls(["/a/../../x.bin", "/redirect", "/cut"]);
    let pages = Scraper::json(scraper).save(&folder).args(urls).run().pages();
    assert_eq!(kind(&pages[2]), Some(ErrorKind::Protocol), "{:?}", pages[2]);
    let files = fs::read_dir(&folder).unwrap();
    let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["000000-127.0.0.1-x.bin", "000001-127.0.0.1-redirect"]);
    for page in &pages[..2] {
        let file = page.file.as_ref().expect("the file is named in the output");
        assert!(fs::read(file).unwrap() == expected, "{file} differs from what was sent");
    }
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1, "nothing beside the folder");
}

fn two_runs_into_one_folder_never_name_half_a_file(scraper: &str) {
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
    let files = || fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    let run = |page| Scraper::json(scraper).save(folder.path()).arg(server.url(page)).spawn();
    let (mut a, b) = (run("/page?a"), run("/page?b"));
    // Both have half a page, each in a file of its own.
    let is_written = |file: &std::path::PathBuf| file.metadata().is_ok_and(|file| file.len() > 0);
    a.wait_until("the rest of its page", || files().filter(is_written).count() == 2);
    for (running, release, letter) in [(a, release_a, b'a'), (b, release_b, b'b')] {
        drop(release);
        let run = running.wait();
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        let file = run.pages()[0].file.clone().expect("it was saved");
        assert!(fs::read(&file).unwrap() == [letter; SIZE], "{file} is not this run's whole page");
    }
    assert_eq!(files().count(), 1, "both have the same name for it");
}

fn what_a_dead_run_left_behind_is_in_nobodys_way(scraper: &str) {
    let (server, folder) = (titles(), tempfile::tempdir().unwrap());
    fs::create_dir(folder.path().join("000000-127.0.0.1.part")).unwrap();
    fs::write(folder.path().join("000000-127.0.0.1.1-1.part"), "half").unwrap();
    let run = Scraper::json(scraper).save(folder.path()).arg(server.url("/")).run();
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 3);
}
