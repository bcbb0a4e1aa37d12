//! What this program says beside its output, and the threads that it starts.

pub(crate) mod interrupt;
pub(crate) mod panic;

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::Mutex;
use std::time::Duration;
use std::{process, thread};

/// Says something on standard error, in one line. An error there is ignored: `eprintln!` panics
/// on a full disk or a terminal that is gone.
pub(crate) fn tell(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Says why the program cannot go on, and ends it.
pub(crate) fn give_up(reason: impl Display) -> ! {
    tell(format_args!("error: {reason}"));
    process::exit(1);
}

/// Starts a thread, without which the program cannot go on: `thread::spawn` panics where the system has
/// no more.
pub(crate) fn start_thread(work: impl FnOnce() + Send + 'static) {
    if let Err(error) = thread::Builder::new().spawn(work) {
        give_up(format_args!("cannot start a thread: {error}"));
    }
}

/// Makes sure that so many threads can be had at a time, besides those that are there. A runtime that
/// does not get its own panics, or aborts, or waits for ever.
pub(crate) fn require_threads(count: usize) {
    let gate = Mutex::new(());
    let started = thread::scope(|scope| {
        let _closed = gate.lock();
        let pass = || drop(gate.lock());
        (0..count).try_for_each(|_| thread::Builder::new().spawn_scoped(scope, pass).map(drop))
    });
    if let Err(error) = started {
        give_up(format_args!("cannot start as many threads as are needed, {count} more: {error}"));
    }
    thread::sleep(Duration::from_millis(1)); // the system counts a thread a little longer than we do
}
