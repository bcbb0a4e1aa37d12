//! asyncio's own model: tasks on one thread, which share plain values and need no lock.
//!
//!     cargo run -p hello_world --example one_thread -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     count += 1                  # safe: between two awaits, no other task runs
//!     seen = count
//!     await asyncio.sleep(0)
//!     count = seen + 1            # not safe, on any number of threads
//!
//! `spawn` asks for futures that may move to another thread: `Send`. An executor that stays on its
//! thread does not. Its tasks may hold an `Rc`, a counted reference that stays on one thread, and a
//! `Cell` or `RefCell` in place of a lock. The price: one processor, and one blocking call stops all.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::rc::Rc;
use std::thread;

use futures::future::{FutureExt, LocalBoxFuture, join_all};
use hello_world::lesson::{self, say, sleep, step};

fn main() -> ExitCode {
    lesson::run(
        "Tasks on one thread: Rc, Cell and RefCell in place of Arc and Mutex",
        [&on_tokio, &on_async_std, &on_smol],
        "on one thread tasks share without locks; an await still lets others in.",
    )
}

/// A future that need not be `Send`.
type Local = LocalBoxFuture<'static, ()>;

const MANY: usize = 1000;

async fn count(counter: Rc<Cell<usize>>, threads: Rc<RefCell<BTreeSet<String>>>) {
    counter.set(counter.get() + 1);
    threads.borrow_mut().insert(thread::current().name().unwrap_or("without a name").to_owned());
    sleep(0.1).await;
}

async fn count_wrong(counter: Rc<Cell<usize>>) {
    let seen = counter.get();
    sleep(0.1).await; // all others look, too
    counter.set(seen + 1);
}

/// A `RefCell` counts its borrowers. `borrow_mut` panics while there is another, where a lock would
/// wait for ever; `try_borrow_mut` gives an error.
#[expect(clippy::await_holding_refcell_ref, reason = "the mistake that is shown")]
async fn write(name: &'static str, list: Rc<RefCell<Vec<&'static str>>>) {
    let Ok(mut list) = list.try_borrow_mut() else {
        return say(format!("{name}: the list is borrowed by another task"));
    };
    list.push(name);
    sleep(0.1).await; // still borrowed: Clippy warns of this line
    say(format!("{name}: has written"));
}

/// `run_all` spawns each future on this thread, and awaits them all.
async fn share(run_all: impl AsyncFn(Vec<Local>)) {
    step("A thousand tasks, and a counter without a lock");
    let (counter, threads) = (Rc::new(Cell::new(0)), Rc::default());
    let task = |_| count(Rc::clone(&counter), Rc::clone(&threads)).boxed_local();
    run_all((0..MANY).map(task).collect()).await;
    let threads: Vec<String> = threads.take().into_iter().collect();
    say(format!("counted to {}, on thread {}", counter.get(), threads.join(", ")));

    step("Read, await, then write: no thread is needed to lose a count");
    let counter = Rc::new(Cell::new(0));
    let task = |_| count_wrong(Rc::clone(&counter)).boxed_local();
    run_all((0..MANY).map(task).collect()).await;
    say(format!("counted to {}", counter.get()));

    step("A RefCell that is borrowed across an await");
    let list = Rc::default();
    run_all(vec![
        write("first", Rc::clone(&list)).boxed_local(),
        write("second", list).boxed_local(),
    ])
    .await;
}

#[tokio::main(flavor = "local")] // a LocalRuntime
async fn on_tokio() {
    share(async |futures| {
        let tasks = join_all(futures.into_iter().map(tokio::task::spawn_local)).await;
        assert!(tasks.iter().all(Result::is_ok), "no task panics");
    })
    .await;
}

/// Its `spawn_local` needs the feature `unstable`. But `block_on` does not ask for `Send`, and
/// futures that are joined take turns inside of one task.
fn on_async_std() {
    async_std::task::block_on(share(async |futures| drop(join_all(futures).await)));
}

fn on_smol() {
    let executor = smol::LocalExecutor::new();
    let share = share(async |futures| {
        join_all(futures.into_iter().map(|future| executor.spawn(future))).await;
    });
    smol::block_on(executor.run(share));
}
