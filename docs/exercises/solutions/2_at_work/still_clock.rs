//! A test with a clock that stands still: what lasts an hour, tested in no time.
//!
//! In Python a test hands in a clock of its own, for asyncio's own loop has none to stop:
//!
//!     shelf = Shelf(clock=lambda: now)
//!     now += 3600
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - How things end, "Test without waiting"
//! - hello_world/examples/still_clock.rs

use std::collections::HashMap;
use std::time::Duration;
// std's clock is the system's, which nobody stops. tokio's is the same clock, until a test stops it.
use tokio::time::Instant;

/// Soup may be offered for an hour.
const FRESH: Duration = Duration::from_secs(3600);

/// Dishes, and when they were cooked.
#[derive(Default)]
struct Shelf(HashMap<&'static str, Instant>);

impl Shelf {
    fn put(&mut self, dish: &'static str) {
        self.0.insert(dish, Instant::now());
    }

    fn offers(&self, dish: &str) -> bool {
        self.0.get(dish).is_some_and(|cooked| cooked.elapsed() <= FRESH)
    }
}

#[tokio::main]
async fn main() {
    let mut shelf = Shelf::default();
    shelf.put("soup");
    println!("soup: {}, eggs: {}", shelf.offers("soup"), shelf.offers("eggs"));
}

// `start_paused` needs tokio's feature `test-util`. All timers of the test stand still with the
// clock, and it jumps by itself when nothing else is left to do.
#[tokio::test(start_paused = true)]
async fn what_is_too_old_is_not_offered() {
    let mut shelf = Shelf::default();
    shelf.put("soup");
    tokio::time::advance(Duration::from_secs(59 * 60)).await;
    assert!(shelf.offers("soup"), "expected soup of 59 minutes on offer; it is not");
    tokio::time::advance(Duration::from_secs(2 * 60)).await;
    assert!(!shelf.offers("soup"), "expected no soup of 61 minutes on offer; it is there");
}

#[test]
fn what_was_never_cooked_is_not_offered() {
    assert!(!Shelf::default().offers("eggs"), "expected no eggs on offer; they are there");
}
