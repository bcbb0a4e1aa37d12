//! Which order is this? What a task has of the place where it was spawned.
//!
//!     cargo run -p hello_world --example context -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     ORDER = contextvars.ContextVar("order", default=0)
//!     ORDER.set(1)
//!     asyncio.create_task(cook())       # has a copy of all that was set: ORDER.get() is 1 in it
//!
//! No runtime here hands anything down. A task-local ends where a task is spawned. So hand it in,
//! set it again in the new task, or wrap the task in a span of the crate `tracing`.

use std::process::ExitCode;

use futures::future::{BoxFuture, FutureExt};
use hello_world::lesson::{self, say, step};
use tracing::{Instrument, Span, info_span};

fn main() -> ExitCode {
    lesson::run(
        "Task-locals and spans, within a task and in those that it spawns",
        [&on_tokio, &on_async_std, &on_smol],
        "a spawned task inherits nothing: hand in what it needs to know.",
    )
}

/// An argument: the plainest way, and the compiler sees to it.
async fn cook(order: u32) {
    say(format!("spawned, and told: order {order}"));
}

/// The span that we are in; a future that is `instrument`ed is in its span whenever it is polled.
fn tell_span(who: &str) {
    let span = Span::current();
    say(format!("{who}: {}", span.metadata().map_or("in no span", |span| span.name())));
}

/// Spans are kept by a subscriber; without one, there are none.
fn keep_spans() {
    tracing::subscriber::set_global_default(tracing_subscriber::registry())
        .expect("a process runs one lesson");
}

/// A future for the spawned task, boxed: whatever it is, of the same type.
type Task = BoxFuture<'static, ()>;

/// What goes on every runtime. `spawn` spawns a task there, and awaits it.
async fn hand_in(title: &str, spawn: impl AsyncFn(Task)) {
    step(title);
    spawn(cook(1).boxed()).await;

    step("A span: entered by each poll of what is instrumented with it");
    keep_spans();
    let task = async {
        tell_span("awaited");
        spawn(async { tell_span("spawned") }.boxed()).await;
        spawn(async { tell_span("spawned in the current span") }.in_current_span().boxed()).await;
    };
    task.instrument(info_span!("order 1")).await;
}

#[tokio::main]
async fn on_tokio() {
    tokio::task_local! {
        static ORDER: u32;
    }
    let tell = |who| match ORDER.try_with(|order| *order) {
        Ok(order) => say(format!("{who}: order {order}")),
        Err(_) => say(format!("{who}: no order is set")),
    };

    step("A task-local: set for a future, and for all that this future awaits");
    let task = ORDER.scope(1, async move {
        async { tell("awaited") }.await;
        tokio::spawn(async move { tell("spawned") }).await
    });
    task.await.expect("it does not panic");
    step("Set again for the task");
    let task = ORDER.scope(1, async move {
        tokio::spawn(ORDER.scope(ORDER.get(), async move { tell("spawned") })).await
    });
    task.await.expect("it does not panic");
    hand_in("Handed in", async |task| tokio::spawn(task).await.expect("it does not panic")).await;
}

fn on_async_std() {
    use async_std::task;
    use std::cell::Cell;

    async_std::task_local! {
        static ORDER: Cell<u32> = Cell::new(0);
    }
    fn tell(who: &str) {
        match ORDER.with(Cell::get) {
            0 => say(format!("{who}: no order is set")),
            order => say(format!("{who}: order {order}")),
        }
    }

    task::block_on(async {
        step("A task-local: set for the task, and for all that this task awaits");
        ORDER.with(|order| order.set(1));
        async { tell("awaited") }.await;
        task::spawn(async { tell("spawned") }).await;
        step("Set again in the task");
        let order = ORDER.with(Cell::get);
        let set_again = async move {
            ORDER.with(|cell| cell.set(order));
            tell("spawned");
        };
        task::spawn(set_again).await;
        hand_in("Handed in", async |task| task::spawn(task).await).await;
    });
}

fn on_smol() {
    let title = "Handed in: smol has no task-locals";
    smol::block_on(hand_in(title, async |task| smol::spawn(task).await));
}
