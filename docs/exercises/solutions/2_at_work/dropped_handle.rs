//! A handle is dropped: what becomes of the task is the runtime's to say.
//!
//! In Python a task that nobody holds may be collected in the middle of its work, so you keep it;
//! and one that is no longer wanted you cancel yourself:
//!
//!     async def dinner():
//!         receipt = asyncio.create_task(write_receipt())
//!         keeping_warm = asyncio.create_task(keep_warm())
//!         ...
//!         keeping_warm.cancel()
//!         return receipt
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - What differs, "tokio and smol"
//! - How things end, "Know what cancelling does"
//! - hello_world/examples/cancellation.rs

use exercises::{Log, turns};

/// Nobody waits for it, and it must be written all the same.
async fn write_receipt(log: Log) {
    turns(2_000).await;
    log.add("the receipt is written");
}

/// Of no use when dinner is over.
async fn keep_warm(log: Log) {
    log.add("the plate is warm");
    let _plate = Warm(log);
    std::future::pending().await // for ever
}

struct Warm(Log);

/// Like `finally` in Python: this is run, too, when the task is cancelled.
impl Drop for Warm {
    fn drop(&mut self) {
        self.0.add("the plate gets cold");
    }
}

// A tokio task runs on without its handle. This type's `Drop` calls `abort`; `abort()` before the
// last line would do as well, but not if dinner itself were cancelled before.
async fn dinner_on_tokio(log: &Log) {
    tokio::spawn(write_receipt(log.clone()));
    let _keeping_warm =
        tokio_util::task::AbortOnDropHandle::new(tokio::spawn(keep_warm(log.clone())));
    turns(3).await;
    log.add("dinner is over");
}

// A smol task is cancelled with its handle. `detach` gives the handle away, and the task runs on.
async fn dinner_on_smol(executor: &smol::Executor<'_>, log: &Log) {
    executor.spawn(write_receipt(log.clone())).detach();
    let _keeping_warm = executor.spawn(keep_warm(log.clone()));
    turns(3).await;
    log.add("dinner is over");
}

fn main() {
    println!("--- on tokio");
    exercises::on_tokio(async {
        dinner_on_tokio(&Log::default()).await;
        turns(200).await; // the program goes on, and so may its tasks
        println!("--- the end");
    });
    println!("--- on smol");
    let executor = smol::Executor::new();
    smol::block_on(executor.run(async {
        dinner_on_smol(&executor, &Log::default()).await;
        turns(200).await;
        println!("--- the end");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(log: &Log) {
        let receipts = log.count("the receipt is written");
        assert!(
            receipts == 1,
            "expected one receipt; there are {receipts}: was it dropped with its handle?"
        );
        let at_once = log.has_before("dinner is over", "written");
        assert!(at_once, "expected dinner to end without the receipt; it waited");
        assert!(log.count("the plate is warm") == 1, "expected a warm plate; nobody kept it so");
        let warm = log.has_before("dinner is over", "cold");
        assert!(warm, "expected the plate to be warm during dinner; it got cold");
        let cold = log.count("the plate gets cold");
        assert!(cold == 1, "expected the plate to get cold after dinner; it is still kept warm");
    }

    #[test]
    fn on_tokio() {
        let log = Log::default();
        exercises::on_tokio(async {
            dinner_on_tokio(&log).await;
            turns(200).await;
            check(&log);
        });
    }

    #[test]
    fn on_smol() {
        let (executor, log) = (smol::Executor::new(), Log::default());
        smol::block_on(executor.run(async {
            dinner_on_smol(&executor, &log).await;
            turns(200).await;
            check(&log);
        }));
    }
}
