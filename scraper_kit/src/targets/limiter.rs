//! The limits on pages: at most `--concurrency` are in flight, at most `--per-host` to one host, and
//! `--delay` lies between two starts there.
//!
//! In Python: an `asyncio.Semaphore` for all, one for each host, and a time for each host. The [`Limiter`]
//! goes further in three things.
//! - A page that has started gets its permit before those that have not, for its time runs.
//! - A host without waiting pages and without permits takes no memory, once its delay is over.
//! - A permit that comes free is not assigned to the next waiter. The waiter is woken, and takes the permit
//!   when it is polled: the pages of the list are not polled while the report waits for a slow reader,
//!   and a permit that was assigned to one of them would be missing for the pages that run.

mod hosts;

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures::future::{BoxFuture, FutureExt};
use url::Origin;

use crate::targets::limiter::hosts::{QueueKey, State};

/// The runtime's own sleep.
pub(crate) type Sleep = Box<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

/// Hands out permits to pages, by host.
pub(crate) struct Limiter {
    sleep: Sleep,
    state: Mutex<State>,
}

impl Limiter {
    /// With so many pages in flight at most, so many of them to one host, so many that have started and are
    /// not done, and so much time between two starts to one host, which `sleep` waits for.
    pub(crate) fn new(
        concurrency: usize,
        per_host: usize,
        under_way: usize,
        delay: Duration,
        sleep: Sleep,
    ) -> Arc<Self> {
        let state = State::new(concurrency, per_host, under_way, delay);
        Arc::new(Self { sleep, state: Mutex::new(state) })
    }

    /// Waits for a new page's permit.
    pub(crate) fn start(self: &Arc<Self>, origin: Origin) -> impl Future<Output = NewPage> {
        let permit = self.wait(Arc::new(origin), true); // an Origin is large, and thousands wait here
        async { NewPage { permit: permit.await, started: Started(Arc::clone(self)) } }
    }

    /// Waits for another permit of a page that has started.
    pub(crate) async fn acquire(self: &Arc<Self>, origin: Origin) -> Permit {
        self.wait(Arc::new(origin), false).await
    }

    async fn wait(self: &Arc<Self>, origin: Arc<Origin>, is_new: bool) -> Permit {
        let key = self.state().arrive(is_new);
        let mut waiter = Waiter { limiter: self, origin, key, timer: None };
        poll_fn(|context| waiter.poll(context)).await;
        Permit { limiter: Arc::clone(self), origin: Some(Arc::clone(&waiter.origin)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A page that waits for a permit. It leaves the queue when it is dropped, with a permit or without.
struct Waiter<'l> {
    limiter: &'l Limiter,
    origin: Arc<Origin>,
    key: QueueKey,
    /// Of its host's first waiter, until the next page may start there.
    timer: Option<BoxFuture<'static, ()>>,
}

impl Waiter<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Self { limiter, origin, key, timer } = self;
        let (now, mut state) = (Instant::now(), limiter.state());
        let waker = context.waker().clone();
        state.change(origin, now, |host| drop(host.queue.insert(*key, waker)));
        if state.next().is_some_and(|(next, _)| next == *key) {
            state.free -= 1;
            state.may_start -= usize::from(key.is_new);
            state.start(origin, now);
            return Poll::Ready(());
        }
        let host = &state.hosts[origin];
        let wait = host.wait(now);
        let is_first = host.queue.first_key_value().is_some_and(|(first, _)| first == key);
        drop(state);
        if is_first && !wait.is_zero() {
            let timer = timer.insert((limiter.sleep)(wait));
            if timer.poll_unpin(context).is_ready() {
                context.waker().wake_by_ref();
            }
        }
        Poll::Pending
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let (now, mut state) = (Instant::now(), self.limiter.state());
        state.change(&self.origin, now, |host| drop(host.queue.remove(&self.key)));
        let host = state.hosts.get(&self.origin).filter(|host| !host.wait(now).is_zero());
        let first = host.and_then(|host| host.queue.first_key_value());
        let sets_timer = first.map(|(_, waker)| waker.clone());
        let next = state.next_waker();
        drop(state);
        sets_timer.into_iter().chain(next).for_each(Waker::wake);
    }
}

/// A page's permit: while it exists, the page counts as in flight to its host.
pub(crate) struct Permit {
    limiter: Arc<Limiter>,
    /// None when its host has answered, and the page is in flight for other reasons.
    origin: Option<Arc<Origin>>,
}

impl Permit {
    /// Whether this is a permit for that host.
    pub(crate) fn is_for(&self, origin: &Origin) -> bool {
        self.origin.as_ref().is_some_and(|own| **own == *origin)
    }

    /// The page does not count as in flight to its host any more; among all it still does.
    pub(crate) fn release_host(&mut self) {
        self.release(0);
    }

    fn release(&mut self, free: usize) {
        let mut state = self.limiter.state();
        state.free += free;
        if let Some(origin) = self.origin.take() {
            state.change(&origin, Instant::now(), |host| host.in_flight -= 1);
        }
        let next = state.next_waker();
        drop(state);
        next.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.release(1);
    }
}

/// What a new page gets: its first permit, and the guard that counts it as started.
pub(crate) struct NewPage {
    pub(crate) permit: Permit,
    pub(crate) started: Started,
}

/// A guard: while it exists, a page has started and is not done.
pub(crate) struct Started(Arc<Limiter>);

impl Drop for Started {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.may_start += 1;
        let next = state.next_waker();
        drop(state);
        next.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;

    use futures::FutureExt;
    use url::Url;

    use super::*;

    type Acquiring = Pin<Box<dyn Future<Output = (Permit, Option<Started>)>>>;

    fn limiter(concurrency: usize, per_host: usize, under_way: usize) -> Arc<Limiter> {
        let sleep = Box::new(|_| unreachable!("there is no delay"));
        Limiter::new(concurrency, per_host, under_way, Duration::ZERO, sleep)
    }

    /// A page that asks for a permit, and may have it at once.
    struct Page {
        acquiring: Option<Acquiring>,
        permit: Option<(Permit, Option<Started>)>,
    }

    impl Page {
        fn ask(limiter: &Arc<Limiter>, host: &str, is_new: bool) -> Self {
            let origin = Url::parse(&format!("http://{host}/")).unwrap().origin();
            let limiter = Arc::clone(limiter);
            let acquiring = async move {
                match is_new {
                    true => {
                        let NewPage { permit, started } = limiter.start(origin).await;
                        (permit, Some(started))
                    }
                    false => (limiter.acquire(origin).await, None),
                }
            };
            let mut page = Self { acquiring: Some(Box::pin(acquiring)), permit: None };
            page.has_permit();
            page
        }

        fn new(limiter: &Arc<Limiter>, host: &str) -> Self {
            Self::ask(limiter, host, true)
        }

        fn has_permit(&mut self) -> bool {
            if let Some(permit) = self.acquiring.as_mut().and_then(|future| future.now_or_never()) {
                (self.acquiring, self.permit) = (None, Some(permit));
            }
            self.permit.is_some()
        }
    }

    #[test]
    fn a_host_that_has_enough_takes_nothing_from_others() {
        let limiter = limiter(3, 2, 1000);
        let slow: Vec<_> = (0..1000).map(|_| Page::new(&limiter, "slow")).collect();
        assert_eq!(slow.iter().filter(|page| page.permit.is_some()).count(), 2);
        let mut quick = Page::new(&limiter, "quick");
        assert!(quick.has_permit());
        let mut second = Page::new(&limiter, "quick");
        assert!(!second.has_permit(), "three are in flight");
        drop(quick);
        assert!(second.has_permit());
    }

    #[test]
    fn scheme_and_port_are_part_of_a_host() {
        let limiter = limiter(9, 1, 9);
        let mut pages = ["host", "host:81", "host:80"].map(|host| Page::new(&limiter, host));
        assert_eq!(pages.each_mut().map(Page::has_permit), [true, true, false]);
    }

    #[test]
    fn started_pages_go_first_and_else_the_first_to_arrive() {
        for (concurrency, per_host) in [(1, 9), (9, 1)] {
            let limiter = limiter(concurrency, per_host, 9);
            let mut last = Some(Page::new(&limiter, "host"));
            let pages =
                [true, true, false, false].map(|is_new| Page::ask(&limiter, "host", is_new));
            let mut pages: Vec<_> = pages.into_iter().enumerate().collect();
            let mut order = Vec::new();
            while !pages.is_empty() {
                drop(last.take());
                let next = pages.iter_mut().position(|(_, page)| page.has_permit());
                let (index, page) = pages.remove(next.expect("a page is next"));
                assert!(pages.iter_mut().all(|(_, page)| !page.has_permit()), "one at a time");
                last = Some(page);
                order.push(index);
            }
            assert_eq!(order, [2, 3, 0, 1], "{concurrency} {per_host}");
        }
    }

    #[test]
    fn a_page_that_gives_up_blocks_no_other() {
        let limiter = limiter(1, 1, 100);
        let first = Page::new(&limiter, "a");
        let (queued, woken, mut last) =
            (Page::new(&limiter, "a"), Page::new(&limiter, "b"), Page::new(&limiter, "a"));
        drop(queued);
        drop(first); // "b" is woken, and never looks
        assert!(!last.has_permit());
        drop(woken);
        assert!(last.has_permit());
    }

    /// New pages are polled by one loop, which may stand still; those that run are tasks of their own.
    #[test]
    fn a_new_page_that_is_not_polled_keeps_no_permit_from_one_that_runs() {
        let limiter = limiter(1, 1, 100);
        let first = Page::new(&limiter, "host");
        let mut new = Page::new(&limiter, "host");
        drop(first);
        let mut runs = Page::ask(&limiter, "host", false);
        assert!(runs.has_permit());
        assert!(!new.has_permit());
    }

    #[test]
    fn no_page_starts_while_too_many_are_under_way() {
        let limiter = limiter(9, 9, 2);
        let mut pages = ["a", "b", "c"].map(|host| Page::new(&limiter, host));
        assert_eq!(pages.each_mut().map(Page::has_permit), [true, true, false]);
        let [a, b, mut c] = pages;
        // The first waits for another try: it has started, and has no permit.
        let (permit, started) = a.permit.unwrap();
        drop(permit);
        assert!(!c.has_permit());
        assert!(Page::ask(&limiter, "c", false).has_permit(), "what has started may always go on");
        drop(started);
        assert!(c.has_permit());
        drop(b);
    }

    #[test]
    fn a_host_without_pages_takes_no_memory() {
        let limiter = limiter(10, 2, 100);
        for host in 0..1000 {
            let pages: Vec<_> =
                (0..5).map(|_| Page::new(&limiter, &format!("host-{host}"))).collect();
            drop(pages);
        }
        let state = limiter.state();
        assert_eq!((state.hosts.len(), state.first.len()), (0, 0));
        assert_eq!((state.free, state.may_start), (10, 100));
    }

    /// A runtime's sleep, by a thread.
    fn sleep(time: Duration) -> BoxFuture<'static, ()> {
        let (done, slept) = futures::channel::oneshot::channel::<()>();
        std::thread::spawn(move || {
            std::thread::sleep(time);
            drop(done);
        });
        slept.map(|_| ()).boxed()
    }

    #[test]
    fn a_delay_lies_between_two_starts_to_one_host_and_no_other() {
        const DELAY: Duration = Duration::from_millis(20);
        let limiter = Limiter::new(9, 9, 9, DELAY, Box::new(sleep));
        let start = |host: &str| {
            let origin = Url::parse(&format!("http://{host}/")).unwrap().origin();
            let started = limiter.start(origin);
            async { (started.await, Instant::now()) }
        };
        let begin = Instant::now();
        let pages = ["a", "a", "b", "a"].map(start);
        let starts = futures::executor::block_on(futures::future::join_all(pages));
        let at: Vec<_> = starts.iter().map(|(_, at)| *at - begin).collect();
        assert!(at[1] >= DELAY && at[3] >= 2 * DELAY, "{at:?}");
        assert!(at[2] <= at[1], "another host does not wait: {at:?}");
        drop(starts);
        std::thread::sleep(DELAY);
        drop(Page::new(&limiter, "c"));
        let state = limiter.state();
        assert!(state.hosts.len() <= 1 && state.starts.len() == 1, "old starts are forgotten");
    }
}
