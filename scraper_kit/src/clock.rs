//! The run's clock.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// The clock that a page's `start` and `elapsed` are read from. It starts when it is first looked at: with
/// the first request, so that what a client does to get ready is no part of the run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock(Arc<OnceLock<Instant>>);

impl Clock {
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.get_or_init(Instant::now).elapsed()
    }
}
