//! Which thread polls a future, and which wakes it: printed by `tracing`, on a real runtime.
//!
//!     cargo run -p hello_world --example who_wakes_whom -- [tokio|async-std|smol]
//!
//! asyncio's sleep is, in essence:
//!
//!     timer = loop.create_future()
//!     loop.call_later(1, timer.set_result, None)      # the loop itself will set it
//!     await timer                                     # leaves a callback with it: the waker
//!
//! There the loop's one thread does everything: it runs the task until it waits (a poll), watches
//! the clock, and puts the task back into its queue (a wake; from another thread that takes
//! `call_soon_threadsafe`). Here any thread may call a waker, and many may poll.
//!
//! For a whole program, on tokio alone, there is tokio-console, which shows tasks, polls and wakes
//! as they happen. The program calls `console_subscriber::init()`:
//!
//!     RUSTFLAGS="--cfg tokio_unstable" cargo run          # and in another terminal:
//!     tokio-console

use std::fmt::Debug;
use std::future::poll_fn;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::thread;

use hello_world::lesson::{self, say, sleep, step};
use tracing::field::Field;
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber, info};
use tracing_subscriber::layer::{self, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

fn main() -> ExitCode {
    // Every event goes to the timeline; not the details (debug, trace) of libraries.
    tracing_subscriber::registry().with(LevelFilter::INFO).with(Timeline).init();
    lesson::run(
        "Polls, wakes and threads of a hello world, as a tracing subscriber sees them",
        [&on_tokio, &on_async_std, &on_smol],
        "whoever ends a wait calls the waker, and then the executor polls again.",
    )
}

/// Puts every event on the lesson's timeline, with the name of the thread that it came from.
struct Timeline;

impl<S: Subscriber> Layer<S> for Timeline {
    fn on_event(&self, event: &Event<'_>, _: layer::Context<'_, S>) {
        let thread = thread::current();
        let thread = thread.name().unwrap_or("unnamed");
        event.record(&mut |_: &Field, text: &dyn Debug| say(format!("{thread:<17}  {text:?}")));
    }
}

/// Passes every poll on to the future, and reports it. Reports wakes, too: the future is given a
/// waker of our own in place of the executor's. (`pin!` keeps the future at its place in memory, as
/// polling requires; `poll_fn` makes a future of a closure.)
async fn traced<T>(name: &'static str, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut number = 0;
    poll_fn(|context| {
        number += 1;
        info!("{name}: poll {number} begins");
        let waker = TracedWaker { name, inner: context.waker().clone() };
        let waker = Waker::from(Arc::new(waker)); // `Arc`: any thread may hold it
        let poll = future.as_mut().poll(&mut Context::from_waker(&waker));
        info!("{name}: poll {number}: {}", if poll.is_ready() { "Ready" } else { "Pending" });
        poll
    })
    .await
}

struct TracedWaker {
    name: &'static str,
    inner: Waker, // the executor's
}

impl Wake for TracedWaker {
    fn wake(self: Arc<Self>) {
        info!("{}: woken by this thread", self.name);
        self.inner.wake_by_ref();
    }
}

async fn hello_world() {
    info!("hello: says Hello, and sleeps");
    sleep(0.5).await;
    info!("hello: says World");
}

async fn outer<Task: Future>(spawn_hello: impl FnOnce() -> Task) {
    step("  time    thread             event");
    let outer = async {
        info!("outer: spawns hello, and awaits it");
        spawn_hello().await;
    };
    traced("outer", outer).await;
}

/// An idle worker watches the clock and the sockets; the thread of `main` waits for its own future
/// only. Try `#[tokio::main(flavor = "current_thread")]`: then every line comes from main.
#[tokio::main]
async fn on_tokio() {
    outer(|| tokio::spawn(traced("hello", hello_world()))).await;
    println!("hello was woken by the worker that watched the clock: an idle one does.");
    println!("outer was woken by the worker that ran hello to its end.");
}

/// The clock is watched by whichever thread got to it first: one that is idle in a `block_on`, as
/// main and the workers are, or async-io, which is there for when those are busy.
fn on_async_std() {
    async_std::task::block_on(outer(|| async_std::task::spawn(traced("hello", hello_world()))));
    println!("{WOKEN}");
}

/// The clock is watched as on async-std: both take it from the crate async-io. There is one worker.
fn on_smol() {
    smol::block_on(outer(|| smol::spawn(traced("hello", hello_world()))));
    println!("{WOKEN}");
}

const WOKEN: &str =
    "hello was woken by the thread that watched the clock. Run it again: it is main,
a worker or async-io. outer was woken by the worker that ran hello to its end.";
