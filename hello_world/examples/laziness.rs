//! An async fn that is called and not awaited does nothing; a spawned task starts by itself.
//!
//!     cargo run -p hello_world --example laziness -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     coffee = brew("coffee")                      # a coroutine: nothing runs
//!     tea = asyncio.create_task(brew("tea"))       # a task: starts by itself
//!     await coffee                                 # the coroutine runs now
//!
//! Python warns when a coroutine is thrown away that was never awaited. Rust warns when you
//! compile: `brew("soup");` alone is an unused future "that must be used".

use std::process::ExitCode;

use hello_world::lesson::{self, say, sleep};

fn main() -> ExitCode {
    lesson::run(
        "A future does nothing until it is awaited; a spawned task starts by itself",
        [&on_tokio, &on_async_std, &on_smol],
        "a future runs when it is awaited; a spawned task runs by itself.",
    )
}

async fn brew(drink: &str) {
    say(format!("{drink}: brewing"));
    sleep(0.5).await;
    say(format!("{drink}: ready"));
}

/// All but `spawn_tea` is the same on every runtime.
async fn breakfast<Task: Future>(spawn_tea: impl FnOnce() -> Task) {
    let coffee = brew("coffee");
    say("coffee is called: that makes a future, and nothing runs");
    say("tea is called and spawned: a task, which starts by itself");
    let tea = spawn_tea();
    sleep(1.0).await;
    say("a second later, coffee is awaited");
    coffee.await;
    say("tea is awaited: it has long been ready");
    tea.await; // on tokio this gives a Result, an error if the task has panicked
    let soup = brew("soup");
    say("soup is called and thrown away: it never ran");
    drop(soup);

    let cake = async {
        let dough = [0_u8; 100_000];
        sleep(1.0).await;
        dough.len()
    };
    let (size, boxed) = (size_of_val(&cake), size_of_val(&Box::pin(cake)));
    say(format!("cake keeps 100 KB across its await: {} KB; boxed, {boxed} bytes", size / 1000));
}

#[tokio::main]
async fn on_tokio() {
    breakfast(|| tokio::spawn(brew("tea"))).await;
}

fn on_async_std() {
    async_std::task::block_on(breakfast(|| async_std::task::spawn(brew("tea"))));
}

fn on_smol() {
    smol::block_on(breakfast(|| smol::spawn(brew("tea"))));
}
