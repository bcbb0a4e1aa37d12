//! Where a page is searched: on a thread that is there to be kept busy, a few at a time.
//!
//! In Python: `asyncio.to_thread`, behind an `asyncio.Semaphore`. Work for the processor gains nothing from
//! more threads than there are processors, and each search takes memory: a tree is up to fifty times as
//! large as its text.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use async_lock::{Semaphore, SemaphoreGuardArc};

use crate::search::query::{Found, Query};

/// A search that takes longer than this is a long one.
const LONG: Duration = Duration::from_millis(50);

/// Lets pages be searched.
#[derive(Clone)]
pub(crate) struct Searcher {
    query: Arc<Query>,
    /// As many as there are processors.
    permits: Arc<Semaphore>,
    /// One less, for long searches: however many pages are made to be slow, the others are searched.
    long_permits: Arc<Semaphore>,
}

/// A page's search. It blocks its thread, and stops when a flag is set.
pub struct Search {
    searcher: Searcher,
    page: Unsearched,
    stop: Arc<AtomicBool>,
    permit: SemaphoreGuardArc,
    long_permit: Option<SemaphoreGuardArc>,
}

/// The text of a page.
pub(crate) struct Text {
    pub(crate) text: String,
    /// There was more than is kept.
    pub(crate) truncated: bool,
}

/// A page that is there, and has yet to be searched.
pub(crate) struct Unsearched {
    text: Text,
    /// It turned out to be a long search.
    is_long: bool,
}

/// What a search came to.
pub struct Searched(pub(crate) Result<Found, Unsearched>);

/// Stops a search when it is dropped, by a flag: work that blocks a thread cannot be cancelled from outside.
pub(crate) struct StopOnDrop(Arc<AtomicBool>);

impl Searcher {
    pub(crate) fn new(query: Query) -> Self {
        // A single processor is shared: otherwise a long search would keep all others waiting.
        let permits = thread::available_parallelism().map_or(1, usize::from).max(2);
        Self {
            query: Arc::new(query),
            permits: Arc::new(Semaphore::new(permits)),
            long_permits: Arc::new(Semaphore::new(permits - 1)),
        }
    }

    pub(crate) fn query(&self) -> Arc<Query> {
        Arc::clone(&self.query)
    }

    /// Waits until the page may be searched.
    pub(crate) async fn search(&self, page: Unsearched) -> (Search, StopOnDrop) {
        let long_permit = match page.is_long {
            true => Some(self.long_permits.acquire_arc().await),
            false => None,
        };
        let permit = self.permits.acquire_arc().await;
        let stop = Arc::new(AtomicBool::new(false));
        let stop_on_drop = StopOnDrop(Arc::clone(&stop));
        (Search { searcher: self.clone(), page, stop, permit, long_permit }, stop_on_drop)
    }
}

impl Search {
    /// Searches the page. If that takes long, and as many long searches are under way as may be, this one
    /// gives up, and begins anew when one of them has ended: to pause it would keep its tree in memory.
    pub fn run(self) -> Searched {
        let Self { searcher, page, stop, permit, mut long_permit } = self;
        let started = Instant::now();
        let mut go_on = || {
            if long_permit.is_none() && started.elapsed() > LONG {
                long_permit = searcher.long_permits.try_acquire_arc();
                return long_permit.is_some();
            }
            !stop.load(Ordering::Relaxed)
        };
        let found = searcher.query.search(&page.text.text, &mut go_on);
        drop(permit);
        Searched(match found {
            Some(mut found) => {
                found.truncated |= page.text.truncated;
                Ok(found)
            }
            None => Err(Unsearched { is_long: true, ..page }),
        })
    }
}

impl From<Text> for Unsearched {
    fn from(text: Text) -> Self {
        Self { text, is_long: false }
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    /// A page on which each `i` looks through all that are before it.
    fn slow() -> Unsearched {
        Text { text: "<i></i>".repeat(100_000), truncated: false }.into()
    }

    fn quick() -> Unsearched {
        Text { text: "<b></b><i>found</i>".to_owned(), truncated: false }.into()
    }

    fn ask(searcher: &Searcher, page: Unsearched) -> Option<(Search, StopOnDrop)> {
        searcher.search(page).now_or_never()
    }

    #[test]
    fn long_searches_leave_room_for_others_and_stop_when_told_to() {
        let searcher = Searcher::new("b ~ i".parse().unwrap());
        let permits = thread::available_parallelism().map_or(1, usize::from).max(2);
        let all: Vec<_> = (0..permits).map(|_| ask(&searcher, slow()).unwrap()).collect();
        assert!(ask(&searcher, quick()).is_none(), "as many as there are processors");
        let (searches, mut stops): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let threads: Vec<_> =
            searches.into_iter().map(|search| thread::spawn(|| search.run())).collect();
        // One of them gives up, for all others but one are long ones.
        let quick_one = futures::executor::block_on(searcher.search(quick())).0.run();
        assert_eq!(quick_one.0.ok().expect("it was quick").matches, ["found"]);
        assert!(searcher.long_permits.try_acquire_arc().is_none(), "the others go on");
        stops.clear();
        for thread in threads {
            assert!(thread.join().unwrap().0.is_err(), "it was stopped");
        }
        assert!(searcher.long_permits.try_acquire_arc().is_some());
    }

    #[test]
    fn a_search_that_has_given_up_begins_anew_when_it_may() {
        let searcher = Searcher::new("i".parse().unwrap());
        let busy: Vec<_> = std::iter::from_fn(|| searcher.long_permits.try_acquire_arc()).collect();
        let unsearched = Unsearched { is_long: true, ..quick() };
        let mut again = Box::pin(searcher.search(unsearched));
        assert!(again.as_mut().now_or_never().is_none());
        drop(busy);
        let (search, _stop) = again.now_or_never().expect("it may");
        assert_eq!(search.run().0.ok().expect("it was quick").matches, ["found"]);
    }
}
