//! Nothing happens: an async function is called, and nobody awaits it.
//!
//! In Python:
//!
//!     async def dinner():
//!         cook("soup")             # RuntimeWarning: coroutine 'cook' was never awaited
//!         await cook("roast")
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - Hello world, "Line by line"
//! - Concepts, "A coroutine is a future"
//! - hello_world/examples/laziness.rs

use exercises::Log;

async fn cook(dish: &str, log: &Log) {
    log.add(format!("{dish}: ready"));
}

// A call makes a future, and a future does nothing until it is awaited. The compiler warns where it
// is thrown away at once; a variable that holds one looks like any other.
async fn dinner(log: &Log) {
    cook("soup", log).await;
    cook("roast", log).await;
    cook("cake", log).await;
    log.add("dinner is served");
}

#[tokio::main]
async fn main() {
    dinner(&Log::default()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_cooked_before_dinner_is_served() {
        let log = Log::default();
        exercises::on_tokio(dinner(&log));
        for dish in ["soup", "roast", "cake"] {
            assert!(
                log.count(&format!("{dish}: ready")) > 0,
                "expected the {dish} to be cooked; nobody did"
            );
        }
        let order = ["soup: ready", "roast: ready", "cake: ready", "dinner is served"];
        assert_eq!(log.events(), order, "expected this order (right); it was another (left)");
    }
}
