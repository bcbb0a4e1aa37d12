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
//! Read on:
//! - docs/src/endings.md, "Know what cancelling does"
//! - docs/src/flow.md, "Serve, and close well"

use std::pin::pin;
use std::time::Duration;

use exercises::Log;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// What was begun has so long.
const GRACE: Duration = Duration::from_secs(10);

/// A dish, and how many seconds it takes.
type Order = (&'static str, u64);

async fn cook((dish, seconds): Order, log: Log) {
    log.add(format!("{dish}: begun"));
    sleep(Duration::from_secs(seconds)).await;
    log.add(format!("{dish}: ready"));
}

// TODO: this takes Ctrl-C for an order to drop everything. Shut the door, so that who orders now is
// told; and give what is begun its GRACE, all of it together.
async fn serve(mut orders: Receiver<Order>, ctrl_c: impl Future<Output = ()>, log: &Log) {
    let mut cooking = JoinSet::new();
    let mut ctrl_c = pin!(ctrl_c);
    loop {
        tokio::select! {
            biased; // Ctrl-C goes before an order
            () = &mut ctrl_c => break log.add("Ctrl-C"),
            order = orders.recv() => match order {
                Some(order) => _ = cooking.spawn(cook(order, log.clone())),
                None => break, // nobody is left who could order
            },
        }
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
    /// is pressed after so many seconds.
    fn evening(dishes: &[Order], ctrl_c: u64) -> Log {
        let log = Log::default();
        exercises::on_tokio(async {
            let (order, orders) = mpsc::channel(8);
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
                serve(orders, sleep(Duration::from_secs(ctrl_c)), &log).await;
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
        assert!(log.has_before("soup: ready", "closed"), "the soup was begun, and is lost");
        assert!(log.count("cake: the door is shut") == 1, "the cake was ordered after Ctrl-C");
        assert!(log.count("fish: ready") == 0, "the fish takes longer than the GRACE for all");
        assert!(log.count("roast: ready") == 0, "the roast takes longer than the GRACE");
    }

    #[test]
    fn nobody_waits_longer_than_need_be() {
        let log = evening(&[("soup", 4)], 2);
        assert!(log.count("it took 4 s") == 1, "all was ready after 4 s: {:?}", log.events());
    }

    #[test]
    fn when_the_last_guest_is_gone_what_is_begun_gets_its_grace() {
        let log = evening(&[("soup", 4), ("roast", 300)], 1_000);
        for dish in ["soup", "cake"] {
            assert!(log.has_before(&format!("{dish}: ready"), "closed"), "the {dish} is lost");
        }
        assert!(log.count("roast: ready") == 0, "the roast takes longer than the GRACE");
    }
}
