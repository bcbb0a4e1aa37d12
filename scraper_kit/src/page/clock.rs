//! The run's clock, and a page's limit.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures::future::{FutureExt, Shared};

/// The clock that a page's `start` and `elapsed` are read from. It starts when it is first looked at: with
/// the first request, so that what a client does to get ready is no part of the run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock(Arc<OnceLock<Instant>>);

impl Clock {
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.get_or_init(Instant::now).elapsed()
    }
}

/// Limits the time of `future` with the runtime's own `timeout`, as asyncio.timeout does. A program that is
/// stopped (Ctrl-Z) reads nothing: when its timer is late, the future gets back as much time as that, or
/// at least one more poll.
///
/// # Errors
/// The runtime's, when the time is over.
pub async fn within<F, T, E>(
    limit: Duration,
    timeout: impl Fn(Duration, Shared<F>) -> T,
    future: F,
) -> Result<F::Output, E>
where
    F: Future<Output: Clone>,
    T: Future<Output = Result<F::Output, E>>,
{
    let (started, future) = (Instant::now(), future.shared());
    match timeout(limit, future.clone()).await {
        Err(_late) => timeout(started.elapsed().saturating_sub(limit), future).await,
        done => done,
    }
}
