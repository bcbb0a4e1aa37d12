//! A stream of one's own: who says `Pending` must know who will wake it.
//!
//! In Python an async generator does it, and needs no such promise:
//!
//!     async def pairs(items):
//!         items = aiter(items)
//!         async for first in items:
//!             async for second in items:
//!                 yield first, second
//!                 break
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - Concepts, "The event loop comes in three parts"
//! - How much at once, "Write a stream"
//! - hello_world/examples/streams.rs

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::FutureExt;
use futures::stream::{self, Stream, StreamExt};

/// Two items at a time. An item that is left over at the end is dropped. (`Unpin` below: the inner
/// stream may be moved, so it can be polled through a plain `&mut`.)
struct Pairs<S: Stream> {
    items: S,
    first: Option<S::Item>,
}

impl<S: Stream + Unpin> Stream for Pairs<S>
where
    S::Item: Unpin,
{
    type Item = (S::Item, S::Item);

    // TODO: a second item is needed, and nobody asks for it.
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // `ready!` returns Pending if the inner stream does, which has kept the waker by then.
        let Some(item) = ready!(self.items.poll_next_unpin(context)) else {
            return Poll::Ready(None);
        };
        match self.first.take() {
            Some(first) => Poll::Ready(Some((first, item))),
            None => {
                self.first = Some(item);
                Poll::Pending
            }
        }
    }
}

fn pairs<S: Stream>(items: S) -> Pairs<S> {
    Pairs { items, first: None }
}

fn main() {
    let mut pairs = pairs(stream::iter(["eggs", "toast"]));
    println!("asked once (None means pending): {:?}", pairs.next().now_or_never());
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::turns;

    #[test]
    fn items_that_are_there_come_in_pairs() {
        exercises::on_each_runtime(async || {
            let pairs: Vec<_> = pairs(stream::iter(1..=5)).collect().await;
            assert_eq!(pairs, [(1, 2), (3, 4)], "expected the pairs of 1 to 5 (right)");
        });
    }

    #[test]
    fn so_do_items_that_take_a_while() {
        exercises::on_each_runtime(async || {
            let slow = stream::iter(1..=4).then(async |item| {
                turns(2).await;
                item
            });
            let mut pairs = pairs(Box::pin(slow));
            let at_once = pairs.next().now_or_never();
            assert!(
                at_once.is_none(),
                "expected it to be pending while nothing is there; it gave {at_once:?}"
            );
            let pairs: Vec<_> = pairs.collect().await;
            assert_eq!(
                pairs,
                [(1, 2), (3, 4)],
                "expected the pairs of 1 to 4 (right); an item is lost"
            );
        });
    }
}
