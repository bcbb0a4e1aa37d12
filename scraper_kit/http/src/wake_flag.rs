//! A flag that a waker sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

use futures::task::AtomicWaker;

/// A waker that remembers that it was called.
///
/// A task is polled when any of the things that it waits for may be ready, and then polls all of them.
/// With a flag for each, it polls only those whose flag is set.
pub(crate) struct WakeFlag {
    is_set: AtomicBool,
    task: AtomicWaker,
}

impl WakeFlag {
    /// A flag that is set, so that there is a first poll; and the waker that sets it.
    pub(crate) fn new() -> (Arc<Self>, Waker) {
        let flag = Arc::new(Self { is_set: true.into(), task: AtomicWaker::new() });
        let waker = Waker::from(Arc::clone(&flag));
        (flag, waker)
    }

    /// Clears the flag, and returns whether it was set. From now on the waker wakes this task.
    pub(crate) fn take(&self, context: &Context<'_>) -> bool {
        self.task.register(context.waker());
        self.is_set.swap(false, Ordering::AcqRel)
    }

    /// Sets the flag, and wakes no task.
    pub(crate) fn set(&self) {
        self.is_set.store(true, Ordering::Release);
    }
}

impl Wake for WakeFlag {
    fn wake(self: Arc<Self>) {
        self.set();
        self.task.wake();
    }
}
