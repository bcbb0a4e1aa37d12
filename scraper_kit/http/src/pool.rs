//! The connections that are kept for the next request to the same server.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use url::Origin;

/// A pool of connections, of which there are never more than `limit`, those in use included: the
/// one that has been idle for longest makes room for a new one.
pub(crate) struct Pool<C> {
    limit: usize,
    state: Mutex<State<C>>,
}

struct State<C> {
    /// The latest is at the end. It is searched from there: a scraper mostly goes on where it is.
    idle: VecDeque<(Origin, C)>,
    in_use: usize,
}

/// A place in the pool, and the connection that takes it. Dropping it closes the connection, unless
/// it is to be kept.
pub(crate) struct Leased<C> {
    pool: Arc<Pool<C>>,
    origin: Origin,
    connection: Option<C>,
    keep: bool,
}

impl<C> Pool<C> {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        let state = Mutex::new(State { idle: VecDeque::new(), in_use: 0 });
        Arc::new(Self { limit, state })
    }

    /// An idle connection to this server, if there is one.
    pub(crate) fn take(self: &Arc<Self>, origin: &Origin) -> Option<Leased<C>> {
        let mut state = self.state();
        let place = state.idle.iter().rposition(|(other, _)| other == origin)?;
        let (origin, connection) = state.idle.remove(place)?;
        state.in_use += 1;
        Some(self.lease(origin, Some(connection)))
    }

    /// A place for a new connection to this server.
    pub(crate) fn place(self: &Arc<Self>, origin: Origin) -> Leased<C> {
        let mut state = self.state();
        state.in_use += 1;
        let full = state.in_use + state.idle.len() > self.limit;
        let oldest = if full { state.idle.pop_front() } else { None };
        drop(state); // to close a connection takes a system call, and others wait for the lock
        drop(oldest);
        self.lease(origin, None)
    }

    /// Closes the connection that has been idle for longest; `false` when there is none.
    pub(crate) fn close_oldest(&self) -> bool {
        let oldest = self.state().idle.pop_front();
        oldest.is_some()
    }

    fn lease(self: &Arc<Self>, origin: Origin, connection: Option<C>) -> Leased<C> {
        Leased { pool: Arc::clone(self), origin, connection, keep: false }
    }

    fn state(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Leased<C> {
    /// The connection, once there is one.
    pub(crate) fn connection(&mut self) -> Option<&mut C> {
        self.connection.as_mut()
    }

    /// From now on the place is this connection's.
    pub(crate) fn fill(&mut self, connection: C) -> &mut C {
        self.connection.insert(connection)
    }

    /// Keeps the connection for the next request.
    pub(crate) fn give_back(mut self) {
        self.keep = true;
    }
}

impl<C> Drop for Leased<C> {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        state.in_use -= 1;
        if self.keep
            && let Some(connection) = self.connection.take()
        {
            state.idle.push_back((self.origin.clone(), connection));
        }
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
        let mut leased = pool.place(origin(1));
        leased.fill("one");
        leased.give_back();
        assert!(pool.take(&origin(2)).is_none());
        let mut leased = pool.take(&origin(1)).expect("it was kept");
        assert_eq!(leased.connection(), Some(&mut "one"));
        drop(leased); // closed, not kept
        assert!(pool.take(&origin(1)).is_none());
    }

    #[test]
    fn the_oldest_makes_room() {
        let pool = Pool::new(3);
        for host in 0..3 {
            let mut leased = pool.place(origin(host));
            leased.fill(host);
            leased.give_back();
        }
        let (new, newer) = (pool.place(origin(7)), pool.place(origin(8)));
        assert!(pool.take(&origin(0)).is_none() && pool.take(&origin(1)).is_none());
        assert!(pool.take(&origin(2)).is_some());
        drop((new, newer));
        assert_eq!(pool.state().in_use, 0);
    }
}
