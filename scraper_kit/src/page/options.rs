//! What is the same for every page.

use std::sync::Arc;
use std::time::Duration;

use crate::page::clock::Clock;
use crate::page::save::{Folder, SaveFile};
use crate::search::Searcher;
use crate::targets::Target;
use crate::targets::limiter::Limiter;

/// The options of a run.
pub struct Options {
    /// At most so many requests are in flight.
    pub concurrency: usize,
    /// At most so many of them to one host.
    pub per_host: usize,
    /// At most so many pages have started and are not done: those in flight, and those that wait for
    /// another try.
    pub under_way: usize,
    /// So much time lies between two starts to one host.
    pub delay: Duration,
    /// The limit for one page.
    pub timeout: Duration,
    /// What the `User-Agent` header says.
    pub user_agent: String,
    pub(crate) retries: usize,
    pub(crate) retry_delay: Duration,
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) max_bytes: u64,
    pub(crate) searcher: Searcher,
    pub(crate) clock: Clock,
    pub(crate) save: Option<Folder>,
}

impl Options {
    /// The file to save a page to, if pages are saved.
    pub(crate) fn file_for(&self, target: &Target) -> Option<SaveFile> {
        let (folder, url) = (self.save.as_ref()?, target.url.as_ref().ok()?);
        Some(folder.file_for(target.index, url))
    }
}
