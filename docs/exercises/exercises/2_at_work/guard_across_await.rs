//! A guard across an await: a lock that is held while its owner waits.
//!
//! In Python a thread's lock, held across an await, can stop the whole loop, and nothing warns you:
//!
//!     with lock:                    # a threading.Lock
//!         stock["eggs"] -= 1
//!         await fry()               # whoever wants the lock now blocks the loop, for ever
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - Blocking and sharing, "Share state, and lock it for a line"
//! - hello_world/examples/shared_state.rs

use std::sync::Arc;

// The standard library's Mutex, which counts here how often it is locked.
use exercises::{Log, Mutex, turns};

async fn fry(log: &Log) {
    log.add("an egg: begun");
    turns(3).await;
    log.add("an egg: ready");
}

// TODO: only the count needs the lock, to look and to take in one step. Three cooks fry at the same
// time.
async fn take_and_fry(eggs: Arc<Mutex<u32>>, log: Log) {
    let mut eggs = eggs.lock().expect("nobody panics with it");
    if *eggs == 0 {
        log.add("there are no eggs");
        return;
    }
    *eggs -= 1;
    fry(&log).await;
}

/// Three cooks, each a task.
async fn breakfast(eggs: Arc<Mutex<u32>>, log: Log) {
    let cooks = [(); 3].map(|()| tokio::spawn(take_and_fry(eggs.clone(), log.clone())));
    for cook in cooks {
        cook.await.expect("no cook panics");
    }
}

#[tokio::main]
async fn main() {
    breakfast(Arc::new(Mutex::new(12)), Log::default()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_fry_at_once() {
        let (eggs, log) = (Arc::new(Mutex::new(12)), Log::default());
        exercises::on_tokio(breakfast(eggs.clone(), log.clone()));
        let locked = eggs.locked();
        assert!(locked == 3, "expected a lock for each of three cooks; there were {locked}");
        let left = *eggs.lock().unwrap();
        assert!(left == 9, "expected 9 of 12 eggs to be left; there are {left}");
        let first: Vec<_> = log.events().into_iter().take(3).collect();
        assert_eq!(
            first, ["an egg: begun"; 3],
            "expected three at once (right); some waited (left)"
        );
    }

    #[test]
    fn nobody_fries_an_egg_that_is_not_there() {
        let (eggs, log) = (Arc::new(Mutex::new(2)), Log::default());
        exercises::on_tokio(breakfast(eggs.clone(), log.clone()));
        let (fried, told) = (log.count("an egg: ready"), log.count("there are no eggs"));
        assert!(fried == 2, "expected two fried eggs; there are {fried}");
        assert!(told == 1, "expected one cook to be told that there are none; {told} were");
    }
}
