//! From outcomes to what people and programs read, and to the exit code.
//!
//! A thread of its own prints: a terminal or a pipe may block, and nothing that blocks belongs on
//! an executor's thread. The channel between them is bounded, so a slow reader slows the run down
//! rather than filling the memory.

mod json;
mod printable;
mod table;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc as std_mpsc;
use std::thread;
use std::time::Duration;

use futures::channel::mpsc;
use futures::{SinkExt, StreamExt, executor, future};
use indicatif::{ProgressBar, ProgressStyle};

use crate::error::FetchError;
use crate::outcome::{Outcome, Wait};
use crate::page::Page;
use crate::page::clock::Clock;
use crate::process::interrupt::{self, Interrupt};
use crate::process::{start_thread, tell};

/// Pages waiting to be printed.
const WAITING_PAGES: usize = 64;

/// Between two looks for pages to print. Without it the printer would be woken for each page, which
/// costs more than to print it.
const PAUSE: Duration = Duration::from_millis(1);

/// How long to wait after Ctrl-C for output that is not read.
const PATIENCE: Duration = Duration::from_millis(500);

/// Takes each page's outcome as it comes.
pub struct Report {
    pages: mpsc::Sender<Done>,
    summary: std_mpsc::Receiver<io::Result<Summary>>,
    interrupted: Interrupt,
    list_failed: Option<Arc<AtomicBool>>,
}

/// A page that is done, and when it waited for another try.
type Done = (Outcome, Vec<Wait>);

/// How pages are shown.
pub(crate) enum Format {
    /// A table; what the selector found stands in a column under its text.
    Table { css: String },
    /// A line of JSON for each page.
    Json,
}

/// The output has no reader any more: `… | head -1` has read its line.
#[derive(Debug)]
pub struct Closed;

/// What the run comes to.
#[derive(Debug, Default, Clone, Copy)]
struct Summary {
    pages: usize,
    failed: usize,
    /// All pages' times added up: what they would have taken one after another.
    one_by_one: Duration,
}

impl Summary {
    fn add(&mut self, page: &Outcome) {
        self.pages += 1;
        self.failed += usize::from(page.error.is_some());
        self.one_by_one += page.elapsed;
    }

    /// The run in one line.
    fn sentence(&self, took: Duration, total: Option<usize>, interrupted: bool) -> String {
        let mut line = match (interrupted, total) {
            (true, Some(total)) => format!("interrupted: {} of {total} pages", self.pages),
            (true, None) => format!("interrupted: {} pages", self.pages),
            (false, _) if self.pages == 1 => "1 page".to_owned(),
            (false, _) => format!("{} pages", self.pages),
        };
        if self.failed > 0 {
            line += &format!(" ({} failed)", self.failed);
        }
        line += &format!(" in {}", seconds(took));
        if self.pages > 1 {
            let one_by_one = seconds(self.one_by_one);
            line += &format!("; one after another they would have taken {one_by_one}");
        }
        line
    }
}

impl Report {
    pub(crate) fn start(
        format: Format,
        total: Option<usize>,
        clock: Clock,
        interrupted: Interrupt,
        list_failed: Option<Arc<AtomicBool>>,
    ) -> Self {
        let (pages, incoming) = mpsc::channel(WAITING_PAGES);
        let (done, summary) = std_mpsc::channel();
        let stop = interrupted.clone();
        start_thread(move || {
            let incoming = executor::block_on_stream(incoming.ready_chunks(WAITING_PAGES));
            let _ = done.send(print(&format, total, clock, &stop, incoming));
        });
        Self { pages, summary, interrupted, list_failed }
    }

    /// Shows one outcome; waits while the output cannot take it.
    ///
    /// # Errors
    /// [`Closed`] when the output has no reader any more, or Ctrl-C ended the wait for one.
    pub async fn add(&mut self, page: Page) -> Result<(), Closed> {
        match future::select(self.pages.send(page.into_outcome()), self.interrupted.clone()).await {
            future::Either::Left((sent, _)) => sent.map_err(|_| Closed),
            future::Either::Right(((), _)) => Err(Closed),
        }
    }

    /// Waits until all is printed, and returns the exit code. `result` is how the run ended.
    pub fn finish(self, result: Result<(), FetchError>) -> ExitCode {
        drop(self.pages);
        let interrupted = || self.interrupted.happened();
        let summary = loop {
            match self.summary.recv_timeout(PATIENCE) {
                Err(std_mpsc::RecvTimeoutError::Timeout) if !interrupted() => {}
                Err(std_mpsc::RecvTimeoutError::Timeout) => {
                    return ExitCode::from(interrupt::EXIT_CODE);
                }
                Err(std_mpsc::RecvTimeoutError::Disconnected) => return ExitCode::FAILURE,
                Ok(summary) => break summary,
            }
        };
        if let Err(error) = &result {
            tell(format_args!("error: {error}"));
        }
        let list_failed = self.list_failed.is_some_and(|failed| failed.load(Ordering::Relaxed));
        match summary {
            _ if interrupted() => ExitCode::from(interrupt::EXIT_CODE),
            // The reader of the pipe has closed it: no error, and no claim about the rest.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => {
                tell(format_args!("error: cannot write to standard output: {error}"));
                ExitCode::FAILURE
            }
            Ok(summary) if summary.failed > 0 || result.is_err() || list_failed => {
                ExitCode::FAILURE
            }
            Ok(_) => ExitCode::SUCCESS,
        }
    }
}

fn print(
    format: &Format,
    total: Option<usize>,
    clock: Clock,
    interrupted: &Interrupt,
    batches: impl Iterator<Item = Vec<Done>>,
) -> io::Result<Summary> {
    let progress = progress_bar(total);
    let mut summary = Summary::default();
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    for batch in batches {
        let all = batch.len() < WAITING_PAGES;
        progress.inc(batch.len() as u64);
        for (page, waits) in batch {
            summary.add(&page);
            match format {
                Format::Table { .. } => rows.push(table::Row::new(page, waits)),
                Format::Json => json::add(&page, &mut lines)?,
            }
        }
        if !lines.is_empty() {
            progress.suspend(|| write(&lines))?;
            lines.clear();
        }
        if all {
            thread::sleep(PAUSE);
        }
    }
    progress.finish_and_clear();
    let sentence = summary.sentence(clock.elapsed(), total, interrupted.happened());
    match format {
        Format::Table { css } => table::print(rows, css, &sentence, &mut io::stdout().lock())?,
        // Standard output is for the program that reads it; a person at a terminal sees the rest.
        Format::Json if io::stderr().is_terminal() => tell(sentence),
        Format::Json => {}
    }
    Ok(summary)
}

/// Writes lines in one piece, so that a reader never sees half of one, and the system is called once
/// for a batch of pages.
fn write(lines: &[u8]) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(lines)?;
    output.flush()
}

/// A progress bar on standard error: indicatif shows none where that is no terminal.
fn progress_bar(total: Option<usize>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total as u64), "{bar:32} {pos}/{len} pages, {elapsed}"),
        None => (ProgressBar::no_length(), "{spinner} {pos} pages, {elapsed}"),
    };
    if !bar.is_hidden() {
        let style = ProgressStyle::with_template(template).expect("the template is constant");
        bar.set_style(style.progress_chars("━╸─"));
        bar.enable_steady_tick(Duration::from_millis(100));
    }
    bar
}

/// A time for people: `1.0 s`, or `12 ms` or `0.3 ms` when it is short.
fn seconds(time: Duration) -> String {
    match time.as_millis() {
        0..10 => format!("{:.1} ms", time.as_secs_f64() * 1e3),
        10..100 => format!("{} ms", time.as_millis()),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}
