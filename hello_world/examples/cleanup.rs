//! The end of a scope releases what it holds, however it is left; but a Drop cannot await.
//!
//!     cargo run -p hello_world --example cleanup -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     async with Session("db") as db, Session("tx") as tx:
//!         await query()       # done, failed or cancelled: tx.__aexit__ runs, then db.__aexit__
//!
//! `__aexit__` is a coroutine: it can say goodbye to a server and await the answer, even while its
//! task is being cancelled. `Drop` is a plain function, for what can be released at once.

use std::process::ExitCode;

use futures::FutureExt;
use futures::future::BoxFuture;
use hello_world::lesson::{self, say, sleep, step};

fn main() -> ExitCode {
    lesson::run(
        "A scope releases what it holds, however it is left; but a Drop cannot await",
        [&on_tokio, &on_async_std, &on_smol],
        "Drop releases, but cannot await; what takes time goes into close().",
    )
}

/// A session with a server that wants a goodbye, and takes half a second to answer it.
struct Session(&'static str);

impl Session {
    fn open(name: &'static str) -> Session {
        say(format!("{name}: open"));
        Session(name)
    }

    /// `__aexit__`, called by hand. It takes `self`, not `&self`: what is closed is gone.
    async fn close(self) {
        say(format!("{}: says goodbye", self.0));
        sleep(0.5).await;
        say(format!("{}: goodbye is answered", self.0));
    }
}

impl Drop for Session {
    // No async fn, so no await. Calling one here makes a future that is never polled; block_on
    // stalls a thread that other tasks may need, and tokio's panics inside its runtime.
    fn drop(&mut self) {
        say(format!("{}: released", self.0));
    }
}

type Answer = Result<(), &'static str>; // &'static str: text in the program itself

async fn query(answer: Answer) -> Answer {
    sleep(0.4).await;
    say(format!("query: {answer:?}"));
    answer
}

async fn nested(answer: Answer) -> Answer {
    let _db = Session::open("db");
    let _tx = Session::open("tx"); // needs a name: a mere `_` would be dropped here
    query(answer).await?; // `?`: an error goes to the caller, as if raised
    say("committed");
    Ok(())
}

/// Python: `try: … finally: await db.close()`.
async fn closed(answer: Answer) -> Answer {
    let db = Session::open("db");
    let answer = query(answer).await; // a `?` here would leave before the goodbye
    db.close().await;
    answer
}

/// How a runtime spawns a goodbye (BoxFuture: any future, on the heap).
type Spawn = fn(BoxFuture<'static, ()>);

/// Holds a session, and spawns its goodbye when dropped: a task that is not awaited.
struct Guard {
    session: Option<Session>, // an Option, to take it from: `drop` only borrows the guard
    spawn: Spawn,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            (self.spawn)(session.close().boxed());
        }
    }
}

async fn guarded(spawn: Spawn) -> Answer {
    let _mail = Guard { session: Some(Session::open("mail")), spawn };
    closed(Ok(())).await
}

/// The lesson. Handed in is how each runtime spawns, and how it cancels a task.
async fn leave_scopes(spawn: Spawn, cancel: impl Future<Output = ()>) {
    step("1. A scope ends: released in reverse order, and no goodbye is said");
    let _ = nested(Ok(())).await;
    step("2. ? leaves the scope early: the same");
    let _ = nested(Err("disk full")).await;
    step("3. close().await: a goodbye, after an error too");
    let _ = closed(Err("disk full")).await;
    step("4. Cancelled: no close() for db, but mail's guard spawns its goodbye");
    cancel.await;
    sleep(0.8).await;
    // Python's asyncio.run would cancel the tasks that are left, and await their clean-up.
    step("5. At the end: db's close() is awaited, and mail's spawned goodbye is not");
    let _ = guarded(spawn).await;
    sleep(0.2).await;
}

fn on_tokio() {
    tokio_main();
    say("tokio dropped the task of mail's goodbye while it waited");
}

#[tokio::main]
async fn tokio_main() {
    let spawn = |goodbye| match tokio::runtime::Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn(goodbye)),
        Err(_) => say("dropped outside the runtime: no goodbye"), // tokio::spawn would panic
    };
    let cancel = async {
        let task = tokio::spawn(guarded(spawn));
        sleep(0.2).await;
        say("abort()");
        task.abort(); // returns at once; one of tokio's threads then drops the future
    };
    leave_scopes(spawn, cancel).await;
}

fn on_async_std() {
    let spawn = |goodbye| drop(async_std::task::spawn(goodbye));
    let cancel = async {
        let task = async_std::task::spawn(guarded(spawn));
        sleep(0.2).await;
        say("cancel().await");
        task.cancel().await;
    };
    async_std::task::block_on(leave_scopes(spawn, cancel));
    say("the task of mail's goodbye ends with the program, without a Drop");
}

fn on_smol() {
    let spawn = |goodbye| smol::spawn(goodbye).detach();
    let cancel = async {
        let task = smol::spawn(guarded(spawn));
        sleep(0.2).await;
        say("cancel().await");
        task.cancel().await; // drop(task) cancels, too, without waiting for it
    };
    smol::block_on(leave_scopes(spawn, cancel));
    say("the task of mail's goodbye ends with the program, without a Drop");
}
