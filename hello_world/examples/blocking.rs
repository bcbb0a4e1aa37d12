//! A call that blocks stops every neighbour: how to notice, and the cure.
//!
//!     cargo run -p hello_world --example blocking -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     time.sleep(0.5)                             # in a coroutine: nothing else runs meanwhile
//!     await asyncio.to_thread(time.sleep, 0.5)    # the cure: a thread for it
//!     loop.slow_callback_duration = 0.3           # with debug=True: warns if more than that
//!
//! In both languages a task lets others run only where it awaits, so that work which only computes
//! blocks as well. What differs: a thread is a cure for that, too, as there is no GIL; and by
//! default no runtime here warns. The heartbeat does, which measures how late it is itself.

use std::hint::black_box;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use futures::join;
use hello_world::lesson::{self, say, seconds, sleep, step};

fn main() -> ExitCode {
    lesson::run(
        "A call that blocks stops every neighbour: how to notice, and the cure",
        [&on_tokio, &on_async_std, &on_smol],
        "what blocks, or computes for long, needs a thread of its own.",
    )
}

/// A beat later than this, in seconds, is warned of.
const LATE: f64 = 0.3;

/// Beats every 100 ms, for a while. Returns the longest time without a beat.
async fn heartbeat() -> f64 {
    let (mut last, mut longest) = (0.0, 0.0);
    while last < 0.8 {
        sleep(0.1).await;
        let (now, gap) = (seconds(), seconds() - last);
        if gap < LATE {
            say("beat");
        } else {
            say(format!("beat; WARNING: none for {gap:.2} s, something blocks"));
        }
        (last, longest) = (now, f64::max(longest, gap));
    }
    longest
}

const WORK: Duration = Duration::from_millis(500);

/// Waits as any call does that is not async, `recv` of `std::sync::mpsc` among them: its thread can
/// do nothing else.
fn wait() {
    thread::sleep(WORK);
}

/// Keeps its thread as busy as any long computation. (The cure's threads are hundreds, made for
/// waiting. To compute on every core for long, use a pool, such as rayon's.)
fn compute() {
    let start = Instant::now();
    while start.elapsed() < WORK {
        black_box((0..1000).sum::<u64>()); // or the compiler would drop what is of no use
    }
}

/// Starts `work` between two beats.
async fn neighbour(work: impl Future) {
    sleep(0.25).await;
    say("neighbour: starts");
    work.await;
    say("neighbour: is done");
}

/// The lesson. Handed in is what each runtime has of its own: its `cure` by name, and as a function
/// that sends work `elsewhere`; heart and neighbour spawned `apart`; and `why` that may not be
/// enough.
async fn blocks(
    cure: &str,
    elsewhere: impl AsyncFn(fn()),
    apart: impl Future<Output = f64>,
    why: &str,
) {
    println!("A heart beats every 0.1 s. In the same task, a neighbour works for 0.5 s.");
    // `join!` polls both in one task, and a task is on one thread at a time, whatever the runtime.
    step("1. The neighbour calls thread::sleep");
    let (waiting, ()) = join!(heartbeat(), neighbour(async { wait() }));
    step("2. The neighbour computes");
    let (computing, ()) = join!(heartbeat(), neighbour(async { compute() }));

    step(format!("3. The neighbour calls thread::sleep in {cure}: on another thread"));
    let (wait_cured, ()) = join!(heartbeat(), neighbour(elsewhere(wait)));
    step("4. The neighbour computes there, too");
    let (compute_cured, ()) = join!(heartbeat(), neighbour(elsewhere(compute)));

    step("5. Without it, but both spawned: is it enough that each is a task?");
    let apart = apart.await;

    summarise([waiting, computing, wait_cured, compute_cured, apart], why);
}

fn summarise(longest: [f64; 5], why: &str) {
    println!("\nThe longest time without a beat:");
    let cases = ["1. sleeps", "2. computes", "3. sleeps", "4. computes", "5. sleeps"];
    let places = ["same task", "same task", "its thread", "its thread", "its task"];
    for ((gap, case), place) in longest.into_iter().zip(cases).zip(places) {
        let bar = "█".repeat((gap * 50.0).min(44.0) as usize);
        println!("{gap:6.2} s  {case:<11}  {place:<10}  {bar}");
    }
    if longest[4] < LATE {
        println!("5: enough, this time. As many such calls as threads would stop it, too.");
    } else {
        println!("5: not enough. {why}");
    }
}

#[tokio::main]
async fn on_tokio() {
    let elsewhere = async |work| tokio::task::spawn_blocking(work).await.expect("no panic");
    let apart = async {
        let heart = tokio::spawn(heartbeat());
        tokio::spawn(neighbour(async { wait() })).await.expect("no panic");
        heart.await.expect("no panic")
    };
    // Several threads, and one blocks: https://github.com/tokio-rs/tokio/issues/4730
    let why = "The thread that blocked had the timers; no other took them over.";
    blocks("spawn_blocking", elsewhere, apart, why).await;
}

fn on_async_std() {
    let elsewhere = async |work| async_std::task::spawn_blocking(work).await;
    let apart = async {
        let heart = async_std::task::spawn(heartbeat());
        async_std::task::spawn(neighbour(async { wait() })).await;
        heart.await
    };
    let why = "Here, there is one thread for all tasks.";
    async_std::task::block_on(blocks("spawn_blocking", elsewhere, apart, why));
}

fn on_smol() {
    let elsewhere = async |work| smol::unblock(work).await;
    let apart = async {
        let heart = smol::spawn(heartbeat());
        smol::spawn(neighbour(async { wait() })).await;
        heart.await
    };
    let why = "There is one thread for all tasks, unless SMOL_THREADS says more.";
    smol::block_on(blocks("smol::unblock", elsewhere, apart, why));
}
