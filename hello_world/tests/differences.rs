//! What differs between the runtimes: a table whose every cell is what a small program saw.
//!
//!     cargo test -p hello_world --test differences
//!     UPDATE_DOCS=1 cargo test -p hello_world --test differences     writes the table anew

use std::any::Any;
use std::collections::BTreeSet;
use std::future::Future;
use std::io::{BufRead, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs, pin};

use clap::ValueEnum;
use futures::future::{Either, FutureExt, LocalBoxFuture, select};
use futures::stream::{self, StreamExt};
use hello_world::Runtime::{self, AsyncStd, Smol, Tokio};
use libtest_mimic::{Arguments, Trial};

/// Long enough for what must happen, also on a busy machine; what comes sooner does not wait for it.
const LONG: Duration = Duration::from_secs(20);
/// For what must not happen.
const SHORT: Duration = Duration::from_millis(300);

/// A question, and the program that answers it.
type Row = (&'static str, fn(Runtime) -> String);

const ROWS: &[Row] = &[
    ("An async fn is called, and not awaited", call),
    ("A task is spawned, and not awaited", spawn),
    ("A task's handle is dropped", drop_handle),
    ("A task is cancelled", cancel),
    ("A task panics: awaiting its handle", await_panicked),
    ("… and tasks that are spawned after it", spawn_after_panic),
    ("Tasks that still run when `block_on` returns", outlive_block_on),
    ("… and when the runtime is dropped", outlive_runtime),
    ("Threads that run spawned tasks, unless you say otherwise", count_threads),
    ("… and their name", name_of_task_thread),
    ("The future given to `block_on` runs on", name_of_main_thread),
    ("A sleeper is woken by", name_of_waking_thread),
    ("A blocking call is moved to a thread called", name_of_blocking_thread),
    ("A blocking call has begun when `main` returns", blocking_call_at_the_end),
    ("Spawning outside of the runtime", spawn_outside),
    ("Sleeping outside of the runtime", sleep_outside),
    ("`block_on` inside of `block_on`", nest_block_on),
    ("An interval first fires", first_tick),
    ("A channel with 1000 messages gives, in one poll of a task", receive_without_pause),
    ("A `TcpStream` reads with", read_trait),
];

fn main() {
    if let Ok(runtime) = env::var(READS_INPUT) {
        return read_input_and_end(Runtime::from_str(&runtime, false).unwrap());
    }
    let table: Vec<_> = ROWS.iter().map(|(question, _)| *question).collect();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(document(), render()).expect("cannot write the table");
    }
    let told = fs::read_to_string(document()).unwrap_or_default().replace("\r\n", "\n");
    let mut trials = vec![Trial::test("the_table_has_these_rows", {
        let told = told.clone();
        move || {
            let rows: Vec<_> = told.lines().skip(2).map(|line| cell(line, 0)).collect();
            if rows == table { Ok(()) } else { Err(format!("{rows:?}").into()) }
        }
    })];
    for (number, (question, observe)) in ROWS.iter().enumerate() {
        for (column, &runtime) in Runtime::value_variants().iter().enumerate() {
            let told = told.lines().nth(number + 2).map_or("", |line| cell(line, column + 1));
            let told = told.to_owned();
            trials.push(Trial::test(format!("{question} / {runtime:?}"), move || {
                let seen = observe(runtime);
                if seen == told { Ok(()) } else { Err(format!("{seen}, not {told}").into()) }
            }));
        }
    }
    // One after another: they count threads, and each must have the machine to itself.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit();
}

fn document() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/differences.md")
}

fn cell(line: &str, column: usize) -> &str {
    line.trim_matches('|').split('|').nth(column).unwrap_or_default().trim()
}

fn render() -> String {
    let mut text = "| | tokio | async-std | smol |\n| --- | --- | --- | --- |\n".to_owned();
    for (question, observe) in ROWS {
        let cells: Vec<_> = Runtime::value_variants().iter().map(|&on| observe(on)).collect();
        text += &format!("| {question} | {} |\n", cells.join(" | "));
    }
    text
}

// The same few things on each runtime.

fn block_on<T>(runtime: Runtime, future: impl Future<Output = T>) -> T {
    match runtime {
        Tokio => tokio::runtime::Runtime::new().unwrap().block_on(future),
        AsyncStd => async_std::task::block_on(future),
        Smol => smol::block_on(future),
    }
}

async fn sleep(runtime: Runtime, time: Duration) {
    match runtime {
        Tokio => tokio::time::sleep(time).await,
        AsyncStd => async_std::task::sleep(time).await,
        Smol => drop(smol::Timer::after(time).await),
    }
}

/// Spawns, and drops no handle.
fn detach(runtime: Runtime, future: impl Future<Output = ()> + Send + 'static) {
    match runtime {
        Tokio => drop(tokio::spawn(future)),
        AsyncStd => drop(async_std::task::spawn(future)),
        Smol => smol::spawn(future).detach(),
    }
}

/// Says when it is dropped, as a task that is cancelled drops all that it owns.
struct Owned(mpsc::Sender<&'static str>);

impl Drop for Owned {
    fn drop(&mut self) {
        let _ = self.0.send("dropped");
    }
}

/// A task that waits for good at an await, and what it tells: `started`, then `dropped`.
fn endless_task(
    runtime: Runtime,
) -> (impl Future<Output = ()> + Send, mpsc::Receiver<&'static str>) {
    let (tell, told) = mpsc::channel();
    let task = async move {
        tell.send("started").unwrap();
        let _owned = Owned(tell);
        loop {
            sleep(runtime, Duration::from_secs(1)).await;
        }
    };
    (task, told)
}

fn thread_name() -> String {
    thread::current().name().unwrap_or("without a name").to_owned()
}

// The observations.

fn call(runtime: Runtime) -> String {
    block_on(runtime, async move {
        let ran = AtomicBool::new(false);
        let future = async { ran.store(true, Ordering::SeqCst) };
        sleep(runtime, SHORT).await;
        let before = ran.load(Ordering::SeqCst);
        future.await;
        assert!(ran.load(Ordering::SeqCst), "it runs when it is awaited");
        if before { "runs" } else { "nothing runs" }.to_owned()
    })
}

fn spawn(runtime: Runtime) -> String {
    let (task, told) = endless_task(runtime);
    block_on(runtime, async move {
        detach(runtime, task);
        match told.recv_timeout(LONG) {
            Ok("started") => "it runs".to_owned(),
            other => format!("{other:?}"),
        }
    })
}

fn drop_handle(runtime: Runtime) -> String {
    let (task, told) = endless_task(runtime);
    block_on(runtime, async move {
        let handle: Box<dyn Any> = match runtime {
            Tokio => Box::new(tokio::spawn(task)),
            AsyncStd => Box::new(async_std::task::spawn(task)),
            Smol => Box::new(smol::spawn(task)),
        };
        assert_eq!(told.recv_timeout(LONG), Ok("started"));
        drop(handle);
        match told.recv_timeout(if runtime == Smol { LONG } else { SHORT }) {
            Ok("dropped") => "the task is cancelled".to_owned(),
            Err(mpsc::RecvTimeoutError::Timeout) => "the task runs on".to_owned(),
            other => format!("{other:?}"),
        }
    })
}

fn cancel(runtime: Runtime) -> String {
    let (task, told) = endless_task(runtime);
    block_on(runtime, async move {
        let wait_for_start = || assert_eq!(told.recv_timeout(LONG), Ok("started"));
        let (how, end) = match runtime {
            Tokio => {
                let handle = tokio::spawn(task);
                wait_for_start();
                handle.abort();
                let end = handle.await.unwrap_err();
                ("`abort()`", if end.is_cancelled() { "`Err(JoinError)`" } else { "?" })
            }
            AsyncStd => {
                let handle = async_std::task::spawn(task);
                wait_for_start();
                ("`cancel().await`", handle.cancel().await.map_or("`None`", |()| "?"))
            }
            Smol => {
                let handle = smol::spawn(task);
                wait_for_start();
                ("`cancel().await`", handle.cancel().await.map_or("`None`", |()| "?"))
            }
        };
        assert_eq!(told.recv_timeout(LONG), Ok("dropped"), "all it owns is released");
        format!("{how}, which gives {end}")
    })
}

/// A task that panics, without the usual text on the screen.
async fn panics() {
    std::panic::resume_unwind(Box::new("a task panics"));
}

fn await_panicked(runtime: Runtime) -> String {
    block_on(runtime, async move {
        let awaited = match runtime {
            Tokio => {
                let task = tokio::spawn(panics());
                AssertUnwindSafe(async { task.await.map_err(|e| e.is_panic()) })
                    .catch_unwind()
                    .await
            }
            AsyncStd => {
                let task = async_std::task::spawn(panics());
                AssertUnwindSafe(task.map(Ok)).catch_unwind().await
            }
            Smol => {
                let task = smol::spawn(panics());
                AssertUnwindSafe(task.map(Ok)).catch_unwind().await
            }
        };
        match awaited {
            Err(panic) if panic.is::<&str>() => "panics, too",
            Ok(Err(true)) => "gives `Err(JoinError)`",
            _ => "?",
        }
        .to_owned()
    })
}

fn spawn_after_panic(runtime: Runtime) -> String {
    block_on(runtime, async move {
        for _ in 0..100 {
            match runtime {
                // A handle that nobody awaits: nobody learns of the panic.
                Tokio => drop(tokio::spawn(panics())),
                AsyncStd => drop(async_std::task::spawn(panics())),
                Smol => smol::spawn(panics()).detach(),
            }
        }
        let (task, told) = endless_task(runtime);
        detach(runtime, task);
        match told.recv_timeout(LONG) {
            Ok("started") => "run".to_owned(),
            other => format!("{other:?}"),
        }
    })
}

fn outlive_block_on(runtime: Runtime) -> String {
    if runtime != Tokio {
        return beats_after(|future| block_on(runtime, future), runtime);
    }
    let on_several = tokio::runtime::Runtime::new().unwrap();
    let several = beats_after(|future| on_several.block_on(future), runtime);
    let on_one = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let one = beats_after(|future| on_one.block_on(future), runtime);
    format!("{several}; with `current_thread` they {one}")
}

/// What becomes of a task that sends a beat again and again, when `block_on` has returned.
fn beats_after(block_on: impl Fn(LocalBoxFuture<'_, ()>), runtime: Runtime) -> String {
    let (beat, beats) = mpsc::channel();
    block_on(Box::pin(async {
        detach(runtime, async move {
            while beat.send(()).is_ok() {
                sleep(runtime, Duration::from_millis(10)).await;
            }
        });
        sleep(runtime, SHORT).await;
        assert_eq!(beats.recv_timeout(LONG), Ok(()));
    }));
    beats.try_iter().for_each(drop); // those from before
    if beats.recv_timeout(SHORT * 3).is_ok() {
        return "run on".to_owned();
    }
    block_on(Box::pin(sleep(runtime, SHORT)));
    assert_eq!(beats.recv_timeout(LONG), Ok(()), "they go on");
    "stand still until the next `block_on`".to_owned()
}

fn outlive_runtime(runtime: Runtime) -> String {
    let (task, told) = endless_task(runtime);
    let ended = match runtime {
        Tokio => {
            let tokio = tokio::runtime::Runtime::new().unwrap();
            tokio.spawn(task);
            assert_eq!(told.recv_timeout(LONG), Ok("started"));
            drop(tokio);
            "are cancelled"
        }
        AsyncStd => return "not seen: it is never dropped".to_owned(),
        Smol => {
            let executor = smol::Executor::new();
            executor.spawn(task).detach();
            while told.try_recv() != Ok("started") {
                executor.try_tick();
            }
            drop(executor);
            "those of an `Executor` are cancelled; `smol::spawn`'s is never dropped"
        }
    };
    assert_eq!(told.recv_timeout(LONG), Ok("dropped"));
    ended.to_owned()
}

/// The threads that run tasks, by number and by name: enough tasks that each holds its thread for a
/// while, so that every thread must take some.
fn task_threads(runtime: Runtime) -> (usize, BTreeSet<String>) {
    let cores = thread::available_parallelism().unwrap().get();
    let seen = Arc::new(Mutex::new(Vec::new()));
    block_on(runtime, async {
        for _ in 0..cores * 16 {
            let seen = seen.clone();
            detach(runtime, async move {
                thread::sleep(Duration::from_millis(20));
                seen.lock().unwrap().push((thread::current().id(), thread_name()));
            });
        }
        while seen.lock().unwrap().len() < cores * 16 {
            sleep(runtime, Duration::from_millis(20)).await;
        }
    });
    let seen = seen.lock().unwrap();
    let mut ids: Vec<_> = seen.iter().map(|(id, _)| *id).collect();
    ids.sort_by_key(|id| format!("{id:?}"));
    ids.dedup();
    (ids.len(), seen.iter().map(|(_, name)| name.clone()).collect())
}

fn count_threads(runtime: Runtime) -> String {
    let cores = thread::available_parallelism().unwrap().get();
    match (task_threads(runtime).0, runtime) {
        (1, Smol) => "1 (`SMOL_THREADS`)".to_owned(),
        (threads, AsyncStd) if threads == cores => {
            "one per core (`ASYNC_STD_THREAD_COUNT`)".to_owned()
        }
        (threads, Tokio) if threads == cores => "one per core (`worker_threads`)".to_owned(),
        (threads, _) => format!("{threads} on {cores} cores"),
    }
}

fn name_of_task_thread(runtime: Runtime) -> String {
    let names: Vec<_> = task_threads(runtime).1.into_iter().collect();
    format!("`{}`", names.join(", "))
}

fn name_of_main_thread(runtime: Runtime) -> String {
    let before = thread::current().id();
    let during = block_on(runtime, async { thread::current().id() });
    if before == during { "the thread that calls it" } else { "another thread" }.to_owned()
}

/// A waker that says which thread called it.
struct WhoWakes(mpsc::Sender<String>);

impl Wake for WhoWakes {
    fn wake(self: Arc<Self>) {
        let _ = self.0.send(thread_name());
    }
}

fn name_of_waking_thread(runtime: Runtime) -> String {
    // The sleeper is polled by hand in a thread that then waits for a channel, not for the reactor;
    // so what wakes it is what drives the timers.
    let watch = move || {
        let (tell, told) = mpsc::channel();
        let waker = Arc::new(WhoWakes(tell)).into();
        let mut sleeper = pin::pin!(sleep(runtime, Duration::from_millis(100)));
        assert_eq!(sleeper.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Pending);
        told.recv_timeout(LONG).expect("the sleeper is woken")
    };
    let name = match runtime {
        Tokio => {
            let tokio = tokio::runtime::Runtime::new().unwrap();
            let _inside = tokio.enter();
            watch()
        }
        AsyncStd | Smol => watch(),
    };
    match (runtime, name.as_str()) {
        (Tokio, "tokio-rt-worker") => "one of tokio's threads",
        // async-io's reactor is everybody's: a thread that has nothing to do waits for it.
        (_, "async-io" | "async-std/runtime" | "smol-1") => "`async-io`, or an idle thread",
        (_, other) => other,
    }
    .to_owned()
}

fn name_of_blocking_thread(runtime: Runtime) -> String {
    let name = block_on(runtime, async {
        match runtime {
            Tokio => tokio::task::spawn_blocking(thread_name).await.unwrap(),
            AsyncStd => async_std::task::spawn_blocking(thread_name).await,
            Smol => smol::unblock(thread_name).await,
        }
    });
    // The numbers count the pool's threads.
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    format!("`{name}{}`", if name.ends_with('-') { "N" } else { "" })
}

/// A word of ours to a process of ours: the runtime on which it is done while standard input is read.
const READS_INPUT: &str = "DIFFERENCES_READS_INPUT";

/// The `main` of that process.
fn read_input_and_end(runtime: Runtime) {
    let (begin, begun) = mpsc::channel();
    let read = move || {
        begin.send(()).unwrap();
        let _ = std::io::stdin().read_line(&mut String::new());
    };
    block_on(runtime, async {
        match runtime {
            Tokio => drop(tokio::task::spawn_blocking(read)),
            AsyncStd => drop(async_std::task::spawn_blocking(read)),
            Smol => smol::unblock(read).detach(),
        }
        begun.recv_timeout(LONG).expect("it begins");
        println!("begun");
    });
}

fn blocking_call_at_the_end(runtime: Runtime) -> String {
    let mut program = Command::new(env::current_exe().unwrap());
    program.env(READS_INPUT, runtime.to_possible_value().unwrap().get_name());
    let mut program = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let input = program.stdin.take(); // while it is open, there may be more to read
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "begun\n");

    let start = Instant::now();
    let patience = if runtime == Tokio { SHORT * 3 } else { LONG };
    while start.elapsed() < patience {
        if let Some(status) = program.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return "the program ends".to_owned();
        }
        thread::sleep(Duration::from_millis(10));
    }
    drop(input);
    assert!(program.wait().unwrap().success());
    "the program waits for it".to_owned()
}

fn panics_or_works(action: impl FnOnce()) -> String {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(action));
    std::panic::set_hook(usual);
    if result.is_ok() { "works" } else { "panics" }.to_owned()
}

fn spawn_outside(runtime: Runtime) -> String {
    let (task, told) = endless_task(runtime);
    panics_or_works(|| {
        detach(runtime, task);
        assert_eq!(told.recv_timeout(LONG), Ok("started"));
    })
}

fn sleep_outside(runtime: Runtime) -> String {
    panics_or_works(|| futures::executor::block_on(sleep(runtime, Duration::from_millis(10))))
}

fn nest_block_on(runtime: Runtime) -> String {
    panics_or_works(|| block_on(runtime, async { block_on(runtime, async {}) }))
}

fn first_tick(runtime: Runtime) -> String {
    if runtime == AsyncStd {
        return "not seen: it needs the feature `unstable`".to_owned();
    }
    let tick = async {
        match runtime {
            Tokio => drop(tokio::time::interval(LONG).tick().await),
            _ => drop(smol::Timer::interval(LONG).next().await),
        }
    };
    let at_once = block_on(runtime, async {
        let later = pin::pin!(sleep(runtime, SHORT));
        matches!(select(pin::pin!(tick), later).await, Either::Left(_))
    });
    if at_once { "at once" } else { "after one period" }.to_owned()
}

fn receive_without_pause(runtime: Runtime) -> String {
    const MESSAGES: usize = 1000;
    let mut receive = match runtime {
        Tokio => {
            let (send, mut receive) = tokio::sync::mpsc::channel(MESSAGES);
            (0..MESSAGES).for_each(|n| send.try_send(n).unwrap());
            stream::poll_fn(move |context| receive.poll_recv(context)).boxed()
        }
        AsyncStd => {
            let (send, receive) = async_std::channel::bounded(MESSAGES);
            (0..MESSAGES).for_each(|n| send.try_send(n).unwrap());
            receive.boxed()
        }
        Smol => {
            let (send, receive) = smol::channel::bounded(MESSAGES);
            (0..MESSAGES).for_each(|n| send.try_send(n).unwrap());
            receive.boxed()
        }
    };
    let ready = move || matches!(receive.next().now_or_never(), Some(Some(_)));
    let (tell, told) = mpsc::channel();
    block_on(runtime, async {
        detach(runtime, async move {
            let count = std::iter::repeat_with(ready).take_while(|is_ready| *is_ready).count();
            tell.send(count).unwrap();
        });
        match told.recv_timeout(LONG).expect("it never waits") {
            MESSAGES => "all of them".to_owned(),
            count => format!("{count}, and yields"),
        }
    })
}

fn read_trait(runtime: Runtime) -> String {
    // The compiler is the observer: with the other trait, none of these lines compiles.
    fn tokios_own(_: Option<impl tokio::io::AsyncRead>) -> &'static str {
        "tokio's own `AsyncRead`"
    }
    fn everyones(_: Option<impl futures::AsyncRead>) -> &'static str {
        "`AsyncRead` of futures"
    }
    match runtime {
        Tokio => tokios_own(None::<tokio::net::TcpStream>),
        AsyncStd => everyones(None::<async_std::net::TcpStream>),
        Smol => everyones(None::<smol::net::TcpStream>),
    }
    .to_owned()
}
