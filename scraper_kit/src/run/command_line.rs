//! The command line, read and checked.

use std::fmt::Display;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};

use crate::search::Query;

/// The longest `--timeout` and `--retry-delay`, in seconds: a day.
const MAX_SECONDS: f64 = 86_400.0;

/// The most `--retries`.
const MAX_RETRIES: i64 = 100;

/// Fetch web pages concurrently, and show what was found in them.
///
/// Without a URL, the three pages of a practice site on this machine are fetched.
#[derive(Debug, Parser)]
#[command(after_help = "Exit code: 0 every page was fetched, 1 at least one failed, \
                        2 usage error, 130 interrupted.")]
pub(crate) struct CommandLine {
    /// Pages to fetch, http or https
    #[arg(value_name = "URL")]
    pub(crate) urls: Vec<String>,

    /// Read URLs from FILE, one per line ("-": standard input); "#" starts a comment line
    #[arg(short, long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,

    /// Leave out each URL that an earlier run has fetched: FILE has its output, in JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,

    /// At most N requests in flight
    #[arg(short, long, value_name = "N", default_value = "100", value_parser = parse_count)]
    pub(crate) concurrency: NonZeroUsize,

    /// At most N of them to one host (scheme, host name and port)
    #[arg(long, value_name = "N", default_value = "6", value_parser = parse_count)]
    pub(crate) per_host: NonZeroUsize,

    /// Let so much time lie between two starts to one host, also of further tries
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = parse_delay)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) delay: Duration,

    /// Limit for one page, from connecting to its last byte, redirects and all tries included
    #[arg(short, long, value_name = "SECONDS", default_value = "30", value_parser = parse_timeout)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) timeout: Duration,

    /// Try a page again, N times at most, when that may help: no connection, no answer, or a status
    /// of 408, 425, 429, 500, 502, 503 or 504
    #[arg(long, value_name = "N", default_value = "2", allow_negative_numbers = true)]
    #[arg(value_parser = clap::value_parser!(u8).range(..=MAX_RETRIES))]
    pub(crate) retries: u8,

    /// Wait before the second try, at random up to this, and up to twice as long before each
    /// further one; longer if the server says so (Retry-After)
    #[arg(long, value_name = "SECONDS", default_value = "0.5", value_parser = parse_delay)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) retry_delay: Duration,

    /// Limit for one page's decoded body
    #[arg(long, value_name = "N", default_value_t = 10 * 1024 * 1024)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_bytes: u64,

    /// Extract the text of every element that matches, as a browser without scripts reads the page
    /// [default: the page's title]
    #[arg(short, long, value_name = "CSS", value_parser = parse_selector)]
    pub(crate) select: Option<Selected>,

    /// A table for people, or JSON Lines for programs
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,

    /// Also write each page's body to a file of its own in DIR
    #[arg(short = 'o', long, value_name = "DIR")]
    pub(crate) save: Option<PathBuf>,

    /// What to call ourselves [default: name and version of this example]
    #[arg(long, value_name = "TEXT", value_parser = parse_user_agent)]
    pub(crate) user_agent: Option<String>,
}

/// How the outcomes are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
}

/// A CSS selector and its source text.
#[derive(Debug, Clone)]
pub(crate) struct Selected(pub(crate) String, pub(crate) Query);

impl CommandLine {
    /// Reads the command line of the scraper called `name`. A usage error, `--help` and `--version`
    /// end the program here.
    pub(crate) fn read(name: &'static str, version: &'static str) -> Self {
        let command = Self::command().name(name).version(version);
        Self::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
    }
}

/// Ends the program with a usage error: one that shows only when the value is used.
pub(crate) fn usage_error(option: &str, value: impl Display, reason: impl Display) -> ! {
    let message = format!("cannot use '{value}' for {option}: {reason}\n");
    clap::Error::raw(clap::error::ErrorKind::Io, message).exit()
}

fn parse_count(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "give a whole number, 1 or more")
}

fn parse_timeout(text: &str) -> Result<Duration, &'static str> {
    let timeout = seconds(text).filter(|timeout| !timeout.is_zero());
    timeout.ok_or("give a number of seconds above 0, up to 86400 (a day)")
}

fn parse_delay(text: &str) -> Result<Duration, &'static str> {
    seconds(text).ok_or("give a number of seconds, from 0 to 86400 (a day)")
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds = text.parse().ok().filter(|seconds| *seconds <= MAX_SECONDS)?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn parse_selector(css: &str) -> Result<Selected, String> {
    Ok(Selected(css.to_owned(), css.parse()?))
}

fn parse_user_agent(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err("give printable ASCII text");
    }
    Ok(text.to_owned())
}
