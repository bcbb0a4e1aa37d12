//! A guard across an await: a lock that is held while its owner waits.
//!
//! In Python a thread's lock, held across an await, can stop the whole loop, and nothing warns you:
//!
//!     with lock:                    # a threading.Lock
//!         stock["eggs"] -= 1
//!         await fry()               # whoever wants the lock now blocks the loop, for ever
//!
//! Read on:
//! - docs/src/blocking.md, "Share state, and lock it for a line"

use std::sync::{Arc, Mutex};

use exercises::{Log, turns};

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
        assert!(*eggs.lock().unwrap() == 9, "of twelve eggs three were fried");
        let first: Vec<_> = log.events().into_iter().take(3).collect();
        assert_eq!(first, ["an egg: begun"; 3], "one fries while the others wait for the lock");
    }

    #[test]
    fn nobody_fries_an_egg_that_is_not_there() {
        let (eggs, log) = (Arc::new(Mutex::new(2)), Log::default());
        exercises::on_tokio(breakfast(eggs.clone(), log.clone()));
        assert!(log.count("an egg: ready") == 2, "there were two eggs");
        assert!(log.count("there are no eggs") == 1, "there was none for the third");
    }
}
