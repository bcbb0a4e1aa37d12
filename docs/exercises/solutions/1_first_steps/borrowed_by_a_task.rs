//! `move` and `'static`: a task may outlive whoever spawned it, so it may not borrow from it.
//!
//! In Python a closure keeps alive what it needs:
//!
//!     async def greet_all(guests, greeting):
//!         async with asyncio.TaskGroup() as tasks:
//!             for guest in guests:
//!                 tasks.create_task(greet(f"{greeting}, {guest}"))
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - The scraper, "gather: spawned tasks, with a bound"
//! - scraper_tokio/src/main.rs

use exercises::{Log, turns};

/// In a task of its own. A clone of a `Log` writes to the same log.
async fn greet(greeting: &str, guest: &str, log: &Log) {
    assert!(
        tokio::task::try_id().is_some(),
        "expected {guest} to be greeted in a task; there is none"
    );
    log.add(format!("{greeting}, {guest}"));
    turns(2).await;
    log.add(format!("{guest} sits down"));
}

// `async move` moves into the future what it names, and `spawn` demands that: the task might run
// when `greet_all` is long gone. So each task gets a greeting and a log of its own: a clone of a
// Log is a handle, and an `Arc<str>` would make one of the greeting, too. The guest is moved out of
// the list.
async fn greet_all(guests: Vec<String>, greeting: String, log: Log) {
    let mut tasks = Vec::new();
    for guest in guests {
        let (greeting, log) = (greeting.clone(), log.clone());
        tasks.push(tokio::spawn(async move {
            greet(&greeting, &guest, &log).await;
        }));
    }
    for task in tasks {
        task.await.expect("greeting does not panic");
    }
}

#[tokio::main]
async fn main() {
    let guests = ["Ann", "Bob", "Cid"].map(String::from);
    greet_all(guests.into(), "Good morning".into(), Log::default()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_greeted_before_one_sits_down() {
        let log = Log::default();
        let guests = ["Ann", "Bob", "Cid"];
        let all = greet_all(guests.map(String::from).into(), "Hello".into(), log.clone());
        exercises::on_tokio(all);
        for guest in guests {
            let greeted = log.has_before(&format!("Hello, {guest}"), "sits down");
            assert!(greeted, "expected {guest} to be greeted before anybody sits; that was later");
            let seats = log.count(&format!("{guest} sits down"));
            assert!(seats == 1, "expected {guest} to sit down once; it was {seats} times");
        }
    }
}
