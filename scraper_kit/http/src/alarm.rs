//! Whether somebody has been woken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

use futures::task::AtomicWaker;

/// A waker that remembers that it was called.
///
/// A task is polled when any of the things that it waits for may be there, and then asks all of
/// them. With an alarm for each, it asks only those that rang.
pub(crate) struct Alarm {
    rang: AtomicBool,
    task: AtomicWaker,
}

impl Alarm {
    /// An alarm that rings at once, so that there is a first time; and the waker that rings it.
    pub(crate) fn new() -> (Arc<Self>, Waker) {
        let alarm = Arc::new(Self { rang: true.into(), task: AtomicWaker::new() });
        let waker = Waker::from(Arc::clone(&alarm));
        (alarm, waker)
    }

    /// Whether it has rung since it was last asked. If not, or again, it will wake this task.
    pub(crate) fn rang(&self, context: &Context<'_>) -> bool {
        self.task.register(context.waker());
        self.rang.swap(false, Ordering::AcqRel)
    }

    /// Rings, without waking anybody.
    pub(crate) fn set(&self) {
        self.rang.store(true, Ordering::Release);
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.set();
        self.task.wake();
    }
}
