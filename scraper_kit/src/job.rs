//! What every page's task has to know, and a way to tell when the last of them is gone.

use std::convert::Infallible;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use futures::channel::mpsc;
use futures::stream::StreamExt;

use crate::clock::Clock;
use crate::save::{Folder, SaveFile};
use crate::searcher::Searcher;
use crate::target::Target;
use crate::turn::Turns;

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
    /// At most so many of them to one host.
    pub per_host: usize,
    /// At most so many pages have begun and are not done: those in flight, and those that wait for
    /// another try.
    pub under_way: usize,
    /// The limit for one page.
    pub timeout: Duration,
    /// What the `User-Agent` header says.
    pub user_agent: String,
    pub(crate) retries: usize,
    pub(crate) retry_delay: Duration,
    pub(crate) turns: Arc<Turns>,
    pub(crate) max_bytes: u64,
    pub(crate) searcher: Searcher,
    pub(crate) clock: Clock,
    pub(crate) save: Option<Folder>,
}

impl Deref for Job {
    type Target = Options;

    fn deref(&self) -> &Options {
        &self.options
    }
}

impl Job {
    /// The first handle to these options, and what tells that there is none any more.
    pub(crate) fn new(options: Options) -> (Self, Stopped) {
        let (running, stopped) = mpsc::channel(0);
        (Self { options: Arc::new(options), _running: running }, Stopped(stopped))
    }

    /// The file to save a page to, if pages are saved.
    pub(crate) fn file_for(&self, target: &Target) -> Option<SaveFile> {
        let (folder, url) = (self.save.as_ref()?, target.url.as_ref().ok()?);
        Some(folder.file_for(target.index, url))
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
