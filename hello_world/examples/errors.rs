//! An error is a value and stays with its task; a panic is a bug and surfaces at the task's await.
//!
//!     cargo run -p hello_world --example errors -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     await asyncio.gather(toast(), coffee(), return_exceptions=True)   # both outcomes
//!     await asyncio.gather(toast(), coffee())      # raises; the coffee goes on, unwatched
//!     async with asyncio.TaskGroup() as group:     # raises; the coffee is cancelled
//!         group.create_task(toast())
//!         group.create_task(coffee())
//!
//! Python has exceptions for whatever goes wrong. Rust has two things: an error that can be expected
//! is a value (a `Result`: `Ok` or `Err`), and a bug panics. That ends its task, and the runtime's
//! thread goes on with the others.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::thread;

use futures::FutureExt;
use futures::future::{join_all, try_join_all};
use hello_world::lesson::{self, say, sleep, step};

fn main() -> ExitCode {
    lesson::run(
        "Errors are values, one for each task; a panic surfaces where its task is awaited",
        [&on_tokio, &on_async_std, &on_smol],
        "return errors as values; catch a panic at the edge of its task.",
    )
}

/// Toast ends in an error, eggs in a panic, and coffee takes twice as long and is good. `&'static
/// str` is text in the program itself, which a task may keep for as long as it likes.
async fn cook(dish: &'static str) -> Result<&'static str, String> {
    sleep(if dish == "coffee" { 0.8 } else { 0.4 }).await;
    say(format!("{dish}: time is up (thread {})", thread_name()));
    match dish {
        "toast" => Err("burnt toast".to_owned()),
        "eggs" => panic!("rotten eggs"),
        _ => Ok(dish),
    }
}

fn thread_name() -> String {
    thread::current().name().unwrap_or("without a name").to_owned()
}

/// No runtime has a part in this: the futures of a join take turns inside one task.
async fn errors() {
    step("1. join_all keeps every outcome, like gather(return_exceptions=True)");
    let outcomes = join_all(["toast", "coffee"].map(cook)).await;
    say(format!("outcomes: {outcomes:?}"));

    step("2. try_join_all stops at the first error, like TaskGroup and unlike gather");
    // try_join! does the same for futures of different types. Of more than 30 futures, try_join_all
    // sees an error only when all before it are done: github.com/rust-lang/futures-rs/issues/2866.
    let outcome = try_join_all(["toast", "coffee"].map(cook)).await;
    say(format!("outcome: {outcome:?}"));
    sleep(0.8).await;
    say("still no coffee: it was dropped where it waited");
}

/// Makes an error of a panic. Where Cargo.toml says `panic = "abort"` there is nothing to catch: the
/// first panic ends the program.
async fn contained<T>(future: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    // AssertUnwindSafe: our word that nobody looks at what a panic may have left half done.
    let outcome = AssertUnwindSafe(future).catch_unwind().await;
    outcome.unwrap_or_else(|panic| Err(format!("panic: {}", message(panic))))
}

/// A panic carries a value of any type: a `&str`, or a `String` when its message was formatted.
fn message(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or(panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text").to_owned()
}

#[tokio::main]
async fn on_tokio() {
    errors().await;

    step("3. A task panics: on tokio its await gives an error, a JoinError");
    let eggs = tokio::spawn(cook("eggs"));
    let coffee = tokio::spawn(cook("coffee"));
    let error = eggs.await.expect_err("eggs panic"); // or a task was aborted: is_cancelled
    say(format!("eggs, on thread {}: JoinError, is_panic: {}", thread_name(), error.is_panic()));
    say(format!("into_panic gives the message: {}", message(error.into_panic())));
    say(format!("the lines after that await run; coffee: {:?}", coffee.await));

    step("4. catch_unwind inside the task: the panic is an error like any other");
    let eggs = tokio::spawn(contained(cook("eggs")));
    say(format!("eggs: {:?}", eggs.await)); // the outer Ok: there is no JoinError
}

fn on_async_std() {
    async_std::task::block_on(async {
        errors().await;

        step("3. A task panics: on async-std its await panics, too");
        let breakfast = async {
            let eggs = async_std::task::spawn(cook("eggs"));
            let coffee = async_std::task::spawn(cook("coffee"));
            let eggs = eggs.await;
            say(format!("never said, for that await panics; eggs: {eggs:?}"));
            coffee.await
        };
        let outcome = contained(breakfast).await; // else it would go on up, and end main
        say(format!("breakfast, on thread {}: {outcome:?}", thread_name()));
        sleep(0.8).await;
        say("breakfast dropped its handle, and the coffee went on: detached");

        step("4. catch_unwind inside the task: the panic is an error like any other");
        let eggs = async_std::task::spawn(contained(cook("eggs")));
        say(format!("eggs: {:?}", eggs.await));
    });
}

fn on_smol() {
    smol::block_on(async {
        errors().await;

        step("3. A task panics: on smol its await panics, too");
        let breakfast = async {
            let eggs = smol::spawn(cook("eggs"));
            let coffee = smol::spawn(cook("coffee"));
            let eggs = eggs.await;
            say(format!("never said, for that await panics; eggs: {eggs:?}"));
            coffee.await
        };
        let outcome = contained(breakfast).await; // else it would go on up, and end main
        say(format!("breakfast, on thread {}: {outcome:?}", thread_name()));
        sleep(0.8).await;
        say("still no coffee: breakfast dropped its handle, and that cancels");

        step("4. catch_unwind inside the task: the panic is an error like any other");
        let eggs = smol::spawn(contained(cook("eggs")));
        say(format!("eggs: {:?}", eggs.await));
    });
}
