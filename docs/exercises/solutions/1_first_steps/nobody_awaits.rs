//! Nothing happens: an async function is called, and nobody awaits it.
//!
//! In Python:
//!
//!     async def dinner():
//!         cook("soup")             # RuntimeWarning: coroutine 'cook' was never awaited
//!         await cook("roast")
//!
//! Read on:
//! - docs/src/hello-world.md, "Line by line"
//! - docs/src/concepts.md, "A coroutine is a future"

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
            assert!(log.count(&format!("{dish}: ready")) > 0, "nobody cooked the {dish}");
        }
        let order = ["soup: ready", "roast: ready", "cake: ready", "dinner is served"];
        assert_eq!(log.events(), order, "dinner is cooked in another order");
    }
}
