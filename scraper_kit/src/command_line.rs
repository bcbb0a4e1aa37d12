//! The command line, read and checked.

use std::fmt::Display;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use scraper_html::Selector;

/// The longest `--timeout`, in seconds: a day.
const MAX_TIMEOUT: f64 = 86_400.0;

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

    /// At most N requests in flight
    #[arg(short, long, value_name = "N", default_value = "100", value_parser = parse_concurrency)]
    pub(crate) concurrency: NonZeroUsize,

    /// Limit for one page, from connecting to its last byte, redirects included
    #[arg(short, long, value_name = "SECONDS", default_value = "30", value_parser = parse_timeout)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) timeout: Duration,

    /// Limit for one page's decoded body
    #[arg(long, value_name = "N", default_value_t = 10 * 1024 * 1024)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_bytes: u64,

    /// Extract the text of every element that matches, as a browser without scripts reads the page
    /// (no :last-child, :empty or :has: a page is searched while it arrives)
    #[arg(short, long, value_name = "CSS", default_value = "title", value_parser = parse_selector)]
    pub(crate) select: Selected,

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
pub(crate) struct Selected(pub(crate) String, pub(crate) Arc<Selector>);

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
    let selector: Selector = text.parse()?;
    Ok(Selected(text.to_owned(), Arc::new(selector)))
}

fn parse_user_agent(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err("give printable ASCII text");
    }
    Ok(text.to_owned())
}
