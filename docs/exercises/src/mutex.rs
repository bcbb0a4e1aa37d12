//! A lock that can say how often it was taken.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{self, LockResult, MutexGuard};

/// The standard library's Mutex, with its guard; it counts how often it is locked.
#[derive(Debug, Default)]
pub struct Mutex<T> {
    mutex: sync::Mutex<T>,
    locked: AtomicUsize,
}

impl<T> Mutex<T> {
    /// Like `std::sync::Mutex::new`.
    pub fn new(value: T) -> Self {
        Self { mutex: sync::Mutex::new(value), locked: AtomicUsize::new(0) }
    }

    /// Like `std::sync::Mutex::lock`.
    ///
    /// # Errors
    /// A thread panicked while it had the lock.
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        self.locked.fetch_add(1, Ordering::Relaxed);
        self.mutex.lock()
    }

    /// How often it was locked.
    pub fn locked(&self) -> usize {
        self.locked.load(Ordering::Relaxed)
    }
}
