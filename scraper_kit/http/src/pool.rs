//! The connections that are kept for the next request to the same server.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use url::Origin;

/// A pool of idle connections. With those in use there are no more than `limit` as long as its callers use no
/// more: the one that has been idle for longest makes room for a new one.
pub(crate) struct Pool<C> {
    limit: usize,
    state: Mutex<State<C>>,
}

struct State<C> {
    /// The latest is at the end. It is searched from there: a scraper mostly goes on where it is.
    idle: VecDeque<(Origin, C)>,
    in_use: usize,
}

/// A connection that is in use counts as long as there is its lease.
pub(crate) struct Lease<C> {
    pool: Arc<Pool<C>>,
    origin: Origin,
}

impl<C> Pool<C> {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        let state = Mutex::new(State { idle: VecDeque::new(), in_use: 0 });
        Arc::new(Self { limit, state })
    }

    /// An idle connection to this server, if there is one, and its lease.
    pub(crate) fn take(self: &Arc<Self>, origin: &Origin) -> Option<(Lease<C>, C)> {
        let mut state = self.state();
        let found = state.idle.iter().rposition(|(other, _)| other == origin)?;
        let (origin, connection) = state.idle.remove(found)?;
        state.in_use += 1;
        Some((Lease { pool: Arc::clone(self), origin }, connection))
    }

    /// The lease of a new connection to this server.
    pub(crate) fn lease(self: &Arc<Self>, origin: Origin) -> Lease<C> {
        let mut state = self.state();
        state.in_use += 1;
        let full = state.in_use + state.idle.len() > self.limit;
        let oldest = if full { state.idle.pop_front() } else { None };
        drop(state); // closing a connection is a system call, too long under a lock
        drop(oldest);
        Lease { pool: Arc::clone(self), origin }
    }

    /// Closes the connection that has been idle for longest; `false` when there is none.
    pub(crate) fn close_oldest(&self) -> bool {
        let oldest = self.state().idle.pop_front();
        oldest.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Lease<C> {
    /// Keeps the connection that was in use here for the next request.
    pub(crate) fn keep(self, connection: C) {
        self.pool.state().idle.push_back((self.origin.clone(), connection));
    }
}

impl<C> Drop for Lease<C> {
    fn drop(&mut self) {
        self.pool.state().in_use -= 1;
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn origin(host: u32) -> Origin {
        Url::parse(&format!("http://host-{host}/")).unwrap().origin()
    }

    #[test]
    fn a_connection_goes_back_to_its_own_server_only() {
        let pool = Pool::new(10);
        pool.lease(origin(1)).keep("one");
        assert!(pool.take(&origin(2)).is_none());
        let (lease, connection) = pool.take(&origin(1)).expect("it was kept");
        assert_eq!(connection, "one");
        drop(lease); // closed, not kept
        assert!(pool.take(&origin(1)).is_none());
    }

    #[test]
    fn the_oldest_makes_room() {
        let pool = Pool::new(3);
        for host in 0..3 {
            pool.lease(origin(host)).keep(host);
        }
        let in_use = (pool.lease(origin(7)), pool.lease(origin(8)));
        assert!(pool.take(&origin(0)).is_none() && pool.take(&origin(1)).is_none());
        assert!(pool.take(&origin(2)).is_some());
        drop(in_use);
        assert_eq!(pool.state().in_use, 0);
    }
}
