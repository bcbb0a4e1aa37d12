//! A graceful end: after Ctrl-C nothing new begins, and what was begun gets a while.
//!
//! In Python:
//!
//!     loop.add_signal_handler(signal.SIGINT, stop.set)
//!     ...
//!     if cooking:
//!         done, late = await asyncio.wait(cooking, timeout=10)
//!         for task in late:
//!             task.cancel()
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - How things end, "Know what cancelling does"
//! - How much at once, "Serve, and close well"
//! - hello_world/examples/server.rs

use std::pin::pin;
use std::time::Duration;

use exercises::Log;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;

/// What was begun has so long.
const GRACE: Duration = Duration::from_secs(10);

/// A dish, and how many seconds it takes.
type Order = (&'static str, u64);

async fn cook((dish, seconds): Order, log: Log) {
    log.add(format!("{dish}: begun"));
    sleep(Duration::from_secs(seconds)).await;
    assert!(dish != "fugu", "the cook has tasted it");
    log.add(format!("{dish}: ready"));
}

/// A cook who panicked is told of, and the others cook on.
fn look_after(cooked: Result<(), JoinError>, log: &Log) {
    if cooked.is_err() {
        log.add("a cook has panicked");
    }
}

// To drop the set is to abort its tasks: that is what happened at the end. So wait until it is
// empty, and let a timeout drop the wait, not the set, when somebody needs too long.
async fn serve(mut orders: Receiver<Order>, ctrl_c: impl Future<Output = ()>, log: &Log) {
    let mut cooking = JoinSet::new();
    let mut ctrl_c = pin!(ctrl_c);
    loop {
        tokio::select! {
            biased; // Ctrl-C goes before an order
            () = &mut ctrl_c => break log.add("Ctrl-C"),
            Some(cooked) = cooking.join_next() => look_after(cooked, log),
            order = orders.recv() => match order {
                Some(order) => _ = cooking.spawn(cook(order, log.clone())),
                None => break, // nobody is left who could order
            },
        }
    }
    drop(orders); // the door is shut: `send` fails
    let all = async {
        while let Some(cooked) = cooking.join_next().await {
            look_after(cooked, log);
        }
    };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        log.add(format!("too late: {}", cooking.len()));
    }
    log.add("closed");
}

#[tokio::main]
async fn main() {
    let (order, orders) = mpsc::channel(8);
    order.send(("soup", 2)).await.expect("it is open");
    let ctrl_c = async {
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed.expect("signals can be listened to"),
            () = sleep(Duration::from_secs(1)) => {} // as if you had pressed it
        }
    };
    serve(orders, ctrl_c, &Log::default()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These dishes are ordered at once, cake after five seconds; then the last guest is gone. Ctrl-C
    /// is pressed after so many seconds, and in that moment pie is ordered.
    fn evening(dishes: &[Order], ctrl_c: u64) -> Log {
        let log = Log::default();
        exercises::on_tokio(async {
            let (order, orders) = mpsc::channel(8);
            let late = order.downgrade(); // not counted as a guest
            let ctrl_c = async {
                sleep(Duration::from_secs(ctrl_c)).await;
                if let Some(order) = late.upgrade() {
                    _ = order.try_send(("pie", 1));
                }
            };
            let guests = async {
                for dish in dishes {
                    order.send(*dish).await.expect("it is open");
                }
                sleep(Duration::from_secs(5)).await;
                if order.send(("cake", 6)).await.is_err() {
                    log.add("cake: the door is shut");
                }
                drop(order);
            };
            let serving = async {
                let begun = tokio::time::Instant::now();
                serve(orders, ctrl_c, &log).await;
                log.add(format!("it took {} s", begun.elapsed().as_secs()));
            };
            tokio::join!(guests, serving);
            sleep(Duration::from_secs(1_000)).await; // whoever cooks on is heard
        });
        log
    }

    #[test]
    fn what_is_begun_gets_its_grace() {
        let log = evening(&[("soup", 4), ("fish", 13), ("roast", 300)], 2);
        assert!(
            log.has_before("soup: ready", "closed"),
            "expected soup before the end; it is lost"
        );
        assert!(log.count("cake: the door is shut") == 1, "expected a shut door; cake was ordered");
        for dish in ["fish", "roast"] {
            let ready = log.count(&format!("{dish}: ready"));
            assert!(ready == 0, "expected one GRACE for all together; the {dish} had more");
        }
    }

    #[test]
    fn what_waits_in_the_queue_is_not_begun() {
        let log = evening(&[("soup", 4)], 2);
        let begun = log.count("pie: begun");
        assert!(begun == 0, "expected nothing to begin after Ctrl-C; pie did, from the queue");
    }

    #[test]
    fn a_panic_after_ctrl_c_is_told_of() {
        let log = evening(&[("fugu", 4), ("soup", 6)], 2);
        let told = log.count("a cook has panicked");
        assert!(told == 1, "expected the panic to be told of once; it was {told} times");
        assert!(log.count("soup: ready") == 1, "expected soup all the same; it is lost");
    }

    #[test]
    fn nobody_waits_longer_than_need_be() {
        let log = evening(&[("soup", 4)], 2);
        assert!(
            log.count("it took 4 s") == 1,
            "expected an end after 4 s; it was so: {:?}",
            log.events()
        );
    }

    #[test]
    fn when_the_last_guest_is_gone_what_is_begun_gets_its_grace() {
        let log = evening(&[("soup", 4), ("roast", 300)], 1_000);
        for dish in ["soup", "cake"] {
            let ready = log.has_before(&format!("{dish}: ready"), "closed");
            assert!(ready, "expected {dish} before the end; it is lost");
        }
        assert!(log.count("roast: ready") == 0, "expected a GRACE of 10 s; the roast had more");
    }
}
