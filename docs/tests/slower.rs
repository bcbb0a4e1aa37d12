//! "Is yours slower than Python?": each command of that box, as it is printed there, shows what it is said to
//! show. "yours" is a program that does it, and then one that does not.
//!
//! Skipped where strace or perf may not look into a program; with REQUIRE_STRACE=1 that is a failure.

#![cfg(target_os = "linux")]

mod common;

use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::Path;

use common::{line, program, until};
use testing::{Finished, Running, command, or_skip};

/// The command of the box that has this in it, for this program.
fn printed(part: &str, yours: &str) -> String {
    let chapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/measurements.md");
    let chapter = fs::read_to_string(chapter).unwrap();
    let (_, section) = chapter.split_once("## Is yours slower than Python?").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let mut code = section.split('`').skip(1).step_by(2);
    let found = code.find(|code| code.contains(part)).unwrap_or_else(|| panic!("no `{part}`"));
    found.replace("yours", yours)
}

/// Runs a command of the box, in a folder of its own. `None` where its tool may not look into a program.
fn shell(script: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap(); // perf writes a file
    let run = |script| {
        let run = Finished::run(command("bash").args(["-c", script]).current_dir(&folder));
        (run.code == Some(0)).then_some(run.stdout + &run.stderr)
    };
    let tool =
        if script.starts_with("perf") { "perf record true > /dev/null" } else { "strace true" };
    or_skip(run(tool).ok_or_else(|| format!("`{tool}` fails")), "REQUIRE_STRACE")?;
    Some(run(script).unwrap_or_else(|| panic!("{script} fails")))
}

/// How often the program asks the system for this, as strace counts.
fn calls(name: &str, yours: &str) -> Option<usize> {
    let table = shell(&printed(&format!("-fce trace={name}"), yours))?;
    let mut rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let row = rows.find(|row| row.last() == Some(&name)).unwrap_or_else(|| panic!("{table}"));
    Some(row[3].parse().unwrap())
}

fn scraper() -> String {
    program("scraper_tokio").display().to_string()
}

/// A practice site, and its address.
fn site() -> (Running, String) {
    let mut site = Running::start(&mut command(program("practice_site")));
    let find = |line: String| Some(line.strip_suffix("/coffee")?.to_owned());
    let address = line("the practice site to open", site.0.stdout.take().unwrap(), find);
    (site, address.expect("it prints its pages"))
}

#[test]
fn a_client_for_each_page_connects_for_each() {
    let (_open, address) = site();
    let pages: Vec<String> = (0..10).map(|page| format!("{address}/page/{page}")).collect();
    let with_one = format!("{} -c 1 {}", scraper(), pages.join(" "));
    let with_each = pages.iter().map(|page| format!("{} {page};", scraper())).collect::<String>();
    let Some(one) = calls("connect", &with_one) else { return };
    let each = calls("connect", &format!("sh -c '{with_each}'")).unwrap();
    assert!(one < 10 && each >= 10, "{one} and {each}");
}

#[test]
fn a_bound_shows_in_the_number_of_open_files() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    for (bound, enough) in [("1", 0..20), ("50", 50..100)] {
        let mut scraper = command(scraper());
        scraper.args(["-c", bound, "--per-host", bound]).args(vec![&url; 60]);
        let scraper = Running::start(&mut scraper);
        silent.accept().unwrap(); // it has begun
        let script = printed("/proc/", "").replace("PID", &scraper.0.id().to_string());
        until("as many files as there are pages at once", || {
            let run = Finished::run(command("sh").args(["-c", &script]));
            enough.contains(&run.stdout.trim().parse().expect("a number"))
        });
    }
}

#[test]
fn a_name_server_is_asked_at_port_53() {
    // bash's way to connect a UDP socket; nothing is sent.
    let ask = "bash -c 'for i in 1 2 3; do exec 3<>/dev/udp/127.0.0.1/53; done'";
    let Some(asked) = shell(&printed("htons", ask)) else { return };
    assert_eq!(asked.trim(), "3");
}

#[test]
fn println_writes_each_line_by_itself() {
    let lesson = program("examples/one_thread");
    let lines = Finished::run(command(&lesson).arg("tokio")).stdout.lines().count();
    let Some(each) = calls("write", &format!("{} tokio", lesson.display())) else { return };
    let many_at_once = calls("write", &format!("seq {lines}")).unwrap();
    assert!(lines > 5 && each >= lines && many_at_once < lines, "{each} and {many_at_once}");
}

#[test]
fn a_profile_names_the_allocator() {
    let (_open, address) = site();
    let pages: Vec<String> = (0..60).map(|page| format!("{address}/page/{page}")).collect();
    let record = printed("perf record", &format!("{} {}", scraper(), pages.join(" ")));
    // Into a pipe it would write its data.
    let Some(profile) = shell(&format!("{record} > /dev/null && perf report")) else { return };
    assert!(profile.contains("malloc"), "{profile}");
}
