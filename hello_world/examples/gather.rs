//! Five ways to wait for several futures; with `--tasks N`, a trap on the way to many.
//!
//!     cargo run -p hello_world --example gather -- [tokio|async-std|smol] [--tasks N]
//!
//! In Python:
//!
//!     made = [await make(order) for order in orders]                      # one after another
//!     made = await asyncio.gather(*[make(order) for order in orders])     # all at once
//!
//! `gather` makes a task of each coroutine. `join!` and `join_all` make none: their futures take
//! turns inside the task that awaits them. For a task each, spawn. A bounded stream stands for
//! `gather` with a semaphore, and starts nothing before there is room for it.

#[path = "gather/trap.rs"] // each file in examples/ itself would be a program
mod trap;

use std::process::ExitCode;

use clap::Parser;
use futures::future::{FutureExt, join_all};
use futures::join;
use futures::stream::{self, StreamExt};
use hello_world::lesson::{self, say, seconds, sleep, step};
use hello_world::parse_tasks;

/// Five ways to wait for several futures: how long, in which order, at what cost
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    lesson: lesson::Args,

    /// Measure a trap instead: N sleeps, in one task or in a task each
    #[arg(long, value_name = "N", value_parser = parse_tasks, allow_negative_numbers = true)]
    tasks: Option<usize>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match options.tasks {
        None => options.lesson.run(
            [&on_tokio, &on_async_std, &on_smol],
            "join a few, spawn many, and bound how many run at once.",
        ),
        Some(n) => options.lesson.run(
            [&|| trap::on_tokio(n), &|| trap::on_async_std(n), &|| trap::on_smol(n)],
            "on tokio, give many futures a task each; do not join them in one.",
        ),
    }
}

type Order = (&'static str, f64);

const ORDERS: [Order; 3] = [("coffee", 0.4), ("tea", 0.2), ("toast", 0.6)];

async fn make((thing, time): Order) -> &'static str {
    say(format!("{thing}: started"));
    sleep(time).await;
    say(format!("{thing}: ready"));
    thing
}

/// Prints what a way has returned, and makes its line of the summary.
fn returned(way: &str, made: &[&str], cost: &str) -> String {
    let made = made.join(", ");
    say(format!("returned: {made}"));
    format!("{way:<19}  {:.1} s  {made:<18}  {cost}", seconds())
}

/// The ways that need no runtime, as they only poll what they are given, in the task they are in.
async fn in_this_task() -> Vec<String> {
    let [coffee, tea, toast] = ORDERS;
    step("1. One after another: each is awaited before the next is called");
    let made = [make(coffee).await, make(tea).await, make(toast).await];
    let first = returned("one after another", &made, "the times add up");

    step("2. join!: all at once; their number is fixed, each may return its own type");
    let (coffee, tea, toast) = join!(make(coffee), make(tea), make(toast));
    let second = returned("join!", &[coffee, tea, toast], "one task, so one thread");

    step("3. join_all: a list of any length; all return the same type");
    let made = join_all(ORDERS.map(make)).await;
    let third = returned("join_all", &made, "the same, and a list");
    vec![first, second, third]
}

/// Streams, which need no runtime either: the next starts when there is room for it.
async fn bounded() -> [String; 2] {
    step("5. buffer_unordered(2): two at once; what is ready first comes first");
    let made: Vec<_> = stream::iter(ORDERS).map(make).buffer_unordered(2).collect().await;
    let unordered = returned("buffer_unordered(2)", &made, "the order is lost");

    step("   buffered(2): in order; the tea keeps its place until the coffee is ready");
    let made: Vec<_> = stream::iter(ORDERS).map(make).buffered(2).collect().await;
    [unordered, returned("buffered(2)", &made, "a slow one holds up others")]
}

/// Of the five ways, one needs a runtime: to `spawn`.
async fn five_ways<Task: Future<Output = &'static str>>(spawn: impl Fn(Order) -> Task) {
    let mut ways = in_this_task().await;
    step("4. Spawned: a task each; their handles are awaited in order");
    // A task may outlive this function, and change threads: it owns whatever it uses.
    let tasks = ORDERS.map(spawn);
    let mut made = vec![];
    for task in tasks {
        made.push(task.await);
    }
    ways.push(returned("spawn", &made, "a task each, owning its data"));
    ways.extend(bounded().await);
    println!("\n{:<19}  {:<5}  {:<18}  Cost", "Way", "Time", "Returned");
    ways.iter().for_each(|way| println!("{way}"));
}

#[tokio::main]
async fn on_tokio() {
    five_ways(|order| tokio::spawn(make(order)).map(|made| made.expect("no panic"))).await;
}

fn on_async_std() {
    async_std::task::block_on(five_ways(|order| async_std::task::spawn(make(order))));
}

fn on_smol() {
    smol::block_on(five_ways(|order| smol::spawn(make(order))));
}
