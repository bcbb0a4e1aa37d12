//! The Python twins do what the Rust examples do: the same greetings, the same pages.
//!
//! Skipped, with a message, where there is no Python 3.11 with aiohttp and none can be installed;
//! with REQUIRE_PYTHON=1 that is a failure.

mod common;
#[path = "../program/measure/python.rs"]
mod python;

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;

use common::{program, target};
use serde_json::Value;

const SCRAPERS: [&str; 3] = ["scraper_tokio", "scraper_async_std", "scraper_smol"];

fn docs() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The interpreter, or `None`, said once, if there is none and that is allowed.
fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| {
        match python::find(&target(), &docs().join("python/requirements.txt")) {
            Ok(python) => Some(python),
            Err(reason) if env::var_os("REQUIRE_PYTHON").is_some() => panic!("{reason}"),
            Err(reason) => {
                // Not eprintln, which a test that passes keeps to itself.
                let _ = writeln!(std::io::stderr(), "the Python twins are not tested: {reason}");
                None
            }
        }
    });
    found.as_deref()
}

fn run(mut command: Command) -> Output {
    command.env("PYTHONIOENCODING", "utf-8").stdin(Stdio::null()).output().unwrap()
}

fn twin(python: &Path, name: &str, args: &[&str]) -> Output {
    let mut command = Command::new(python);
    command.arg(docs().join("python").join(name)).args(args);
    run(command)
}

fn rust(name: &str, args: &[&str]) -> Output {
    let mut command = Command::new(program(name));
    command.args(args);
    run(command)
}

fn stdout(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.is_empty(), "{stderr}");
    String::from_utf8(output.stdout.clone()).unwrap().replace("\r\n", "\n")
}

/// Does this for each name at the same time, as most of it is waiting; the results are in order.
fn side_by_side<const N: usize, T: Send>(
    names: [&str; N],
    each: impl Fn(&str) -> T + Sync,
) -> [T; N] {
    thread::scope(|scope| {
        let each = &each;
        let threads = names.map(|name| scope.spawn(move || each(name)));
        threads.map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// The practice site in a process of its own, until the end of a test.
struct Site {
    process: Child,
    address: String,
}

impl Site {
    fn start() -> Self {
        let mut command = Command::new(program("practice_site"));
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let page = lines.nth(1).expect("it prints its pages").unwrap();
        let address = page.strip_suffix("/coffee").expect("the first is /coffee").to_owned();
        Self { process, address }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What can be compared of each page, by its place in the list.
fn pages(output: &Output) -> BTreeMap<u64, Value> {
    let line = |line: &str| {
        let page: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let compared = serde_json::json!({
            "url": page["url"], "status": page["status"], "bytes": page["bytes"],
            "matches": page["matches"], "error": page["error"]["kind"],
            // What is no URL was not tried; aiohttp finds that out when it tries.
            "tries": if page["error"]["kind"] == "invalid_url" { &Value::Null } else { &page["tries"] },
        });
        (page["index"].as_u64().unwrap(), compared)
    };
    stdout(output).lines().map(line).collect()
}

#[test]
fn hello_world_prints_the_same() {
    let Some(python) = python() else { return };
    let classic = stdout(&twin(python, "hello_world.py", &[]));
    assert_eq!(classic, "Hello\nWorld\n");
    let many = stdout(&twin(python, "hello_world.py", &["--tasks", "1000"]));
    side_by_side(["tokio", "async-std", "smol"], |runtime| {
        assert_eq!(stdout(&rust("hello_world", &[runtime])), classic, "{runtime}");
        let lines = stdout(&rust("hello_world", &[runtime, "--tasks", "1000"]));
        let greetings: Vec<_> = lines.lines().take(2).collect();
        assert_eq!(greetings, many.lines().collect::<Vec<_>>(), "{runtime}");
    });
}

#[test]
fn the_scrapers_find_the_same_on_every_page() {
    let Some(python) = python() else { return };
    let site = Site::start();
    // Bound, and let go: whoever connects is refused.
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let mut list = tempfile::NamedTempFile::new().unwrap();
    writeln!(list, "# a comment, and an empty line\n\n{}/page/7?bytes=20000", site.address)
        .unwrap();
    for n in 0..50 {
        writeln!(list, "{}/page/{n}", site.address).unwrap();
    }
    let urls = ["/coffee", "/eggs", "/busy", "/", "/nothing", "/text/3", "/page/1?bytes=0"];
    let mut args: Vec<String> = urls.iter().map(|path| format!("{}{path}", site.address)).collect();
    args.extend([format!("http://{closed}/"), "not a URL".to_owned()]);
    args.extend(["--format", "json", "--concurrency", "10", "--input"].map(str::to_owned));
    args.push(list.path().display().to_string());
    let args: Vec<&str> = args.iter().map(String::as_str).collect();

    let asyncio = twin(python, "scraper.py", &args);
    let found = pages(&asyncio);
    assert_eq!(found.len(), 60, "{found:?}");
    assert_eq!(found[&0]["matches"], serde_json::json!(["Coffee"]));
    assert_eq!((&found[&2]["matches"][0], &found[&2]["tries"]), (&"Pancakes".into(), &3.into()));
    assert_eq!((&found[&4]["error"], &found[&4]["tries"]), (&"status".into(), &1.into()));
    assert_eq!((&found[&7]["error"], &found[&7]["tries"]), (&"connect".into(), &3.into()));
    assert_eq!(found[&8]["error"], "invalid_url");
    assert_eq!(found[&59]["matches"], serde_json::json!(["Page 49"]));
    assert_eq!(asyncio.status.code(), Some(1), "some pages failed");

    for scraper in SCRAPERS {
        let output = rust(scraper, &args);
        assert_eq!(pages(&output), found, "{scraper}");
        assert_eq!(output.status.code(), Some(1), "{scraper}");
    }
    if cfg!(unix) {
        let uvloop = twin(python, "scraper.py", &[&args[..], &["--loop", "uvloop"]].concat());
        assert_eq!(pages(&uvloop), found, "uvloop");
    }
}

#[test]
fn a_page_that_takes_too_long_is_a_timeout_and_hides_no_other() {
    let Some(python) = python() else { return };
    let site = Site::start();
    let slow = format!("{}/page/1?delay_ms=60000", site.address);
    let quick = format!("{}/page/2", site.address);
    let args = ["-f", "json", "-t", "5", &slow, &quick];
    let [asyncio, rusts @ ..] =
        side_by_side(["scraper.py", SCRAPERS[0], SCRAPERS[1], SCRAPERS[2]], |name| match name {
            "scraper.py" => pages(&twin(python, name, &args)),
            _ => pages(&rust(name, &args)),
        });
    assert_eq!(asyncio[&0]["error"], "timeout");
    assert_eq!(asyncio[&1]["status"], 200);
    for (scraper, found) in SCRAPERS.into_iter().zip(rusts) {
        assert_eq!(found, asyncio, "{scraper}");
    }
}

#[test]
fn the_twin_reads_urls_from_standard_input() {
    let Some(python) = python() else { return };
    let site = Site::start();
    let mut command = Command::new(python);
    command.arg(docs().join("python/scraper.py")).args(["--concurrency", "2", "--input", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for n in 0..5 {
        writeln!(stdin, "{}/page/{n}?delay_ms=50", site.address).unwrap();
    }
    drop(stdin);
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(text.lines().count(), 5, "{text}");
}
