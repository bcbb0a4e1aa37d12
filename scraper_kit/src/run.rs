//! From the command line to a run and its report.

mod command_line;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{BoxStream, StreamExt};

use crate::page::clock::Clock;
use crate::page::options::Options;
use crate::page::save::Folder;
use crate::practice_site::PracticeSite;
use crate::process::interrupt::Interrupt;
use crate::process::panic;
use crate::process::{give_up, require_threads};
use crate::report::{self, Report};
use crate::run::command_line::{CommandLine, Selected, usage_error};
use crate::search::{Query, Searcher};
use crate::targets::limiter::{Limiter, Sleep};
use crate::targets::{self, Fetched, List, Stopped, Target};

/// How far the list is read ahead. Pages of one host that wait for permits hold up those of other hosts
/// only where there are more of them in a row than this. As many may wait for another try.
const AHEAD: usize = 4096;

/// Files and sockets that are no page's: standard streams, the list, what the runtime waits with, the
/// practice site's, and connections that are closed soon.
const OTHER_FILES: usize = 32;

/// What a run works with, from the command line to the report.
pub struct Run {
    /// The options, the same for every page.
    pub options: Arc<Options>,
    /// What to fetch, each when it has its permit; the list behind it is read as the stream is, and up to
    /// 4096 pages ahead.
    pub targets: BoxStream<'static, Target>,
    /// Completes at Ctrl-C.
    pub interrupted: Interrupt,
    /// Completes when all targets are gone, and all pages and tasks that came of them.
    pub stopped: Stopped,
}

/// Reads the command line of the scraper called `name`, and begins its run. Where a run has to wait, it does
/// so by the runtime's own `sleep`.
///
/// A usage error, `--help` and `--version` end the program here: a line on standard error and exit
/// code 2, or a text on standard output and 0. So does a machine that has no threads for it, with 1.
pub fn start<S>(
    name: &'static str,
    version: &'static str,
    sleep: fn(Duration) -> S,
) -> (Run, Report)
where
    S: Future<Output = ()> + Send + 'static,
{
    let sleep: Sleep = Box::new(move |time| sleep(time).boxed());
    panic::report_in_one_line(name);
    let line = CommandLine::read(name, version);
    let files = allow_many_files();
    refuse_large_files();
    let clock = Clock::default();
    let interrupted = Interrupt::install();

    let save = line.save.as_ref().map(|path| {
        Folder::prepare(path).unwrap_or_else(|error| usage_error("--save", path.display(), error))
    });
    let list = line.input.as_ref().map(|path| {
        List::open(path).unwrap_or_else(|error| usage_error("--input", path.display(), error))
    });
    let fetched = line.resume.as_ref().map(|path| {
        Fetched::read(path).unwrap_or_else(|error| usage_error("--resume", path.display(), error))
    });
    let (mut urls, mut threads) = (line.urls, runtime_threads());
    if urls.is_empty() && list.is_none() {
        let site = PracticeSite::start(0).unwrap_or_else(|error| {
            give_up(format_args!("cannot open the practice site on 127.0.0.1: {error}"))
        });
        urls = site.pages();
        threads += urls.len(); // one for each connection
    }

    let Selected(css, query) =
        line.select.unwrap_or_else(|| Selected("title".to_owned(), Query::Title));
    let total = (list.is_none() && fetched.is_none()).then_some(urls.len());
    let failed = list.as_ref().map(List::failed);
    let format = match line.format {
        command_line::Format::Table => report::Format::Table { css },
        command_line::Format::Json => report::Format::Json,
    };
    let report = Report::start(format, total, clock.clone(), interrupted.clone(), failed);
    let (mut concurrency, per_host) = (line.concurrency.get(), line.per_host.get());
    if save.is_some() {
        // A page holds its socket while it waits for a file, so there must be one for each.
        concurrency = concurrency.min(files.saturating_sub(OTHER_FILES) / 2).max(1);
    }
    let under_way = concurrency.saturating_add(AHEAD);
    let limiter = Limiter::new(concurrency, per_host, under_way, line.delay, sleep);
    let options = Arc::new(Options {
        concurrency,
        per_host,
        under_way,
        retries: line.retries.into(),
        retry_delay: line.retry_delay,
        limiter: Arc::clone(&limiter),
        delay: line.delay,
        timeout: line.timeout,
        user_agent: line.user_agent.unwrap_or_else(|| format!("{name}/{version}")),
        max_bytes: line.max_bytes,
        searcher: Searcher::new(query),
        clock,
        save,
    });
    let (running, stopped) = targets::running();
    let targets = targets::stream(urls, list, fetched.unwrap_or_default(), running);
    let targets = targets::with_permits(targets, limiter, AHEAD).boxed();
    require_threads(threads);
    (Run { options, targets, interrupted, stopped }, report)
}

/// How many threads a runtime may start at first: async-std one per processor for tasks, one that helps with
/// sockets and timers, and all of them one for what blocks.
fn runtime_threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from) + 2
}

/// A program may have few files and sockets open at first, 1024 on Linux and 256 on macOS, and more
/// on request. That must not be what limits `--concurrency`. Returns how many it may have.
pub fn allow_many_files() -> usize {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource::RLIMIT_NOFILE, getrlimit, rlim_t, setrlimit};
        const MANY: rlim_t = 10_240; // macOS grants no more
        if let Ok((now, most)) = getrlimit(RLIMIT_NOFILE) {
            let _ = setrlimit(RLIMIT_NOFILE, now.max(most.min(MANY)), most);
        }
        if let Ok((now, _)) = getrlimit(RLIMIT_NOFILE) {
            return usize::try_from(now).unwrap_or(usize::MAX);
        }
    }
    usize::MAX
}

/// A file that grows beyond what this program may write (`ulimit -f`) is an error of the write, and not the
/// end of the program, which its signal is without a handler.
fn refuse_large_files() {
    #[cfg(unix)]
    {
        use signal_hook::{consts::SIGXFSZ, flag};
        let _ = flag::register(SIGXFSZ, Arc::default());
    }
}
