//! A library made for tokio panics on another runtime, unless async-compat lends it a tokio.
//!
//!     cargo run -p hello_world --example bridging -- [tokio|async-std|smol]
//!
//! In Python the same gap lies between asyncio and Trio, and trio-asyncio bridges it:
//!
//!     async def main():
//!         await asyncio.sleep(1)
//!
//!     trio.run(main)                 # RuntimeError: no running event loop
//!
//! `await` belongs to the language, timers and sockets to a runtime, which watches them. Rust, too,
//! finds out only when it runs: one `async fn` looks like another, for whichever runtime it was
//! made.

use std::fs;
use std::future::poll_fn;
use std::panic::{self, AssertUnwindSafe};
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use async_compat::Compat;
use futures::FutureExt;
use hello_world::lesson::{self, say, step};
use tokio::runtime::Builder;

fn main() -> ExitCode {
    lesson::run(
        "A tokio library on another runtime: the panic, the cure, and who runs what",
        [&on_tokio, &on_async_std, &on_smol],
        "tokio's timers and sockets need a tokio; Compat starts one in a thread.",
    )
}

/// Stands for every library made for tokio, such as reqwest: it waits for tokio's timers or
/// sockets.
async fn tokio_library() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

/// Stands for every library made for smol. (For async-std, too: its timers and sockets are the same
/// crate's, async-io.) async-io brings a thread of its own, and so works on every runtime. On smol
/// and async-std, a thread of theirs that is idle may do that one's work.
async fn smol_library() {
    smol::Timer::after(Duration::from_millis(300)).await;
}

const CAUGHT: &str = "caught: it looked for a running tokio, and there is none";

/// Awaits a future to its end, or to its panic.
async fn attempt(future: impl Future<Output = ()>) {
    let before = threads();
    // `except` for panics. AssertUnwindSafe is our word that what the panic leaves half done, the
    // future, is not used again.
    match AssertUnwindSafe(tell_threads(future)).catch_unwind().await {
        Ok(()) => say(format!("it works; threads before: {before}, now: {}", threads())),
        Err(_panic) => say(CAUGHT),
    }
}

/// Awaits a future, and prints which thread polls it, that is, runs it to its next wait or its end;
/// and which thread wakes it after a wait.
async fn tell_threads(future: impl Future<Output = ()>) {
    let mut future = pin!(future); // polling asks for a promise that the future will not move
    poll_fn(|context| {
        // Arc is a handle with many owners: a timer or a socket that may wake the future holds one.
        let waker = Waker::from(Arc::new(TellingWaker(context.waker().clone())));
        let poll = future.as_mut().poll(&mut Context::from_waker(&waker));
        match poll {
            Poll::Pending => say(format!("thread {} polls it: it has to wait", this_thread())),
            Poll::Ready(()) => say(format!("thread {} polls it: it is done", this_thread())),
        }
        poll
    })
    .await
}

struct TellingWaker(Waker);

impl Wake for TellingWaker {
    fn wake(self: Arc<Self>) {
        say(format!("thread {} wakes it: the time has come", this_thread()));
        self.0.wake_by_ref();
    }
}

fn this_thread() -> String {
    thread::current().name().unwrap_or("without a name").to_owned()
}

/// How many threads this process has: on Linux, a folder has an entry for each.
fn threads() -> String {
    fs::read_dir("/proc/self/task").map_or("not told here".into(), |dir| dir.count().to_string())
}

/// All but the last step, in which the runtime itself spawns.
async fn await_libraries(runtime: &str, compat: &str) {
    step(format!("On {runtime}, a library made for smol"));
    attempt(smol_library()).await;
    step(format!("On {runtime}, a library made for tokio"));
    attempt(tokio_library()).await;
    step(format!("The same inside Compat, which {compat}"));
    attempt(Compat::new(tokio_library())).await;
    step("The same in a task of its own");
}

/// No async fn, and so in no runtime, even if the program has one. What makes a timer or a socket of
/// tokio's has to be inside of one; what awaits it, on any `block_on`, need not.
fn make_outside() {
    let make = || tokio::time::sleep(Duration::from_millis(300));
    step("A function that is not async makes a timer of tokio's");
    if panic::catch_unwind(make).is_err() {
        say(CAUGHT);
    }
    step("The same after runtime.enter()");
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_time().build();
    let runtime = runtime.expect("cannot start tokio");
    let inside = runtime.enter();
    let timer = make();
    drop(inside);
    futures::executor::block_on(attempt(timer));
}

// In a program of your own, put one Compat around it all: `smol::block_on(Compat::new(main()))`. A
// task is not inside of what has spawned it, so it needs one, too. All share the one hidden tokio.

fn on_tokio() {
    within_tokio();
    make_outside();
}

#[tokio::main]
async fn within_tokio() {
    await_libraries("tokio", "finds a tokio and starts none").await;
    tokio::spawn(attempt(Compat::new(tokio_library()))).await.expect("it does not panic");
}

fn on_async_std() {
    async_std::task::block_on(async {
        await_libraries("async-std", "starts a tokio").await;
        async_std::task::spawn(attempt(Compat::new(tokio_library()))).await;
    });
    make_outside();
}

fn on_smol() {
    smol::block_on(async {
        await_libraries("smol", "starts a tokio").await;
        smol::spawn(attempt(Compat::new(tokio_library()))).await;
    });
    make_outside();
}
