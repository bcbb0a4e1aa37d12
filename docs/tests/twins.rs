//! The Python twins do what the Rust examples do: the same greetings, the same pages. And Python can
//! run a scraper on many machines: each page is counted once.
//!
//! Skipped, with a message, where there is no Python 3.11 with aiohttp and none can be installed;
//! with REQUIRE_PYTHON=1 that is a failure.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{program, target, until};
use serde_json::Value;
use testing::{Finished, Running, command, names_of_the_tested, python};

const SCRAPERS: [&str; 3] = ["scraper_tokio", "scraper_async_std", "scraper_smol"];

fn docs() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn twin(python: &Path, name: &str, args: &[&str]) -> Finished {
    Finished::run(python_command(python).arg(docs().join("python").join(name)).args(args))
}

/// What Python prints is UTF-8, also where the system's encoding is another.
fn python_command(python: &Path) -> Command {
    let mut command = command(python);
    command.env("PYTHONUTF8", "1");
    command
}

fn rust(name: &str, args: &[&str]) -> Finished {
    Finished::run(command(program(name)).args(args))
}

fn stdout(run: &Finished) -> String {
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    run.stdout.replace("\r\n", "\n")
}

/// The practice site in a process of its own, until the end of a test.
struct Site {
    _process: Running,
    address: String,
}

impl Site {
    fn start() -> Self {
        let mut site = command(program("practice_site"));
        let mut process = Running::start(site.stderr(Stdio::inherit()));
        let stdout = process.0.stdout.take().unwrap();
        let coffee = |line: String| line.strip_suffix("/coffee").map(str::to_owned);
        let address = common::line("the practice site", stdout, coffee);
        Self { _process: process, address: address.expect("it prints its pages") }
    }
}

/// What can be compared of each page, by its place in the list.
fn pages(output: &Finished) -> BTreeMap<u64, Value> {
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

/// The module of *Rust under asyncio*, installed where no other test sees it, and what its program prints.
#[test]
fn asyncio_awaits_and_cancels_a_rust_future() {
    let Some(python) = python() else { return };
    let (source, site) = (docs().join("python/rust_cook"), tempfile::tempdir().unwrap());
    // maturin is a program beside the interpreter, and asks for cargo.
    let cargo = PathBuf::from(env::var_os("CARGO").expect("cargo runs the tests"));
    let first = [python.parent(), cargo.parent()].into_iter().flatten().map(Path::to_owned);
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(first.chain(env::split_paths(&path))).unwrap();
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    pip.args(["--no-build-isolation", "--config-settings=build-args=--profile=dev"]);
    pip.arg("--target").args([site.path(), &source]).env("PATH", path);
    pip.env("CARGO_TARGET_DIR", target().join("rust_cook"));
    pip.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in names_of_the_tested() {
        pip.env_remove(name);
    }
    let built = Finished::run(&mut pip);
    assert_eq!(built.code, Some(0), "{}", built.stderr);

    let mut dinner = python_command(python);
    dinner.arg(source.join("dinner.py")).env("PYTHONPATH", site.path());
    let printed = stdout(&Finished::run(&mut dinner));
    let chapter = fs::read_to_string(docs().join("src/from-python.md")).unwrap();
    let shown = format!("```text\n{printed}```\n");
    assert!(chapter.replace("\r\n", "\n").contains(&shown), "{printed}");
}

#[test]
fn hello_world_prints_the_same() {
    let Some(python) = python() else { return };
    let classic = stdout(&twin(python, "hello_world.py", &[]));
    assert_eq!(classic, "Hello\nWorld\n");
    let many = stdout(&twin(python, "hello_world.py", &["--tasks", "1000"]));
    for runtime in ["tokio", "async-std", "smol"] {
        assert_eq!(stdout(&rust("hello_world", &[runtime])), classic, "{runtime}");
        let lines = stdout(&rust("hello_world", &[runtime, "--tasks", "1000"]));
        let greetings: Vec<_> = lines.lines().take(2).collect();
        assert_eq!(greetings, many.lines().collect::<Vec<_>>(), "{runtime}");
    }
}

#[test]
fn the_articles_scrapers_print_the_same_or_all_of_them_fail() {
    let Some(python) = python() else { return };
    let site = Site::start();
    let pages = ["/eggs", "/page/7?bytes=20000", "/nothing"];
    let pages = pages.map(|path| format!("{}{path}", site.address));
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let closed = format!("http://{closed}/");
    for (urls, lines, code) in
        [(vec![&pages[0], &pages[1], &pages[2]], 3, 0), (vec![&pages[0], &closed], 0, 1)]
    {
        let urls: Vec<&str> = urls.into_iter().map(String::as_str).collect();
        let twin = twin(python, "article.py", &urls);
        let printed = twin.stdout.replace("\r\n", "\n");
        assert_eq!((printed.lines().count(), twin.code), (lines, Some(code)));
        for scraper in SCRAPERS {
            let example = format!("examples/{}", scraper.replace("scraper", "article"));
            let output = rust(&example, &urls);
            assert_eq!((output.code, &output.stdout), (Some(code), &printed), "{scraper}");
        }
    }
}

#[test]
fn the_scrapers_find_the_same_on_every_page() {
    let Some(python) = python() else { return };
    let site = Site::start();
    // Bound, and let go: a connection is refused.
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let mut list = tempfile::NamedTempFile::new().unwrap();
    writeln!(list, "# a comment, and an empty line\n\n{}/page/7?bytes=20000", site.address)
        .unwrap();
    for n in 0..50 {
        writeln!(list, "{}/page/{n}", site.address).unwrap();
    }
    let urls = ["/coffee", "/eggs", "/busy", "/", "/nothing", "/text/3", "/page/1?bytes=0"];
    let mut args: Vec<String> = urls.iter().map(|path| format!("{}{path}", site.address)).collect();
    args.extend([
        format!("http://{closed}/"),
        "not a URL".to_owned(),
        "ftp://127.0.0.1/".to_owned(),
    ]);
    args.extend(["--format", "json", "--concurrency", "10", "--input"].map(str::to_owned));
    args.push(list.path().display().to_string());
    let args: Vec<&str> = args.iter().map(String::as_str).collect();

    let found = all_find(python, &args, 1);
    assert_eq!(found.len(), 61, "{found:?}");
    assert_eq!(found[&0]["matches"], serde_json::json!(["Coffee"]));
    assert_eq!((&found[&2]["matches"][0], &found[&2]["tries"]), (&"Pancakes".into(), &3.into()));
    assert_eq!((&found[&4]["error"], &found[&4]["tries"]), (&"status".into(), &1.into()));
    assert_eq!((&found[&7]["error"], &found[&7]["tries"]), (&"connect".into(), &3.into()));
    assert_eq!([&found[&8]["error"], &found[&9]["error"]], ["invalid_url"; 2]);
    assert_eq!(found[&60]["matches"], serde_json::json!(["Page 49"]));
    // On the other loop, and the list from standard input.
    if cfg!(unix) {
        let mut uvloop = python_command(python);
        uvloop.arg(docs().join("python/scraper.py")).args(&args);
        uvloop.args(["--loop", "uvloop", "--input", "-"]).stdin(list.reopen().unwrap());
        assert_eq!(pages(&Finished::run(&mut uvloop)), found, "uvloop");
    }
}

/// The pages that the twin finds, and each scraper, too; and they end with this code.
fn all_find(python: &Path, args: &[&str], code: i32) -> BTreeMap<u64, Value> {
    let asyncio = twin(python, "scraper.py", args);
    let found = pages(&asyncio);
    assert_eq!(asyncio.code, Some(code), "asyncio");
    for scraper in SCRAPERS {
        let output = rust(scraper, args);
        assert_eq!(pages(&output), found, "{scraper}: {args:?}");
        assert_eq!(output.code, Some(code), "{scraper}");
    }
    found
}

#[test]
fn a_selector_finds_the_same_on_every_page() {
    let Some(python) = python() else { return };
    let site = Site::start();
    let list: Vec<String> =
        (0..20).map(|n| format!("{}/page/{n}?bytes=20000", site.address)).collect();
    for selector in ["h1, p:nth-of-type(2)", "body > :last-child", "div:has(a)", "title"] {
        let mut args = vec!["--format", "json", "--select", selector];
        args.extend(list.iter().map(String::as_str));
        assert_eq!(all_find(python, &args, 0).len(), 20, "{selector}");
    }
}

#[test]
fn a_page_that_takes_too_long_is_a_timeout_and_hides_no_other() {
    let Some(python) = python() else { return };
    let site = Site::start();
    let slow = format!("{}/page/1?delay_ms=60000", site.address);
    let quick = format!("{}/page/2", site.address);
    let found = all_find(python, &["-f", "json", "-t", "5", &slow, &quick], 1);
    assert_eq!((&found[&0]["error"], &found[&1]["status"]), (&"timeout".into(), &200.into()));
}

#[test]
fn a_run_goes_on_where_the_others_was() {
    let Some(python) = python() else { return };
    let site = Site::start();
    let urls = [0, 1, 1, 2].map(|n| format!("{}/page/{n}", site.address));
    let urls = urls.each_ref().map(String::as_str);
    let lines = tempfile::NamedTempFile::new().unwrap();
    let resume = ["--delay", "0.02", "-f", "json", "--resume", lines.path().to_str().unwrap()];
    let args = [&resume[..], &urls].concat();
    let both = |urls: &[&str]| {
        let args = [&["-f", "json"], urls].concat();
        [rust(SCRAPERS[0], &args), twin(python, "scraper.py", &args)]
    };
    for first in both(&urls[..2]) {
        let half = "{\"index\":2,\"url\":\"http:";
        fs::write(lines.path(), first.stdout + half).unwrap();
        let [rust, twin] = [rust(SCRAPERS[0], &args), twin(python, "scraper.py", &args)];
        assert_eq!(pages(&rust).keys().collect::<Vec<_>>(), [&2, &3], "{}", rust.stdout);
        assert_eq!(pages(&twin), pages(&rust));
    }
}

/// Pages of several hosts, each a practice site, and a line that is no URL: a list for many machines.
struct ManyHosts {
    sites: Vec<Site>,
    folder: tempfile::TempDir,
    urls: Vec<String>,
}

impl ManyHosts {
    fn start() -> Self {
        const PAGES: usize = 40;
        let sites: Vec<Site> = (0..6).map(|_| Site::start()).collect();
        let page = |n: usize| {
            let site = &sites[n % sites.len()];
            format!("{}/page/{n}?bytes=100&delay_ms=200", site.address)
        };
        let mut urls: Vec<String> = (0..PAGES * sites.len()).map(page).collect();
        urls.insert(7, "no URL".to_owned());
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("urls"), format!("# a comment\n\n{}\n", urls.join("\n")))
            .unwrap();
        Self { sites, folder, urls }
    }

    fn results(&self) -> PathBuf {
        self.folder.path().join("results")
    }

    /// The results, or the pieces of them, by the endings of their names.
    fn files(&self, ending: &str) -> Vec<PathBuf> {
        let files = fs::read_dir(self.results()).into_iter().flatten().flatten();
        let files = files.map(|file| file.path());
        files.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
    }

    fn run(&self, python: &Path) -> Command {
        let mut command = python_command(python);
        command.arg(docs().join("python/many_machines.py")).args(["--parts", "16"]);
        command.arg(program("scraper_smol")).arg(self.folder.path().join("urls"));
        command.arg(self.results()).args(["--", "--concurrency", "2"]);
        command
    }
}

/// Ends a process at once, and tells whether there was one.
fn kill(process: &str) -> bool {
    let (program, args) = match cfg!(windows) {
        true => ("taskkill", vec!["/F", "/PID", process]),
        false => ("kill", vec!["-KILL", process]),
    };
    Finished::run(command(program).args(args)).code == Some(0)
}

#[test]
fn on_many_machines_each_page_counts_once_though_a_worker_is_killed() {
    let Some(python) = python() else { return };
    let hosts = ManyHosts::start();
    let mut run = hosts.run(python).spawn().unwrap();
    let mut result = PathBuf::new();
    until("a worker to be killed in the middle", || {
        assert!(run.try_wait().unwrap().is_none(), "it begins before it ends");
        // What a worker has begun is called PART.HOST-PROCESS.part.
        let Some(unfinished) = hosts.files("part").pop() else { return false };
        let name = unfinished.file_stem().unwrap().to_str().unwrap();
        let killed = kill(name.rsplit_once('-').unwrap().1);
        let (part, _) = name.split_once('.').unwrap();
        result = hosts.results().join(format!("{part}.jsonl"));
        killed && !result.exists() // and not a moment too late
    });

    let output = Finished::wait(run);
    assert_eq!(output.code, Some(0), "{}{}", output.stdout, output.stderr);
    assert!(result.exists(), "another worker has done it");
    let mut places = BTreeSet::new();
    let mut hosts_seen = BTreeSet::new();
    for result in hosts.files("jsonl") {
        let mut hosts_here = BTreeSet::new();
        for line in fs::read_to_string(result).unwrap().lines() {
            let page: Value = serde_json::from_str(line).unwrap();
            let place = usize::try_from(page["index"].as_u64().unwrap()).unwrap();
            assert!(places.insert(place), "{place} counts twice");
            assert_eq!(page["url"], hosts.urls[place], "its place in the list");
            let is_url = hosts.urls[place] != "no URL";
            assert_eq!(page["status"].as_u64(), is_url.then_some(200), "{page}");
            hosts_here.extend(page["url"].as_str().unwrap().split('/').nth(2).map(str::to_owned));
        }
        for host in hosts_here {
            assert!(hosts_seen.insert(host), "no host is in two parts");
        }
    }
    assert_eq!(places.len(), hosts.urls.len(), "no page is missing");
    assert_eq!(hosts_seen.len(), hosts.sites.len());
    assert!(hosts.files("part").is_empty(), "nothing is left over");

    // What is done is not done again, not even when no server answers any more.
    let (folder, urls) = (hosts.folder, hosts.urls);
    let hosts = ManyHosts { sites: Vec::new(), folder, urls };
    let again = stdout(&Finished::run(&mut hosts.run(python)));
    assert_eq!(again.lines().count(), 1, "{again}");
    assert!(again.contains(" parts are done; the results are in "), "{again}");
}

#[test]
fn on_many_machines_what_goes_wrong_is_told_in_a_line() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("urls"), "http://127.0.0.1:1/\n").unwrap();
    let scraper = program("scraper_tokio").display().to_string();
    let usage_error = " is not done: the scraper's exit code is 2";
    for (scraper, list, more, code, told, said) in [
        ("no-such-scraper", "urls", &[][..], 2, "there is no program no-such-scraper", ""),
        (&scraper, "nothing", &[], 2, "nothing", ""),
        // A scraper that ends with a usage error, twice.
        (&scraper, "urls", &["--", "--no-such-option"], 1, usage_error, "0 of 1 parts are done"),
        // Other options would make other results.
        (&scraper, "urls", &[], 2, "or of other options", ""),
    ] {
        let args = [scraper, &path(list), &path("results")];
        let output = twin(python, "many_machines.py", &[&args, more].concat());
        let last = output.stderr.lines().next_back().unwrap_or_default();
        assert_eq!((output.code, last.contains(told)), (Some(code), true), "{told}: {last}");
        assert!(output.stdout.starts_with(said), "{}", output.stdout);
    }
}

/// What a lesson or an exercise says of Python at its top: its indented lines after "In Python".
fn python_at_the_top(source: &str) -> String {
    let top = source.lines().take_while(|line| line.starts_with("//!"));
    let after = top.skip_while(|line| !line.starts_with("//! In Python"));
    let code = after.filter_map(|line| match line.strip_prefix("//!")? {
        "" => Some(""),
        line => line.strip_prefix("     "),
    });
    code.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_python_at_the_top_of_lessons_and_exercises_compiles() {
    let Some(python) = python() else { return };
    let exercises = fs::read_dir(docs().join("exercises/exercises")).unwrap();
    let mut folders: Vec<PathBuf> = exercises.map(|entry| entry.unwrap().path()).collect();
    folders.push(docs().join("../hello_world/examples"));
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut sources = 0;
    for file in files.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let code = python_at_the_top(&fs::read_to_string(&file).unwrap().replace("\r\n", "\n"));
        if code.trim().is_empty() {
            continue; // nothing in Python is like it
        }
        // As the body of a coroutine: then it may await and return.
        let code = format!("async def top():\n{}", code.replace('\n', "\n    "));
        let compile = "import sys\ncompile(sys.argv[1], sys.argv[2], 'exec')";
        let output = Finished::run(python_command(python).args(["-c", compile, &code]).arg(&file));
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        sources += 1;
    }
    assert!(sources > 35, "{sources}");
}
