//! Whose turn it is: at most `--concurrency` pages are in flight, and at most `--per-host` to one host.
//!
//! In Python: an `asyncio.Semaphore` for all, and one for each host. Two things go further here. A
//! page whose time runs goes before those that have not begun, or it would stand in line until its
//! time is up. And of a host for which nobody waits, nothing is kept.

use std::collections::VecDeque;
use std::collections::hash_map::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::channel::oneshot;
use url::Origin;

/// The limits, and who waits.
pub(crate) struct Turns {
    per_host: usize,
    state: Mutex<State>,
}

struct State {
    /// How many more may be in flight.
    free: usize,
    /// Pages whose host has room for them, and keeps it.
    next: Line,
    /// The hosts (scheme, host and port) of all pages in flight or in line.
    hosts: HashMap<Origin, Host>,
}

#[derive(Default)]
struct Host {
    /// Pages in flight, and those that are `next`: `--per-host` at most.
    pages: usize,
    /// Pages for which this host has no room.
    line: Line,
}

/// Pages in line: those that have begun before those that have not, and each in order of arrival.
#[derive(Default)]
struct Line {
    begun: VecDeque<Waiting>,
    new: VecDeque<Waiting>,
}

struct Waiting {
    origin: Origin,
    has_begun: bool,
    turn: oneshot::Sender<Turn>,
}

impl Turns {
    pub(crate) fn new(concurrency: usize, per_host: usize) -> Arc<Self> {
        let state = State { free: concurrency, next: Line::default(), hosts: HashMap::new() };
        Arc::new(Self { per_host, state: Mutex::new(state) })
    }

    /// Waits until a page may be in flight to this host.
    pub(crate) async fn take(self: &Arc<Self>, origin: Origin, has_begun: bool) -> Turn {
        let (turn, granted) = oneshot::channel();
        self.state().join(Waiting { origin, has_begun, turn }, self.per_host);
        self.let_go();
        granted.await.expect("a page in line gets its turn")
    }

    /// Gives those a turn for whom there is room.
    fn let_go(self: &Arc<Self>) {
        loop {
            let next = self.state().next(); // not in the `let … else`: that would keep the lock
            let Some(Waiting { origin, turn, .. }) = next else { return };
            let granted = Turn { turns: Some(Arc::clone(self)), origin };
            if let Err(mut unwanted) = turn.send(granted) {
                unwanted.turns = None; // that page has given up; here, and not in Drop: no recursion
                self.state().end(&unwanted.origin);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A page gets in line.
    fn join(&mut self, page: Waiting, per_host: usize) {
        let host = self.hosts.entry(page.origin.clone()).or_default();
        if host.pages < per_host {
            host.pages += 1;
            self.next.push(page);
        } else {
            host.line.push(page);
        }
    }

    /// The page that may go now, if one may.
    fn next(&mut self) -> Option<Waiting> {
        let free = self.free.checked_sub(1)?;
        let page = self.next.pop()?;
        self.free = free;
        Some(page)
    }

    /// A page is no longer in flight to this host.
    fn end(&mut self, origin: &Origin) {
        self.free += 1;
        let Some(host) = self.hosts.get_mut(origin) else { return };
        match host.line.pop() {
            Some(page) => self.next.push(page), // in its place
            None => host.pages -= 1,
        }
        if host.pages == 0 {
            self.hosts.remove(origin);
        }
    }
}

impl Line {
    fn push(&mut self, page: Waiting) {
        let line = if page.has_begun { &mut self.begun } else { &mut self.new };
        line.push_back(page);
    }

    fn pop(&mut self) -> Option<Waiting> {
        self.begun.pop_front().or_else(|| self.new.pop_front())
    }
}

/// A page's turn: as long as there is this, the page counts as in flight.
pub(crate) struct Turn {
    /// `None` for a turn that has ended already.
    turns: Option<Arc<Turns>>,
    origin: Origin,
}

impl Turn {
    /// Whether this is a turn at that host.
    pub(crate) fn is_at(&self, origin: &Origin) -> bool {
        self.origin == *origin
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.turns.take() {
            turns.state().end(&self.origin);
            turns.let_go();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;

    use futures::FutureExt;
    use url::Url;

    use super::*;

    type Taking = Pin<Box<dyn Future<Output = Turn>>>;

    /// A page that asks for its turn at once, and the turn, if it got it.
    fn ask(turns: &Arc<Turns>, host: &str, has_begun: bool) -> (Taking, Option<Turn>) {
        let origin = Url::parse(&format!("http://{host}/")).unwrap().origin();
        let turns = Arc::clone(turns);
        let mut taking: Taking = Box::pin(async move { turns.take(origin, has_begun).await });
        let turn = taking.as_mut().now_or_never();
        (taking, turn)
    }

    fn new(turns: &Arc<Turns>, host: &str) -> (Taking, Option<Turn>) {
        ask(turns, host, false)
    }

    #[test]
    fn a_host_that_has_enough_takes_nothing_from_others() {
        let turns = Turns::new(3, 2);
        let slow: Vec<_> = (0..1000).map(|_| new(&turns, "slow")).collect();
        assert_eq!(slow.iter().filter(|(_, turn)| turn.is_some()).count(), 2);
        let (_, quick) = new(&turns, "quick");
        assert!(quick.is_some());
        let (mut second, turn) = new(&turns, "quick");
        assert!(turn.is_none(), "three are in flight");
        drop(quick);
        assert!(second.as_mut().now_or_never().is_some());
    }

    #[test]
    fn scheme_and_port_are_part_of_a_host() {
        let turns = Turns::new(9, 1);
        let (_, one) = new(&turns, "host");
        let (_, two) = new(&turns, "host:81");
        assert!(one.is_some() && two.is_some());
        assert!(new(&turns, "host:80").1.is_none(), "the same as the first");
    }

    #[test]
    fn who_has_begun_goes_first_and_else_the_one_who_came_first() {
        for (concurrency, per_host) in [(1, 9), (9, 1)] {
            let turns = Turns::new(concurrency, per_host);
            let mut last = new(&turns, "host").1;
            let pages = [false, false, true, true].map(|begun| ask(&turns, "host", begun).0);
            let mut pages: Vec<_> = pages.into_iter().enumerate().collect();
            let mut order = Vec::new();
            while !pages.is_empty() {
                drop(last.take());
                pages.retain_mut(|(index, page)| match page.as_mut().now_or_never() {
                    Some(turn) => {
                        assert!(last.replace(turn).is_none(), "one at a time");
                        order.push(*index);
                        false
                    }
                    None => true,
                });
            }
            assert_eq!(order, [2, 3, 0, 1], "{concurrency} {per_host}");
        }
    }

    #[test]
    fn a_page_that_gives_up_keeps_nobody_waiting() {
        let turns = Turns::new(1, 1);
        let (_, first) = new(&turns, "a");
        let (in_line, granted_unseen, last) =
            (new(&turns, "a").0, new(&turns, "b").0, new(&turns, "a"));
        drop(in_line);
        drop(first); // the turn goes to "b", which never looks
        drop(granted_unseen);
        let (mut last, turn) = last;
        assert!(turn.is_none());
        assert!(last.as_mut().now_or_never().is_some());
        let many: Vec<_> = (0..100_000).map(|_| new(&turns, "a").0).collect();
        drop(many); // no recursion either
        assert!(new(&turns, "a").1.is_some());
    }

    #[test]
    fn nothing_is_kept_for_a_host_that_nobody_waits_for() {
        let turns = Turns::new(10, 2);
        for host in 0..1000 {
            let pages: Vec<_> = (0..5).map(|_| new(&turns, &format!("host-{host}"))).collect();
            drop(pages);
        }
        let state = turns.state();
        assert_eq!((state.hosts.len(), state.free), (0, 10));
        assert!(state.next.begun.is_empty() && state.next.new.is_empty());
    }
}
