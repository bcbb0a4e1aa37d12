//! One after another, though nothing forces it: three waits that could be one.
//!
//! In Python:
//!
//!     async def breakfast():
//!         return await asyncio.gather(cook("coffee", 3), cook("eggs", 8), cook("toast", 5))
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - Hello world, "What you see"
//! - Tasks and their scope, "Group tasks"
//! - hello_world/examples/gather.rs

use exercises::{Log, turns};

/// Takes as many turns as it says: a turn stands for time here, so that no test has to wait.
async fn cook(dish: &'static str, n: usize, log: &Log) -> &'static str {
    log.add(format!("{dish}: begun"));
    turns(n).await;
    log.add(format!("{dish}: ready"));
    dish
}

// One await for all three: join! asks each future in turn, and is done when the last one is. To
// make the three futures first and to await them one by one would not do: none starts by itself.
async fn breakfast(log: &Log) -> [&'static str; 3] {
    let (coffee, eggs, toast) =
        futures::join!(cook("coffee", 3, log), cook("eggs", 8, log), cook("toast", 5, log));
    [coffee, eggs, toast]
}

#[tokio::main]
async fn main() {
    println!("on the table: {:?}", breakfast(&Log::default()).await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_begun_before_one_is_ready() {
        exercises::on_each_runtime(async || {
            let log = Log::default();
            let dishes = breakfast(&log).await;
            for dish in dishes {
                let begun = log.has_before(&format!("{dish}: begun"), ": ready");
                assert!(begun, "expected {dish} to begin before a dish is ready; it did not");
            }
            assert_eq!(dishes, ["coffee", "eggs", "toast"], "expected this order (right)");
        });
    }
}
