//! What is in flight at each host, and which page is next.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use url::Origin;

/// The limits, and all pages that have a permit or wait for one.
pub(super) struct State {
    per_host: usize,
    delay: Duration,
    /// How many more may be in flight, and how many more may start.
    pub(super) free: usize,
    pub(super) may_start: usize,
    /// The hosts (scheme, host name and port) of all pages that have a permit or wait for one.
    pub(super) hosts: HashMap<Arc<Origin>, Host>,
    /// Of each host with permits left, its first waiter.
    pub(super) first: BTreeMap<QueueKey, Arc<Origin>>,
    arrivals: u64,
    /// The starts of the last `delay`, in order: so long their hosts are not forgotten.
    pub(super) starts: VecDeque<(Instant, Arc<Origin>)>,
}

#[derive(Default)]
pub(super) struct Host {
    pub(super) in_flight: usize,
    pub(super) queue: BTreeMap<QueueKey, Waker>,
    /// When the next page may start, with a delay.
    next_start: Option<Instant>,
}

impl Host {
    /// How long until the next page may start.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        self.next_start.map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
    }
}

/// The order of waiters: pages that have started before those that are new, then in order of arrival.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct QueueKey {
    pub(super) is_new: bool,
    arrival: u64,
}

impl State {
    pub(super) fn new(
        concurrency: usize,
        per_host: usize,
        under_way: usize,
        delay: Duration,
    ) -> Self {
        Self {
            per_host,
            delay,
            free: concurrency,
            may_start: under_way,
            hosts: HashMap::new(),
            first: BTreeMap::new(),
            arrivals: 0,
            starts: VecDeque::new(),
        }
    }

    pub(super) fn arrive(&mut self, is_new: bool) -> QueueKey {
        self.arrivals += 1;
        QueueKey { is_new, arrival: self.arrivals }
    }

    /// The waiter that may have a permit now, if one may.
    pub(super) fn next(&self) -> Option<(QueueKey, &Arc<Origin>)> {
        let (key, origin) = self.first.first_key_value()?;
        let may_go = self.free > 0 && (!key.is_new || self.may_start > 0);
        may_go.then_some((*key, origin))
    }

    /// Its waker. To be called when the lock is gone: a waker is foreign code, and may come back here.
    pub(super) fn next_waker(&self) -> Option<Waker> {
        self.next().map(|(key, origin)| self.hosts[origin].queue[&key].clone())
    }

    /// Changes something about a host, and notes its first waiter if that may start.
    pub(super) fn change(
        &mut self,
        origin: &Arc<Origin>,
        now: Instant,
        change: impl FnOnce(&mut Host),
    ) {
        let host = self.hosts.entry(Arc::clone(origin)).or_default();
        if let Some(key) = host.queue.first_key_value().map(|(key, _)| *key) {
            self.first.remove(&key);
        }
        change(host);
        match host.queue.first_key_value() {
            Some((key, _)) if host.in_flight < self.per_host && host.wait(now).is_zero() => {
                self.first.insert(*key, Arc::clone(origin));
            }
            None if host.in_flight == 0 && host.wait(now).is_zero() => {
                drop(self.hosts.remove(origin))
            }
            _ => {}
        }
    }

    /// Notes a start, and forgets those that are so long ago that they delay no other.
    pub(super) fn start(&mut self, origin: &Arc<Origin>, now: Instant) {
        let next = now + self.delay;
        self.change(origin, now, |host| {
            host.in_flight += 1;
            host.next_start = Some(next);
        });
        if next > now {
            self.starts.push_back((next, Arc::clone(origin)));
        }
        while self.starts.front().is_some_and(|(next, _)| *next <= now) {
            if let Some((_, old)) = self.starts.pop_front()
                && self.hosts.contains_key(&old)
            {
                self.change(&old, now, |_| ());
            }
        }
    }
}
