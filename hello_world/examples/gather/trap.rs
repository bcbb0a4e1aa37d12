//! The trap on the way to many futures: on tokio, `join_all` of N sleeps takes the square of N.
//!
//!     cargo run -p hello_world --example gather -- tokio --tasks 32000
//!
//! No such trap in Python: `asyncio.gather` makes a task of each coroutine.
//!
//! join_all is not to blame. Of more than 30 futures, it polls only those that were woken (it uses
//! futures_util::stream::FuturesUnordered). But when a task's budget is spent, tokio turns each
//! sleep away and has it woken again (tokio::task::coop). FuturesUnordered gives up for the moment
//! when it sees two such wakes; since tokio 1.44 they come too late for it to see.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use futures::future::join_all;
use hello_world::lesson::sleep;

/// How long each sleeps, in seconds.
const NAP: f64 = 0.2;

/// Nothing is tried that would take more seconds than this.
const LIMIT: f64 = 4.0;

/// How often naps were polled; atomic, because tasks on several threads count at once.
static POLLS: AtomicUsize = AtomicUsize::new(0);

/// A sleep that counts how often it is polled.
async fn nap() {
    let mut nap = pin!(sleep(NAP)); // pinned: once polled, a future must stay where it is
    poll_fn(|context| {
        POLLS.fetch_add(1, Relaxed);
        nap.as_mut().poll(context)
    })
    .await
}

fn naps(count: usize) -> impl Iterator<Item = impl Future<Output = ()>> {
    (0..count).map(|_| nap())
}

/// Takes ever more naps one way (a function that is async, like `async def`), and draws how much
/// longer than one nap that is.
async fn measure(way: &str, most: usize, take: impl AsyncFn(usize)) {
    println!("\n{way}");
    let mut measured: Vec<(f64, usize)> = vec![];
    let doublings = (most / 500).max(1).ilog2();
    for doublings_left in (0..=doublings).rev() {
        let count = most >> doublings_left;
        if let [.., (before, _), (last, _)] = measured[..] {
            let growth = (last / before).clamp(1.0, 4.0); // at worst, the square
            if last * growth > LIMIT {
                let seconds = last * growth.powi(doublings_left as i32 + 1);
                println!("          stops here: {most} might take {seconds:.0} s");
                break;
            }
        }
        POLLS.store(0, Relaxed);
        let start = Instant::now();
        take(count).await;
        let seconds = start.elapsed().as_secs_f64() - NAP;
        let polls = POLLS.load(Relaxed);
        let bar = "█".repeat((seconds * 10.0).min(42.0) as usize);
        println!("{count:8}  {seconds:6.2} s  {:4} polls each │{bar}", polls / count);
        measured.push((seconds, polls));
    }
    if let [.., earlier, _, last] = measured[..] {
        let (times, polls) = (last.0 / earlier.0, last.1 as f64 / earlier.1 as f64);
        println!(
            "          4 times as many: {times:.0} times the time, {polls:.0} times the polls"
        );
    }
}

async fn in_one_task(most: usize) {
    println!("Sleeps of {NAP} s, all at once; the time beyond {NAP} s, a █ for each 0.1 s.");
    println!("4 times as many should take 4 times the time; 16 times would be the square.");
    let way = async |count| drop(join_all(naps(count)).await);
    measure("join_all: all in one task", most, way).await;
}

async fn in_a_task_each<Task: Future>(most: usize, spawn_nap: impl Fn() -> Task) {
    let way = async |count| {
        let tasks: Vec<_> = (0..count).map(|_| spawn_nap()).collect();
        for task in tasks {
            task.await; // join_all could be trapped again
        }
    };
    measure("spawn: a task each", most, way).await;
}

/// One thread: there, what `#[tokio::main]` runs is a task like any other. (With several threads it
/// is on none of theirs, is woken at once, and has no such trouble; but what it spawns has.)
#[tokio::main(flavor = "current_thread")]
pub async fn on_tokio(most: usize) {
    in_one_task(most).await;
    let way = async |count| drop(tokio::task::unconstrained(join_all(naps(count))).await);
    measure("unconstrained(join_all): the same, and no budget", most, way).await;
    in_a_task_each(most, || tokio::spawn(nap())).await;
    println!("{WHY}");
}

const WHY: &str = "
Why? Each time tokio polls a task, the task has a budget of 128. A sleep that is
over takes 1 of it. When it is spent, the other sleeps pretend not to be over,
and ask to be polled again. So, each time the one task is polled, 128 sleeps
end, and all the others are polled in vain: N / 256 times each, on average.
unconstrained takes the budget away; then other tasks wait until all is done.
Spawned, each sleep has a task, and a budget, of its own.";

pub fn on_async_std(most: usize) {
    async_std::task::block_on(async {
        in_one_task(most).await;
        in_a_task_each(most, || async_std::task::spawn(nap())).await;
        println!("\nasync-std gives a task no budget, so there is no trap: see it on tokio.");
    });
}

pub fn on_smol(most: usize) {
    smol::block_on(async {
        in_one_task(most).await;
        in_a_task_each(most, || smol::spawn(nap())).await;
        println!("\nsmol gives a task no budget, so there is no trap: see it on tokio.");
    });
}
