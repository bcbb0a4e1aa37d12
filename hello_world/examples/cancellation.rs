//! Whatever is cancelled is dropped at its await: where that loses data, and how to end well.
//!
//!     cargo run -p hello_world --example cancellation -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     task.cancel()                     # CancelledError is raised in it, at its await
//!     await asyncio.shield(task)        # if this wait is cancelled, the task goes on
//!     loop.add_signal_handler(signal.SIGINT, stop.set)
//!
//! Nothing is raised in a Rust task, and nothing there can say no: it is dropped, its destructors
//! run. On tokio and async-std every task is shielded: it goes on when its handle is dropped.

use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, mem, thread};

use futures::channel::mpsc::{Receiver, Sender, channel};
use futures::channel::oneshot;
use futures::{FutureExt, SinkExt, StreamExt, join, poll, select, stream};
use hello_world::lesson::{self, say, sleep, step};

fn main() -> ExitCode {
    if env::args_os().len() == 1 {
        // Three processes will run, one after the other: Ctrl-C is for them, not for this one.
        ctrlc::set_handler(|| ()).expect("no handler is set yet");
    }
    lesson::run(
        "What becomes of a future, a task and a whole program that are cancelled",
        [&on_tokio, &on_async_std, &on_smol],
        "any await may be the last; keep elsewhere what must not be lost.",
    )
}

async fn cook(dish: &'static str, seconds: f64) {
    say(format!("{dish}: started, needs {seconds} s"));
    let unfinished = Unfinished(dish); // the future owns it: dropped together
    sleep(seconds).await;
    mem::forget(unfinished); // never dropped: it is finished
    say(format!("{dish}: ready"));
}

struct Unfinished(&'static str);

impl Drop for Unfinished {
    fn drop(&mut self) {
        say(format!("{}: dropped at its await", self.0));
    }
}

async fn knead_and_bake() {
    say("bread: kneading for 1 s, without an await");
    thread::sleep(Duration::from_secs(1));
    cook("bread", 9.0).await;
}

/// The lesson. Handed in is what each runtime has of its own.
async fn cancel<Handle>(
    on_drop: &str,
    spawn_soup: impl FnOnce() -> Handle,
    cancel_bread: impl Future<Output = ()>,
    ctrl_c: impl Future<Output = ()>,
) {
    step("A future is dropped");
    let mut tea = Box::pin(cook("tea", 9.0)); // pinned: once it has run, it must not be moved
    let _ = poll!(&mut tea); // polled once, as executors do: it runs up to its await
    say("tea: its future is dropped");
    drop(tea);

    step(format!("A task's handle is dropped: {on_drop}"));
    let soup = spawn_soup();
    sleep(0.5).await;
    say("soup: its handle is dropped");
    drop(soup);
    sleep(1.0).await;

    step("A task is cancelled: it ends when it next waits");
    cancel_bread.await;
    read_orders().await;
    serve(ctrl_c).await;
}

#[tokio::main(worker_threads = 2)] // the bread blocks one of them
async fn on_tokio() {
    let soup = || tokio::spawn(cook("soup", 1.0));
    let bread = async {
        let bread = tokio::spawn(knead_and_bake());
        sleep(0.5).await;
        say("bread: abort()");
        bread.abort(); // a request, like Python's
        let error = bread.await.expect_err("bread needs 9 s");
        say(format!("bread: its handle returns Err, is_cancelled: {}", error.is_cancelled()));
    };
    let ctrl_c = async { tokio::signal::ctrl_c().await.expect("signals can be listened to") };
    cancel("on tokio, the task goes on", soup, bread, ctrl_c).await;
}

fn on_async_std() {
    let soup = || async_std::task::spawn(cook("soup", 1.0));
    let bread = async {
        let bread = async_std::task::spawn(knead_and_bake());
        sleep(0.5).await;
        say("bread: cancel()");
        let output = bread.cancel().await; // waits until it is dropped
        say(format!("bread: cancel() returns {output:?}"));
    };
    let lesson = cancel("on async-std, the task goes on", soup, bread, ctrl_c());
    async_std::task::block_on(lesson);
}

fn on_smol() {
    let soup = || smol::spawn(cook("soup", 1.0)); // soup.detach() would let it go on
    let bread = async {
        let bread = smol::spawn(knead_and_bake());
        sleep(0.5).await;
        say("bread: cancel()");
        let output = bread.cancel().await; // waits until it is dropped
        say(format!("bread: cancel() returns {output:?}"));
    };
    smol::block_on(cancel("on smol, that cancels the task", soup, bread, ctrl_c()));
}

async fn read_orders() {
    step("Sent: 2 eggs, 3 toasts, 1 tea. A tick drops the read that is under way");
    let (words, ticks) = (channel(1), channel(1)); // like asyncio.Queue(1); .0 sends, .1 receives
    join!(send(words.0, ticks.0), read_wrong(words.1, ticks.1));
    step("The same again. A tick drops nothing: the read goes on where it was");
    let (words, ticks) = (channel(1), channel(1));
    join!(send(words.0, ticks.0), read_right(words.1, ticks.1));
}

/// The clock ticks where it does most harm. A real one would, too, but not every time.
async fn send(mut words: Sender<&'static str>, mut ticks: Sender<()>) {
    for word in ["2", "tick", "eggs", "3", "toasts", "1", "tea"] {
        if word == "tick" {
            ticks.send(()).await.expect("it is read");
        } else {
            say(format!("sent: {word}"));
            words.send(word).await.expect("it is read");
        }
        sleep(0.02).await;
    }
}

/// It may be dropped at each await: at the second, it takes `count` with it.
async fn read_order(words: &mut Receiver<&'static str>) -> Option<String> {
    let count = words.next().await?; // `?` returns None at the end of the words
    let dish = words.next().await?;
    Some(format!("{count} {dish}"))
}

/// `select!` drops what has not won, and each turn makes a new `read_order`. A loop around Python's
/// `wait_for(read_order(), 1)` loses words in the same way. `fuse`: not polled again when done.
async fn read_wrong(mut words: Receiver<&'static str>, mut ticks: Receiver<()>) {
    loop {
        select! {
            order = read_order(&mut words).fuse() => match order {
                Some(order) => say(format!("arrived: {order}")),
                None => return,
            },
            () = ticks.select_next_some() => say("tick: the read is dropped, and its word"),
        }
    }
}

/// The future that reads lives outside of the loop: `select!` borrows it, a tick leaves it where it
/// is. Another cure: keep `count` outside, in the object that reads. That makes `read_order` cancel
/// safe, as tokio's documentation calls it.
async fn read_right(mut words: Receiver<&'static str>, mut ticks: Receiver<()>) {
    let reading = async {
        while let Some(order) = read_order(&mut words).await {
            say(format!("arrived: {order}"));
        }
    };
    let mut reading = pin!(reading.fuse()); // like Box::pin, in this function's own memory
    loop {
        select! {
            () = reading => return,
            () = ticks.select_next_some() => say("tick: the read goes on"),
        }
    }
}

/// Two dishes at a time, until all are served or Ctrl-C is pressed. A second Ctrl-C does nothing:
/// there is a limit anyway.
async fn serve(ctrl_c: impl Future<Output = ()>) {
    let mut ctrl_c = pin!(ctrl_c.fuse());
    let _ = poll!(&mut ctrl_c); // polled once, it listens from here on
    step("Two cooks are at work: press Ctrl-C, or wait");
    let dishes = [("coffee", 0.5), ("roast", 2.2), ("toast", 0.5), ("cake", 0.4)];
    let (open, closed) = oneshot::channel::<()>();
    let cooking = stream::iter(dishes)
        .take_until(closed) // ends the list of dishes, not the cooking
        .map(|(dish, seconds)| cook(dish, seconds))
        .buffer_unordered(2)
        .collect::<()>();
    let mut cooking = pin!(cooking.fuse());
    select! {
        () = cooking => return say("all are served"),
        () = ctrl_c => say("Ctrl-C: no new dish; what is begun gets 1 s"),
    }
    drop(open);
    select! {
        () = cooking => say("what was begun is ready"),
        () = sleep(1.0).fuse() => say("the second is over: the rest is dropped"),
    }
}

/// async-std and smol bring no signals. The ctrlc crate calls a closure on a thread of its own, and
/// a channel takes the news to async code. `move`: the closure owns the sender, as it may outlive
/// this function.
async fn ctrl_c() {
    let (mut sender, mut pressed) = channel(1);
    let handler = move || _ = sender.try_send(()); // full or closed: not the first one
    ctrlc::set_handler(handler).expect("signals can be listened to");
    pressed.next().await;
}
