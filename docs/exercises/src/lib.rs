//! What the exercises stand on: a log of what happens, a count of what is under way, and the
//! runtimes to run on. No test here looks at a clock: they look at what happened, in which order,
//! how often.

mod mutex;
mod web;

use std::fmt::Display;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

pub use mutex::Mutex;
pub use web::Web;

/// What happened, in order. A clone is another handle to the same log, as with a client.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<std::sync::Mutex<Vec<String>>>);

impl Log {
    /// Writes an event down, and prints it. A test that succeeds keeps what is printed to itself.
    pub fn add(&self, event: impl Display) {
        let event = event.to_string();
        println!("{event}");
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    /// All events so far.
    pub fn events(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often this happened.
    pub fn count(&self, event: &str) -> usize {
        self.events().iter().filter(|happened| *happened == event).count()
    }

    /// Whether this happened, and before the first event that ends in `ending`.
    pub fn has_before(&self, event: &str, ending: &str) -> bool {
        self.events().iter().take_while(|happened| !happened.ends_with(ending)).any(|e| e == event)
    }
}

/// Counts what is under way.
#[derive(Clone, Debug, Default)]
pub struct Gauge(Arc<std::sync::Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    now: usize,
    at_entries: Vec<usize>,
}

impl Gauge {
    /// One more, until what this returns is dropped.
    pub fn enter(&self) -> Entered {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.now += 1;
        let now = counts.now;
        counts.at_entries.push(now);
        Entered(self.clone())
    }

    /// How many there were at once, at most.
    pub fn most(&self) -> usize {
        self.at_entries().into_iter().max().unwrap_or(0)
    }

    /// How many there were whenever one more had entered.
    pub fn at_entries(&self) -> Vec<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).at_entries.clone()
    }
}

/// Somebody who entered; dropped, it leaves.
#[derive(Debug)]
#[must_use = "it counts until it is dropped"]
pub struct Entered(Gauge);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).now -= 1;
    }
}

/// Gives way to the others so many times, like as many `await asyncio.sleep(0)`. Here it stands for
/// work that takes time, on any runtime, and takes none.
pub async fn turns(mut n: usize) {
    poll_fn(|context| {
        if n == 0 {
            return Poll::Ready(());
        }
        n -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Runs the future on tokio, on one thread, with a clock that stands still: when there is nothing
/// to do but to wait for a timer, it jumps there (the book's page "How things end", "Test without
/// waiting").
///
/// # Panics
/// The future waits for what never comes. The panic's place is the caller's.
#[track_caller]
pub fn on_tokio<T>(future: impl Future<Output = T>) -> T {
    const NEVER: Duration = Duration::from_secs(1_000_000); // eleven days, in no time
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().start_paused(true).build().expect("a runtime can be built");
    match runtime.block_on(async { tokio::time::timeout(NEVER, future).await }) {
        Ok(value) => value,
        Err(_elapsed) => panic!("{STUCK}"),
    }
}

/// Runs a check on tokio, on async-std and on smol.
///
/// # Panics
/// The check does, or it waits for what never comes. The panic's place is then the caller's.
#[track_caller]
pub fn on_each_runtime(check: impl AsyncFn()) {
    println!("--- on tokio");
    on_tokio(unless_stuck(check())).expect(STUCK);
    println!("--- on async-std");
    async_std::task::block_on(unless_stuck(check())).expect(STUCK);
    println!("--- on smol");
    smol::block_on(unless_stuck(check())).expect(STUCK);
}

const STUCK: &str = "expected this to end; it waits for ever: nothing that runs here could wake it";

/// None when the future is pending, and nobody has woken it while others had so many turns. For
/// futures that wait for nothing outside of the runtime: no timer, no socket, no thread.
async fn unless_stuck<T>(future: impl Future<Output = T>) -> Option<T> {
    const TURNS: usize = 1000;
    let mut future = pin!(future);
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(woken.clone());
    let mut waited = 0;
    poll_fn(|context| {
        if woken.0.swap(false, Ordering::SeqCst) {
            waited = 0;
            if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return Poll::Ready(Some(value));
            }
        }
        waited += 1;
        if waited == TURNS {
            return Poll::Ready(None);
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// The numbers of the lines that name something: comments do not count, and tests do not.
pub fn lines_of_the_program(source: &str, name: &str) -> Vec<usize> {
    let program = source.lines().take_while(|line| *line != "#[cfg(test)]");
    let code = |line: &str| line.split("//").next().is_some_and(|code| code.contains(name));
    (1..).zip(program).filter(|(_, line)| code(line)).map(|(number, _)| number).collect()
}
