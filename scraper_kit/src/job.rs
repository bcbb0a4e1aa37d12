//! The command line, read and checked, made into what a scraper works with.

use std::convert::Infallible;
use std::fmt::Display;
use std::num::NonZeroUsize;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use futures::channel::mpsc;
use futures::stream::{BoxStream, StreamExt};
use lol_html::Selector;

use crate::interrupt::Interrupt;
use crate::page::Clock;
use crate::practice_site::PracticeSite;
use crate::report::Report;
use crate::save::{self, SaveFile};
use crate::target::{self, List, Target};

/// The longest `--timeout`, in seconds: a day.
const MAX_TIMEOUT: f64 = 86_400.0;

/// Fetch web pages concurrently, and show what was found in them.
///
/// Without a URL, the three pages of a practice site on this machine are fetched.
#[derive(Debug, Parser)]
#[command(after_help = "Exit code: 0 every page was fetched, 1 at least one failed, \
                        2 usage error, 130 interrupted.")]
struct CommandLine {
    /// Pages to fetch, http or https
    #[arg(value_name = "URL")]
    urls: Vec<String>,

    /// Read URLs from FILE, one per line ("-": standard input); "#" starts a comment line
    #[arg(short, long, value_name = "FILE")]
    input: Option<PathBuf>,

    /// At most N requests in flight
    #[arg(short, long, value_name = "N", default_value = "100", value_parser = parse_concurrency)]
    concurrency: NonZeroUsize,

    /// Limit for one page, from connecting to its last byte, redirects included
    #[arg(short, long, value_name = "SECONDS", default_value = "30", value_parser = parse_timeout)]
    #[arg(allow_negative_numbers = true)]
    timeout: Duration,

    /// Limit for one page's decoded body
    #[arg(long, value_name = "N", default_value_t = 10 * 1024 * 1024)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    max_bytes: u64,

    /// Extract the text of every element that matches, from each HTML page
    #[arg(short, long, value_name = "CSS", default_value = "title", value_parser = parse_selector)]
    select: Selected,

    /// A table for people, or JSON Lines for programs
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    /// Also write each page's body to a file of its own in DIR
    #[arg(short = 'o', long, value_name = "DIR")]
    save: Option<PathBuf>,

    /// What to call ourselves [default: name and version of this example]
    #[arg(long, value_name = "TEXT", value_parser = parse_user_agent)]
    user_agent: Option<String>,
}

/// How the outcomes are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
}

/// A CSS selector and its source text.
#[derive(Debug, Clone)]
struct Selected(String, Arc<Selector>);

/// What a run works with, from the command line to the report.
pub struct Run {
    /// The options, for every task to hold.
    pub job: Job,
    /// What to fetch, in order; the list behind it is read as the stream is.
    pub targets: BoxStream<'static, Target>,
    /// Completes at Ctrl-C.
    pub interrupted: Interrupt,
    /// Completes when no task holds a [`Job`] any more.
    pub stopped: Stopped,
}

/// The options of a run, as its fields (it derefs to [`Options`]). Cloning copies a handle, not the
/// options, and every task holds a clone.
#[derive(Clone)]
pub struct Job {
    options: Arc<Options>,
    /// Nothing is ever sent: the channel closes when the last clone is dropped.
    _running: mpsc::Sender<Infallible>,
}

/// The options that are the same for every page.
pub struct Options {
    /// At most so many requests are in flight.
    pub concurrency: usize,
    /// The limit for one page.
    pub timeout: Duration,
    /// What the `User-Agent` header says.
    pub user_agent: String,
    pub(crate) max_bytes: u64,
    pub(crate) select: Arc<Selector>,
    pub(crate) clock: Clock,
    save: Option<PathBuf>,
}

impl Deref for Job {
    type Target = Options;

    fn deref(&self) -> &Options {
        &self.options
    }
}

impl Job {
    /// The file to save a page to, if pages are saved.
    pub fn file_for(&self, target: &Target) -> Option<SaveFile> {
        let (folder, url) = (self.save.as_ref()?, target.url.as_ref().ok()?);
        Some(SaveFile::new(folder, target.index, url))
    }
}

/// Completes when every clone of the [`Job`] is gone, and so every task. Cancelling a task is only
/// a request: it is dropped, and its files and sockets are closed, when its executor gets round to
/// it.
pub struct Stopped(mpsc::Receiver<Infallible>);

impl Stopped {
    /// Waits until then.
    pub async fn wait(mut self) {
        // Nothing is ever sent, so the only answer is that the channel is closed.
        let None = self.0.next().await;
    }
}

/// Reads the command line of the scraper called `name`, and begins its run.
///
/// A usage error, `--help` and `--version` end the program here: a line on standard error and exit
/// code 2, or a text on standard output and 0.
pub fn start(name: &'static str, version: &'static str) -> (Run, Report) {
    crate::panic::report_in_one_line(name);
    let command = CommandLine::command().name(name).version(version);
    let line =
        CommandLine::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit());
    let clock = Clock::default();
    let interrupted = Interrupt::install();

    if let Some(folder) = &line.save
        && let Err(error) = save::prepare(folder)
    {
        usage_error("--save", folder.display(), error);
    }
    let list = line.input.as_ref().map(|path| {
        List::open(path).unwrap_or_else(|error| usage_error("--input", path.display(), error))
    });
    let mut urls = line.urls;
    if urls.is_empty() && list.is_none() {
        let site = PracticeSite::start(0)
            .unwrap_or_else(|error| usage_error("practice site", "127.0.0.1", error));
        urls = site.pages();
    }

    let Selected(css, select) = line.select;
    let total = list.is_none().then_some(urls.len());
    let failed = list.as_ref().map(List::failed);
    let report = Report::start(line.format, css, total, clock.clone(), interrupted.clone(), failed);
    let (running, stopped) = mpsc::channel(0);
    let options = Options {
        concurrency: line.concurrency.get(),
        timeout: line.timeout,
        user_agent: line.user_agent.unwrap_or_else(|| format!("{name}/{version}")),
        max_bytes: line.max_bytes,
        select,
        clock,
        save: line.save,
    };
    let run = Run {
        job: Job { options: Arc::new(options), _running: running },
        targets: target::stream(urls, list).boxed(),
        interrupted,
        stopped: Stopped(stopped),
    };
    (run, report)
}

fn usage_error(option: &str, value: impl Display, reason: impl Display) -> ! {
    let message = format!("cannot use '{value}' for {option}: {reason}\n");
    clap::Error::raw(clap::error::ErrorKind::Io, message).exit()
}

fn parse_concurrency(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "give a whole number, 1 or more")
}

fn parse_timeout(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().unwrap_or(f64::NAN);
    let timeout = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    if timeout.is_zero() || seconds > MAX_TIMEOUT {
        return Err("give a number of seconds above 0, up to 86400 (a day)");
    }
    Ok(timeout)
}

fn parse_selector(text: &str) -> Result<Selected, String> {
    let selector: Selector = text.parse().map_err(|error| format!("{error}"))?;
    Ok(Selected(text.to_owned(), Arc::new(selector)))
}

fn parse_user_agent(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err("give printable ASCII text");
    }
    Ok(text.to_owned())
}
