//! What an event loop does: an executor and a timer by hand, then the same futures on a runtime.
//!
//!     cargo run -p hello_world --example by_hand -- [tokio|async-std|smol]
//!
//! In Python, for coroutines that yield the seconds they want to sleep:
//!
//!     ready = queue.SimpleQueue()                         # coroutines that can go on
//!
//!     def run(*coroutines):
//!         for coroutine in coroutines:
//!             ready.put(coroutine)
//!         left = len(coroutines)
//!         while left:
//!             coroutine = ready.get()                     # waits until there is one
//!             try:
//!                 seconds = coroutine.send(None)          # runs it to its next yield
//!                 threading.Timer(seconds, ready.put, [coroutine]).start()
//!             except StopIteration:
//!                 left -= 1
//!
//! There a coroutine hands up to the loop what it waits for. In Rust the executor hands a waker
//! down to the future, and what the future waits for calls it: the executor knows of no timers.
//!
//! It is a toy. A real executor takes new tasks while it runs, and may have many threads. Real
//! timers share one thread, the reactor's, which watches the sockets, too; here each has its own.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use hello_world::lesson::{self, say, step};

fn main() -> ExitCode {
    lesson::run(
        "An event loop by hand, in some 60 lines; then the same on a real runtime",
        [&|| by_hand_and(on_tokio), &|| by_hand_and(on_async_std), &|| by_hand_and(on_smol)],
        "an executor polls what is ready and parks; a waker says what is ready.",
    )
}

// ANCHOR: toy
/// `Box<dyn Future>` holds a future of any type. `Pin`: it stays where it is in memory, since a
/// future that was polled may hold references into itself.
type Task = Pin<Box<dyn Future<Output = ()>>>;

/// The executor: polls each task that is ready, parks its thread when none is, until all are done.
fn block_on<const N: usize>(tasks: [Task; N]) {
    let mut tasks: HashMap<usize, Task> = tasks.into_iter().enumerate().collect();
    // The tasks to poll: at first, all. `Arc`: shared with the wakers, on any thread. `Mutex`: one
    // at a time may use it (`unwrap`: no thread panics meanwhile).
    let ready = Arc::new(Mutex::new(VecDeque::from_iter(0..N)));
    while !tasks.is_empty() {
        let next = ready.lock().unwrap().pop_front();
        let Some(number) = next else {
            say("executor: nothing is ready, its thread parks");
            thread::park();
            continue;
        };
        let Some(task) = tasks.get_mut(&number) else { continue }; // woken after its end
        let waker = TaskWaker { number, ready: ready.clone(), executor: thread::current() };
        let waker = Waker::from(Arc::new(waker));
        if task.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            tasks.remove(&number);
        }
    }
}

/// What the executor hands down with each poll. A call from any thread means that the task can go
/// on.
struct TaskWaker {
    number: usize,
    ready: Arc<Mutex<VecDeque<usize>>>,
    executor: Thread,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        say("waker: puts the task into the queue, unparks the executor's thread");
        self.ready.lock().unwrap().push_back(self.number);
        self.executor.unpark();
    }
}

/// A future that is ready at a given time. It belongs to no runtime. (tokio's `sleep` belongs to
/// tokio, whose reactor has the clock: elsewhere it panics.)
struct Timer {
    name: &'static str,
    end: Instant,
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Timer { name, end } = *self;
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        // `move`: the waker goes along to the thread. Two polls start two threads: a toy.
        thread::spawn(move || {
            thread::sleep(left);
            say(format!("{name}: time is up, the timer's thread calls the waker"));
            waker.wake();
        });
        Poll::Pending
    }
}
// ANCHOR_END: toy

/// Hello world, and a line for what came of each poll: `poll_fn` makes a future of a closure, and
/// this one passes the poll on to the future inside, which `pin!` keeps in its place.
async fn hello_world(name: &'static str, seconds: f64) {
    let mut hello = pin!(async {
        say(format!("{name}: Hello"));
        Timer { name, end: Instant::now() + Duration::from_secs_f64(seconds) }.await;
        say(format!("{name}: World"));
    });
    let mut polls = 0;
    poll_fn(|context| {
        polls += 1;
        let poll = hello.as_mut().poll(context);
        say(format!("{name}: poll {polls}: {}", if poll.is_ready() { "Ready" } else { "Pending" }));
        poll
    })
    .await;
}

fn by_hand_and(on_runtime: fn()) {
    step("One hello world, on the executor by hand:");
    block_on([Box::pin(hello_world("Earth", 0.5))]);
    step("Two at once, on the executor by hand:");
    block_on([Box::pin(hello_world("Earth", 0.5)), Box::pin(hello_world("Mars", 1.0))]);
    on_runtime();
    say("each went as it did by hand: a future does not know who polls it");
}

async fn the_same_on<Task: Future>(runtime: &str, spawn: impl Fn(&'static str, f64) -> Task) {
    step(format!("The same two, with the same timer, on {runtime}:"));
    let (earth, mars) = (spawn("Earth", 0.5), spawn("Mars", 1.0));
    earth.await;
    mars.await;
}

#[tokio::main]
async fn on_tokio() {
    the_same_on("tokio", |name, seconds| tokio::spawn(hello_world(name, seconds))).await;
}

fn on_async_std() {
    use async_std::task::{block_on, spawn};
    block_on(the_same_on("async-std", |name, seconds| spawn(hello_world(name, seconds))));
}

fn on_smol() {
    use smol::{block_on, spawn};
    block_on(the_same_on("smol", |name, seconds| spawn(hello_world(name, seconds))));
}
