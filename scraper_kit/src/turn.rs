//! Whose turn it is: at most `--concurrency` pages are in flight, and at most `--per-host` to one host.
//!
//! In Python: an `asyncio.Semaphore` for all, and one for each host. Three things go further here.
//! - A page whose time runs goes before those that have not begun, or it would stand in line until its
//!   time is up.
//! - Of a host for which nobody waits, nothing is kept.
//! - Whoever is next is woken, and takes its turn when it is polled. It is not handed a turn before: the
//!   pages of the list stand still while the report waits for a slow reader, and would keep it from
//!   those that run.

use std::collections::{BTreeMap, HashMap};
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use url::Origin;

/// The limits, and who waits.
pub(crate) struct Turns {
    per_host: usize,
    state: Mutex<State>,
}

struct State {
    /// How many more may be in flight, and how many more may begin.
    free: usize,
    may_begin: usize,
    /// The hosts (scheme, host name and port) of all pages in flight or in line.
    hosts: HashMap<Arc<Origin>, Host>,
    /// Of each host that has room, whoever is first in line.
    first: BTreeMap<Place, Arc<Origin>>,
    arrivals: u64,
}

#[derive(Default)]
struct Host {
    in_flight: usize,
    line: BTreeMap<Place, Waker>,
}

/// A place in line: pages that have begun before those that are new, then in order of arrival.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    is_new: bool,
    arrival: u64,
}

impl Turns {
    /// With so many pages in flight at most, so many of them to one host, and so many that have begun
    /// and are not done.
    pub(crate) fn new(concurrency: usize, per_host: usize, under_way: usize) -> Arc<Self> {
        let state = State {
            free: concurrency,
            may_begin: under_way,
            hosts: HashMap::new(),
            first: BTreeMap::new(),
            arrivals: 0,
        };
        Arc::new(Self { per_host, state: Mutex::new(state) })
    }

    /// Waits until a new page may be in flight to this host.
    pub(crate) fn begin(self: &Arc<Self>, origin: Origin) -> impl Future<Output = (Turn, Begun)> {
        let turn = self.take(Arc::new(origin), true); // an Origin is large, and thousands wait here
        async { (turn.await, Begun(Arc::clone(self))) }
    }

    /// The same for a page that has begun.
    pub(crate) async fn go_on(self: &Arc<Self>, origin: Origin) -> Turn {
        self.take(Arc::new(origin), false).await
    }

    async fn take(self: &Arc<Self>, origin: Arc<Origin>, is_new: bool) -> Turn {
        let place = self.state().arrive(is_new);
        let waiting = Waiting { turns: self, origin, place };
        poll_fn(|context| waiting.poll(context)).await;
        Turn { turns: Arc::clone(self), origin: Some(Arc::clone(&waiting.origin)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn arrive(&mut self, is_new: bool) -> Place {
        self.arrivals += 1;
        Place { is_new, arrival: self.arrivals }
    }

    /// Who may go now, if somebody may.
    fn next(&self) -> Option<(Place, &Arc<Origin>)> {
        let (place, origin) = self.first.first_key_value()?;
        let may_go = self.free > 0 && (!place.is_new || self.may_begin > 0);
        may_go.then_some((*place, origin))
    }

    fn wake_next(&self) {
        if let Some((place, origin)) = self.next() {
            self.hosts[origin].line[&place].wake_by_ref();
        }
    }

    /// Changes something about a host, and notes who is first in line there now.
    fn change(&mut self, origin: &Arc<Origin>, per_host: usize, change: impl FnOnce(&mut Host)) {
        let host = self.hosts.entry(Arc::clone(origin)).or_default();
        if let Some(place) = host.line.first_key_value().map(|(place, _)| *place) {
            self.first.remove(&place);
        }
        change(host);
        match host.line.first_key_value() {
            Some((place, _)) if host.in_flight < per_host => {
                self.first.insert(*place, Arc::clone(origin));
            }
            None if host.in_flight == 0 => drop(self.hosts.remove(origin)),
            _ => {}
        }
    }
}

/// A page in line. It leaves the line when it is dropped, whether it has had its turn or has given up.
struct Waiting<'t> {
    turns: &'t Turns,
    origin: Arc<Origin>,
    place: Place,
}

impl Waiting<'_> {
    fn poll(&self, context: &mut Context<'_>) -> Poll<()> {
        let Self { turns, origin, place } = self;
        let mut state = turns.state();
        let waker = context.waker().clone();
        state.change(origin, turns.per_host, |host| drop(host.line.insert(*place, waker)));
        if state.next().is_none_or(|(next, _)| next != *place) {
            return Poll::Pending;
        }
        state.free -= 1;
        state.may_begin -= usize::from(place.is_new);
        state.change(origin, turns.per_host, |host| host.in_flight += 1);
        Poll::Ready(())
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.turns.state();
        state.change(&self.origin, self.turns.per_host, |host| drop(host.line.remove(&self.place)));
        state.wake_next();
    }
}

/// A page's turn: as long as there is this, the page counts as in flight to its host.
pub(crate) struct Turn {
    turns: Arc<Turns>,
    /// None when its host has answered, and it is in flight for other reasons.
    origin: Option<Arc<Origin>>,
}

impl Turn {
    /// Whether this is a turn at that host.
    pub(crate) fn is_at(&self, origin: &Origin) -> bool {
        self.origin.as_ref().is_some_and(|own| **own == *origin)
    }

    /// The page counts as in flight to its host no more, and among all it still does.
    pub(crate) fn leave_host(&mut self) {
        self.give_back(0);
    }

    fn give_back(&mut self, free: usize) {
        let mut state = self.turns.state();
        state.free += free;
        if let Some(origin) = self.origin.take() {
            state.change(&origin, self.turns.per_host, |host| host.in_flight -= 1);
        }
        state.wake_next();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.give_back(1);
    }
}

/// A page that has begun: as long as there is this, it is not done.
pub(crate) struct Begun(Arc<Turns>);

impl Drop for Begun {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.may_begin += 1;
        state.wake_next();
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;

    use futures::FutureExt;
    use url::Url;

    use super::*;

    type Taking = Pin<Box<dyn Future<Output = (Turn, Option<Begun>)>>>;

    /// A page that asks for its turn, and may have it at once.
    struct Page {
        taking: Option<Taking>,
        turn: Option<(Turn, Option<Begun>)>,
    }

    impl Page {
        fn ask(turns: &Arc<Turns>, host: &str, is_new: bool) -> Self {
            let origin = Url::parse(&format!("http://{host}/")).unwrap().origin();
            let turns = Arc::clone(turns);
            let taking = async move {
                match is_new {
                    true => {
                        let (turn, begun) = turns.begin(origin).await;
                        (turn, Some(begun))
                    }
                    false => (turns.go_on(origin).await, None),
                }
            };
            let mut page = Self { taking: Some(Box::pin(taking)), turn: None };
            page.has_turn();
            page
        }

        fn new(turns: &Arc<Turns>, host: &str) -> Self {
            Self::ask(turns, host, true)
        }

        fn has_turn(&mut self) -> bool {
            if let Some(turn) = self.taking.as_mut().and_then(|taking| taking.now_or_never()) {
                (self.taking, self.turn) = (None, Some(turn));
            }
            self.turn.is_some()
        }
    }

    #[test]
    fn a_host_that_has_enough_takes_nothing_from_others() {
        let turns = Turns::new(3, 2, 1000);
        let slow: Vec<_> = (0..1000).map(|_| Page::new(&turns, "slow")).collect();
        assert_eq!(slow.iter().filter(|page| page.turn.is_some()).count(), 2);
        let mut quick = Page::new(&turns, "quick");
        assert!(quick.has_turn());
        let mut second = Page::new(&turns, "quick");
        assert!(!second.has_turn(), "three are in flight");
        drop(quick);
        assert!(second.has_turn());
    }

    #[test]
    fn scheme_and_port_are_part_of_a_host() {
        let turns = Turns::new(9, 1, 9);
        let mut pages = ["host", "host:81", "host:80"].map(|host| Page::new(&turns, host));
        assert_eq!(pages.each_mut().map(Page::has_turn), [true, true, false]);
    }

    #[test]
    fn who_has_begun_goes_first_and_else_the_one_who_came_first() {
        for (concurrency, per_host) in [(1, 9), (9, 1)] {
            let turns = Turns::new(concurrency, per_host, 9);
            let mut last = Some(Page::new(&turns, "host"));
            let pages = [true, true, false, false].map(|is_new| Page::ask(&turns, "host", is_new));
            let mut pages: Vec<_> = pages.into_iter().enumerate().collect();
            let mut order = Vec::new();
            while !pages.is_empty() {
                drop(last.take());
                let next = pages.iter_mut().position(|(_, page)| page.has_turn());
                let (index, page) = pages.remove(next.expect("somebody is next"));
                assert!(pages.iter_mut().all(|(_, page)| !page.has_turn()), "one at a time");
                last = Some(page);
                order.push(index);
            }
            assert_eq!(order, [2, 3, 0, 1], "{concurrency} {per_host}");
        }
    }

    #[test]
    fn a_page_that_gives_up_keeps_nobody_waiting() {
        let turns = Turns::new(1, 1, 100);
        let first = Page::new(&turns, "a");
        let (in_line, woken, mut last) =
            (Page::new(&turns, "a"), Page::new(&turns, "b"), Page::new(&turns, "a"));
        drop(in_line);
        drop(first); // "b" is woken, and never looks
        assert!(!last.has_turn());
        drop(woken);
        assert!(last.has_turn());
    }

    /// New pages are polled by one loop, which may stand still; those that run are tasks of their own.
    #[test]
    fn a_new_page_that_nobody_polls_keeps_no_turn_from_one_that_runs() {
        let turns = Turns::new(1, 1, 100);
        let first = Page::new(&turns, "host");
        let mut new = Page::new(&turns, "host");
        drop(first);
        let mut runs = Page::ask(&turns, "host", false);
        assert!(runs.has_turn());
        assert!(!new.has_turn());
    }

    #[test]
    fn no_page_begins_while_too_many_are_under_way() {
        let turns = Turns::new(9, 9, 2);
        let mut pages = ["a", "b", "c"].map(|host| Page::new(&turns, host));
        assert_eq!(pages.each_mut().map(Page::has_turn), [true, true, false]);
        let [a, b, mut c] = pages;
        // The first waits for another try: its turn is over, and it has begun.
        let (turn, begun) = a.turn.unwrap();
        drop(turn);
        assert!(!c.has_turn());
        assert!(Page::ask(&turns, "c", false).has_turn(), "who has begun may always go on");
        drop(begun);
        assert!(c.has_turn());
        drop(b);
    }

    #[test]
    fn nothing_is_kept_for_a_host_that_nobody_waits_for() {
        let turns = Turns::new(10, 2, 100);
        for host in 0..1000 {
            let pages: Vec<_> =
                (0..5).map(|_| Page::new(&turns, &format!("host-{host}"))).collect();
            drop(pages);
        }
        let state = turns.state();
        assert_eq!((state.hosts.len(), state.first.len()), (0, 0));
        assert_eq!((state.free, state.may_begin), (10, 100));
    }
}
