//! The contract: what every scraper makes of every behaviour of the hostile site.

mod another_try;
mod connection;
mod hosts;
mod input;
mod load;
mod machine;
mod network;
mod save;
mod time;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Arc, OnceLock};
use std::thread;

use libtest_mimic::{Failed, Trial};

pub use network::inside;

use super::Test;
use crate::scraper::{Pages, Scraper};
use crate::site::{Behaviour, Expected, GROUPS, HostileSite};
use crate::tls::CAN_TRUST;
use scraper_kit::{ErrorKind, Outcome};

/// Whether all of 127.0.0.0/8 is this machine; elsewhere it is one address of it.
const MANY_HOSTS: bool = cfg!(target_os = "linux");

/// What no single URL shows: lists, files, and the machine's limits.
pub(super) fn tests() -> Vec<Test> {
    let tests = [
        input::tests(),
        connection::tests(),
        hosts::tests(),
        another_try::tests(),
        time::tests(),
        machine::tests(),
        save::tests(),
        load::tests(),
    ];
    tests.into_iter().flatten().collect()
}

/// A test that the table in the documentation is what happens, and one for each behaviour.
pub(super) fn behaviours(binary: &'static str) -> (Trial, Vec<Trial>) {
    let outcomes = Arc::new(Outcomes { binary, pages: OnceLock::new() });
    let table = Arc::clone(&outcomes);
    let current =
        Trial::test("the table in the documentation is what happens", move || table.check_table());
    let mut trials = Vec::new();
    for (group, behaviours) in GROUPS {
        trials.extend(behaviours.iter().map(|behaviour| {
            let outcomes = Arc::clone(&outcomes);
            let title = format!("{group}: {} ({})", behaviour.name, behaviour.what);
            let possible = CAN_TRUST || !behaviour.needs_trust;
            let trial = Trial::test(title, move || outcomes.check(behaviour));
            trial.with_ignored_flag(!possible)
        }));
    }
    (current.with_ignored_flag(!CAN_TRUST), trials)
}

/// What became of every behaviour. Whichever test comes first runs the scraper, and a run that went
/// wrong is not repeated.
struct Outcomes {
    binary: &'static str,
    pages: OnceLock<Result<BTreeMap<&'static str, Outcome>, String>>,
}

impl Outcomes {
    fn pages(&self) -> Result<&BTreeMap<&'static str, Outcome>, Failed> {
        self.pages.get_or_init(|| fetch_all(self.binary)).as_ref().map_err(Failed::from)
    }

    fn check(&self, behaviour: &Behaviour) -> Result<(), Failed> {
        match self.pages()?.get(behaviour.name) {
            Some(page) if !behaviour.expected.is_met_by(page) => {
                Err(format!("{:?} expected: {page:?}", behaviour.expected).into())
            }
            _ => Ok(()), // met, or this machine has no port for it
        }
    }

    fn check_table(&self) -> Result<(), Failed> {
        let path = table_path();
        let before = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        let mut after = String::from(PREFACE);
        for (group, behaviours) in GROUPS {
            after += &format!("\n## {}\n\n{HEADER}", capitalized(group));
            for Behaviour { name, what, .. } in behaviours {
                let what = what.replace('<', "&lt;"); // no tag of this page
                let outcome = self.pages()?.get(name).map_or("? | ?".to_owned(), outcome);
                after += &format!("| `{name}` | {what} | {outcome} |\n");
            }
        }
        after += AFTERWORD;
        if env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&path, &after)?;
        } else if before != after {
            let differs = before.lines().zip(after.lines()).find(|(then, now)| then != now);
            let (then, now) = differs.unwrap_or(("the end is missing", ""));
            let path = path.display();
            let what = format!("{path} is stale, run this with UPDATE_DOCS=1: {then} is now {now}");
            return Err(what.into());
        }
        Ok(())
    }
}

/// The outcome of each behaviour, by its name: one run of the scraper for those that take until its
/// timeout, and one beside it for the others.
fn fetch_all(binary: &str) -> Result<BTreeMap<&'static str, Outcome>, String> {
    let site = HostileSite::start().map_err(|error| error.to_string())?;
    let (slow, quick): (Vec<_>, Vec<_>) = site
        .urls()
        .partition(|(behaviour, _)| behaviour.expected == Expected::Fails(ErrorKind::Timeout));
    let fetch = |limit: &str, visited: Vec<(&'static Behaviour, String)>| {
        let (behaviours, urls): (Vec<&Behaviour>, Vec<_>) = visited.into_iter().unzip();
        let run = Scraper::json(binary)
            .args(["-t", limit, "--per-host", "1000"])
            .args(urls)
            .trust(site.ca().file())
            .run();
        // Some pages fail, no word of it but in its outcome, and one outcome for each URL.
        let (urls, lines) = (behaviours.len(), run.stdout.lines().count());
        if run.code != Some(1) || !run.stderr.is_empty() || lines != urls {
            return Err(format!("{urls} URLs: {:?}, {lines} lines: {}", run.code, run.stderr));
        }
        Ok(behaviours.into_iter().map(|behaviour| behaviour.name).zip(run.pages()))
    };
    thread::scope(|scope| {
        let slow = scope.spawn(|| fetch("3", slow));
        let quick = fetch("200", quick)?;
        Ok(quick.chain(slow.join().expect("a run fails with an error")?).collect())
    })
}

const PREFACE: &str = "# The hostile web

What the scrapers make of a server that does these things: the page, with its status, or a failure
of that kind, and after how many tries. It is the same on all three runtimes; this file is written by
the tests that hold each of them to it. See for yourself: `cargo run -p hostile_site` serves every
row.
";

const AFTERWORD: &str = "
## What one client cannot be told

The outcomes are the same; the way there is not always. reqwest, under `scraper_tokio`, has no setting
for these:

- **How much is read at a time.** While a server floods us (as in `endless-zeros` and `100-for-ever`, but
  as fast as it can), hyper reads as long as there is something to read. The other two give it a socket
  that pauses after 16 KB. Two floods at once cost `scraper_tokio` no page, but they make it late: for
  some seconds nobody looks at `--timeout` or at Ctrl-C. Twenty make it so late that good pages are lost.
  No setting of reqwest 0.13 helps: its `connector_layer` hands on connections of a type that nobody else
  can make or wrap, and neither the size of hyper's buffer nor of the socket's can be set. What would help
  is a limit in hyper, which as of 1.12 counts no `100 Continue` and reads on after each (`Buffered::parse`):
  a few of them for a request, or a pause after some reads.
- **Whether a connection is a new one.** A pooled connection that turns out to be closed is no answer, and
  the page is asked for once more over a new one. reqwest does not tell which it was, so `scraper_tokio` asks
  twice where the first connection was new, too.
- **When the next address is tried.** Where the first address of a host swallows everything, the other two
  try the second after a quarter of a second. reqwest does that only between an IPv6 and an IPv4 address.
  Among those of one kind it divides the time for connecting: the second of two is tried after half of
  `--timeout`.
- **How many connections are kept.** reqwest limits them for each host. With many hosts `scraper_tokio` may
  have to wait until one has been idle for a tenth of a second; the other two close the one that has been
  idle for longest.

None of the three can be told how long chunk extensions may be. They are to be ignored (RFC 9112,
section 7.1.1), and curl and browsers read any number; hyper, which all three stand on, refuses a body in
which they come to more than 16 KB, against a server that sends nothing else (`long-chunk-extensions`).
";

const HEADER: &str = "| Behaviour | What the server does | What comes of it | Tries |
| --- | --- | --- | ---: |
";

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn table_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/hostile-web.md")
}

/// The peak of a child's memory, in bytes, read while it runs.
fn peak_memory(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

/// What became of a page, as the table tells it in two columns.
fn outcome(page: &Outcome) -> String {
    let tries = page.tries;
    match (&page.error, page.status) {
        // It depends on the machine whether a name server says so, or none answers.
        (Some(error), _) if error.kind == ErrorKind::Dns => format!("`{}` | 1 or 3", error.kind),
        (Some(error), _) => format!("`{}` | {tries}", error.kind),
        (None, Some(status)) => format!("page, {status} | {tries}"),
        (None, None) => format!("page | {tries}"),
    }
}
