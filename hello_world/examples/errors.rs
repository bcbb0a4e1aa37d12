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
//! is a value (a `Result`: `Ok` or `Err`), and a bug panics. A panic ends its task, and no other.

use std::any::Any;
use std::error::Error;
use std::num::ParseIntError;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::thread;

use futures::future::{BoxFuture, join_all, try_join_all};
use futures::{FutureExt, try_join};
use hello_world::lesson::{self, say, sleep, step};

fn main() -> ExitCode {
    lesson::run(
        "Errors are values, one for each task; a panic surfaces where its task is awaited",
        [&on_tokio, &on_async_std, &on_smol],
        "return errors as values; catch a panic at the edge of its task.",
    )
}

type Outcome = Result<&'static str, String>;

/// Toast and bun end in an error, eggs in a panic, and coffee takes longer and is good. `&'static
/// str` is text in the program itself, which a task may keep for as long as it likes.
async fn cook(dish: &'static str) -> Outcome {
    let seconds = match dish {
        "coffee" => 0.8,
        "bun" => 0.5,
        _ => 0.4,
    };
    sleep(seconds).await;
    say(format!("{dish}: time is up (thread {})", thread_name()));
    match dish {
        "toast" | "bun" => Err(format!("burnt {dish}")),
        "eggs" => panic!("rotten eggs"),
        _ => Ok(dish),
    }
}

fn thread_name() -> String {
    thread::current().name().unwrap_or("without a name").to_owned()
}

/// What `?` makes of any error: a box, which a task may take to another thread (`Send`).
type AnyError = Box<dyn Error + Send + Sync>;

async fn price(text: &str) -> Result<u32, AnyError> {
    let cents = text.parse()?; // a ParseIntError becomes an AnyError
    if cents == 0 {
        return Err("nothing is free".into()); // and so does a text
    }
    Ok(cents)
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

    step("3. `?` puts an error of any type into a box, which still knows what is in it");
    for text in ["250", "0", "many"] {
        match price(text).await {
            Ok(cents) => say(format!("{text}: {cents} cents")),
            Err(error) => {
                say(format!("{text}: {error}; a ParseIntError: {}", error.is::<ParseIntError>()));
            }
        }
    }
}

/// Makes an error of a panic. Where Cargo.toml says `panic = "abort"` there is nothing to catch: the
/// first panic ends the program.
async fn contained(future: impl Future<Output = Outcome>) -> Outcome {
    // AssertUnwindSafe: our word that nobody looks at what a panic may have left half done.
    let outcome = AssertUnwindSafe(future).catch_unwind().await;
    outcome.unwrap_or_else(|panic| Err(format!("panic: {}", message(panic))))
}

/// A panic carries a value of any type: a `&str`, or a `String` when its message was formatted.
fn message(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or(panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text").to_owned()
}

/// On async-std and smol, to await a task that has panicked panics, too.
async fn breakfast<T: Future<Output = Outcome>>(
    spawn: impl Fn(BoxFuture<'static, Outcome>) -> T,
) -> Outcome {
    let eggs = spawn(cook("eggs").boxed());
    let coffee = spawn(cook("coffee").boxed());
    let eggs = eggs.await;
    say(format!("never said, for that await panics; eggs: {eggs:?}"));
    coffee.await
}

const CONTAINED: &str = "5. catch_unwind inside the task: the panic is an error like any other";

#[tokio::main]
async fn on_tokio() {
    use tokio::task::JoinSet;

    errors().await;

    step("4. A task panics: on tokio its await gives an error, a JoinError");
    let eggs = tokio::spawn(cook("eggs"));
    let coffee = tokio::spawn(cook("coffee"));
    let error = eggs.await.expect_err("eggs panic"); // or a task was aborted: is_cancelled
    say(format!("eggs, on thread {}: JoinError, is_panic: {}", thread_name(), error.is_panic()));
    say(format!("into_panic gives the message: {}", message(error.into_panic())));
    say(format!("the lines after that await run; coffee: {:?}", coffee.await));

    step(CONTAINED);
    let eggs = tokio::spawn(contained(cook("eggs")));
    say(format!("eggs: {:?}", eggs.await)); // the outer Ok: there is no JoinError

    step("6. Two errors in a JoinSet: abort_all keeps the second, shutdown would drop it");
    let mut dishes = JoinSet::from_iter(["toast", "bun", "coffee"].map(cook));
    say(format!("first: {:?}", dishes.join_next().await));
    sleep(0.2).await; // meanwhile the bun burns
    dishes.abort_all();
    while let Some(dish) = dishes.join_next().await {
        say(format!("then: {:?}", dish.map_err(|error| error.is_cancelled())));
    }

    step("7. try_join! of tasks' handles: the burnt toast is an Ok to it, and no error");
    let both = try_join!(tokio::spawn(cook("toast")), tokio::spawn(cook("coffee")));
    say(format!("{both:?}")); // an Err would be a JoinError
}

fn on_async_std() {
    use async_std::task;

    task::block_on(async {
        errors().await;
        step("4. A task panics: on async-std its await panics, too");
        let outcome = contained(breakfast(task::spawn)).await; // else it would end main
        say(format!("breakfast, on thread {}: {outcome:?}", thread_name()));
        sleep(0.8).await;
        say("breakfast dropped its handle, and the coffee went on: detached");
        step(CONTAINED);
        say(format!("eggs: {:?}", task::spawn(contained(cook("eggs"))).await));
    });
}

fn on_smol() {
    smol::block_on(async {
        errors().await;
        step("4. A task panics: on smol its await panics, too");
        let outcome = contained(breakfast(smol::spawn)).await; // else it would end main
        say(format!("breakfast, on thread {}: {outcome:?}", thread_name()));
        sleep(0.8).await;
        say("still no coffee: breakfast dropped its handle, and that cancels");
        step(CONTAINED);
        say(format!("eggs: {:?}", smol::spawn(contained(cook("eggs"))).await));
    });
}
