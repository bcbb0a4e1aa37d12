//! `select!`, and a future that must go on: what loses a race is dropped, unless you keep it.
//!
//! In Python:
//!
//!     roast = asyncio.create_task(cook_roast())               # a task: it is kept
//!     while not roast.done():
//!         call = asyncio.create_task(calls.get())
//!         await asyncio.wait([roast, call], return_when=asyncio.FIRST_COMPLETED)
//!         print(call.result(), "calls") if call.done() else call.cancel()
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - How things end, "Know what cancelling does"
//! - Concepts, "The event loop comes in three parts" (for `pin!`)
//! - hello_world/examples/cancellation.rs

use std::time::Duration;

use exercises::Log;
use tokio::sync::mpsc::{self, Receiver};
use tokio::time::sleep;

const MINUTE: Duration = Duration::from_secs(60);

async fn cook_roast(log: &Log) {
    log.add("the roast is put into the oven");
    sleep(90 * MINUTE).await;
    log.add("the roast is ready");
}

// The branches of `select!` are futures, made anew in each turn of the loop, and dropped at its
// end. This one is made once, outside. A reference to it is what is made anew; to be polled through
// one, it must be pinned.
async fn cook(mut calls: Receiver<&'static str>, log: &Log) {
    let mut roast = std::pin::pin!(cook_roast(log));
    loop {
        tokio::select! {
            () = &mut roast => return,
            Some(caller) = calls.recv() => log.add(format!("{caller} calls")),
        }
    }
}

/// Three people call, forty minutes apart.
async fn afternoon(log: &Log) {
    let (ring, calls) = mpsc::channel(1);
    let callers = async move {
        for caller in ["Ann", "Bob", "Cid"] {
            sleep(40 * MINUTE).await;
            if ring.send(caller).await.is_err() {
                log.add(format!("nobody answers {caller}"));
            }
        }
    };
    tokio::join!(callers, cook(calls, log));
}

fn main() {
    exercises::on_tokio(afternoon(&Log::default()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_roast_and_each_call_before_it_is_ready() {
        let log = Log::default();
        exercises::on_tokio(afternoon(&log));
        let begun = log.count("the roast is put into the oven");
        assert!(begun == 1, "expected one roast; {begun} were begun, anew with each call");
        assert!(log.count("the roast is ready") == 1, "expected a roast; there is none");
        for caller in ["Ann", "Bob"] {
            let answered = log.has_before(&format!("{caller} calls"), " is ready");
            assert!(
                answered,
                "expected {caller} to be answered before the roast is ready; that was not so"
            );
        }
        let cid = log.count("nobody answers Cid");
        assert!(cid == 1, "expected an end when the roast is ready; Cid was answered after it");
    }
}
