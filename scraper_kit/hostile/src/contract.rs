//! The contract: what every scraper makes of every behaviour of the hostile site.

mod network;
mod scenarios;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Failed, Trial};

use crate::runner::Scraper;
use crate::site::{BEHAVIOURS, Behaviour, Expected, HostileSite};
use scraper_kit::ErrorKind;
use scraper_kit::Outcome;

/// Whether `SSL_CERT_FILE` makes a client trust the test's authority: elsewhere the system's own
/// settings decide (rustls-platform-verifier), and no test changes those.
const CAN_TRUST: bool = cfg!(target_os = "linux");

/// Runs the contract on the scraper at this path, a test for each behaviour; with `UPDATE_DOCS=1` in
/// the environment, also writes the table.
pub fn run(binary: &'static str) -> ExitCode {
    if let Some(ended) = network::inside(binary) {
        return ended;
    }
    let mut arguments = Arguments::from_args();
    // While some scenarios only wait, others can compute.
    arguments.test_threads = arguments.test_threads.or(Some(4));
    let outcomes = Arc::new(Outcomes { binary, pages: OnceLock::new() });
    let table = Arc::clone(&outcomes);
    let current =
        Trial::test("the table in the documentation is what happens", move || table.check_table());
    // First the table, which makes the outcomes, and the scenarios beside it: the behaviours only
    // look at outcomes, and would all wait for them.
    let mut trials = vec![current.with_ignored_flag(!CAN_TRUST)];
    trials.extend(scenarios::trials(binary));
    trials.extend(BEHAVIOURS.iter().map(|behaviour| {
        let outcomes = Arc::clone(&outcomes);
        let title = format!("{}: {} ({})", behaviour.group, behaviour.name, behaviour.what);
        let possible = CAN_TRUST || !behaviour.needs_trust();
        let trial = Trial::test(title, move || outcomes.check(behaviour));
        trial.with_ignored_flag(!possible)
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// What became of every behaviour: one run of the scraper for those that take until its timeout, and
/// one for the others. Whichever test comes first runs it, and a run that went wrong is not repeated.
struct Outcomes {
    binary: &'static str,
    pages: OnceLock<Result<BTreeMap<&'static str, Outcome>, String>>,
}

impl Outcomes {
    fn pages(&self) -> Result<&BTreeMap<&'static str, Outcome>, Failed> {
        let pages = self.pages.get_or_init(|| {
            let site = HostileSite::start().map_err(|error| error.to_string())?;
            let timeout = Expected::Fails(ErrorKind::Timeout);
            let waits = |behaviour: &Behaviour| behaviour.expected == timeout;
            let mut pages = BTreeMap::new();
            for (limit, these_wait) in [("3", true), ("200", false)] {
                let (behaviours, urls): (Vec<_>, Vec<_>) =
                    site.urls().filter(|(behaviour, _)| waits(behaviour) == these_wait).unzip();
                let run = Scraper::new(self.binary)
                    .args(["-f", "json", "-t", limit, "--per-host", "1000"])
                    .args(urls)
                    .trust(site.ca().file())
                    .run();
                // Some pages fail, no word of it but in its outcome, and one outcome for each URL.
                let lines = run.stdout.lines().count();
                if run.code != Some(1) || !run.stderr.is_empty() || lines != behaviours.len() {
                    let urls = behaviours.len();
                    return Err(format!(
                        "{urls} URLs: {:?}, {lines} lines: {}",
                        run.code, run.stderr
                    ));
                }
                let names = behaviours.iter().map(|behaviour| behaviour.name);
                pages.extend(names.zip(run.pages()));
            }
            Ok(pages)
        });
        pages.as_ref().map_err(Failed::from)
    }

    fn check(&self, behaviour: &Behaviour) -> Result<(), Failed> {
        let Some(page) = self.pages()?.get(behaviour.name) else {
            return Ok(()); // this machine has no port for it
        };
        let expected = behaviour.expected;
        let met = match expected {
            Expected::Page("") => page.error.is_none() && page.matches.is_empty(),
            Expected::Page("…") => {
                page.error.is_none() && page.matches.iter().any(|title| title.ends_with('…'))
            }
            Expected::Page(title) => {
                page.error.is_none() && page.matches.first().is_some_and(|found| found == title)
            }
            Expected::Fails(kind) => page.error.as_ref().map(|error| error.kind) == Some(kind),
        };
        if !met {
            return Err(format!("{expected:?} expected: {page:?}").into());
        }
        Ok(())
    }

    fn check_table(&self) -> Result<(), Failed> {
        let path = table_path();
        let before = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        let mut after = String::from(PREFACE);
        let mut group = "";
        for behaviour in BEHAVIOURS {
            if group != behaviour.group {
                group = behaviour.group;
                after += &format!("\n## {}\n\n{HEADER}", capitalized(group));
            }
            let Behaviour { name, what, .. } = behaviour;
            let what = what.replace('<', "&lt;"); // no tag of this page
            let outcome = self.pages()?.get(name).map_or("? | ?".to_owned(), outcome);
            after += &format!("| `{name}` | {what} | {outcome} |\n");
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
  Among those of one kind it divides the time for connecting: of two, the second has its turn after half of
  `--timeout`.
- **How many connections are kept.** reqwest limits them for each host. With many hosts `scraper_tokio` may
  have to wait until one has been idle for a second; the other two close the one that nobody has used
  for longest.

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
