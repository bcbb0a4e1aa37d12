//! To write a stream, not only to read it: with a function, with a channel, by hand.
//!
//!     cargo run -p hello_world --example streams -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     async def countdown():                    # an async generator
//!         for number in [3, 2, 1]:
//!             await asyncio.sleep(0.1)
//!             yield number
//!
//!     async for number in countdown(): ...
//!
//! Stable Rust has no `yield`. A stream is what has `poll_next`, as an async iterator in Python is
//! what has `__anext__`; few write it by hand.

use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::task::{Context, Poll, ready};

use futures::SinkExt;
use futures::channel::mpsc;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, Stream, StreamExt};
use hello_world::lesson::{self, say, sleep, step};

fn main() -> ExitCode {
    lesson::run(
        "A stream of one's own: unfold, a channel, poll_next; and async fn in traits",
        [&on_tokio, &on_async_std, &on_smol],
        "unfold makes a stream that is asked, a channel one that runs ahead.",
    )
}

async fn make(number: u32) -> u32 {
    sleep(0.1).await;
    say(format!("{number}: made"));
    number
}

async fn consume(numbers: impl Stream<Item = u32>) {
    let mut numbers = pin!(numbers); // some streams must not move once they are polled
    while let Some(number) = numbers.next().await {
        say(format!("{number}: used, which takes 0.3 s"));
        sleep(0.3).await;
    }
}

/// From a state to an item and the next state. Each item is made by the `next()` that awaits it.
fn unfolded() -> impl Stream<Item = u32> {
    stream::unfold(3, async |left| match left {
        0 => None,
        _ => Some((make(left).await, left - 1)),
    })
}

/// A channel, and a task at its other end, which waits only for room. (tokio's own receiver is no
/// Stream, as the trait is not in the standard library yet; tokio_stream::wrappers makes it one.)
fn sent(spawn: fn(BoxFuture<'static, ()>)) -> impl Stream<Item = u32> {
    let (mut sender, receiver) = mpsc::channel(1);
    let make_all = async move {
        for number in [3, 2, 1] {
            sender.send(make(number).await).await.expect("the receiver is there");
        }
    };
    spawn(make_all.boxed());
    receiver
}

/// By hand: what is to be remembered between two polls stands in a struct.
struct Countdown {
    left: u32,
    making: Option<BoxFuture<'static, u32>>,
}

impl Stream for Countdown {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let left = self.left;
        let making = self.making.get_or_insert_with(|| make(left).boxed());
        let number = ready!(making.poll_unpin(context)); // returns if it is pending
        self.making = None;
        self.left -= 1;
        Poll::Ready(Some(number))
    }
}

/// An async function in a trait. It is for generic code, which is compiled for the future of each
/// type.
trait Supplier {
    async fn supply(&mut self) -> Option<u32>;
}

/// For `dyn` the future has to be boxed, as each type has another one, of another size.
trait DynSupplier {
    fn supply(&mut self) -> BoxFuture<'_, Option<u32>>;
}

struct Shelf(Vec<u32>);

impl Supplier for Shelf {
    async fn supply(&mut self) -> Option<u32> {
        Some(make(self.0.pop()?).await)
    }
}

impl DynSupplier for Shelf {
    fn supply(&mut self) -> BoxFuture<'_, Option<u32>> {
        Supplier::supply(self).boxed()
    }
}

async fn first_of(mut supplier: impl Supplier) {
    say(format!("supplied: {:?}", supplier.supply().await));
}

async fn suppliers() {
    step("An async function in a trait, called by generic code");
    first_of(Shelf(vec![7])).await;
    step("The same behind dyn, boxed");
    let shelves: [Box<dyn DynSupplier>; 2] = [Box::new(Shelf(vec![8])), Box::new(Shelf(vec![]))];
    for mut supplier in shelves {
        say(format!("supplied: {:?}", supplier.supply().await));
    }
}

async fn streams(spawn: fn(BoxFuture<'static, ()>)) {
    step("stream::unfold: the next is made when the one before it has been used");
    consume(unfolded()).await;
    step("A channel and a task: the next is made meanwhile");
    consume(sent(spawn)).await;
    step("poll_next, by hand");
    consume(Countdown { left: 3, making: None }).await;
    suppliers().await;
}

#[tokio::main]
async fn on_tokio() {
    streams(|task| drop(tokio::spawn(task))).await;
}

fn on_async_std() {
    async_std::task::block_on(streams(|task| drop(async_std::task::spawn(task))));
}

fn on_smol() {
    smol::block_on(streams(|task| smol::spawn(task).detach()));
}
