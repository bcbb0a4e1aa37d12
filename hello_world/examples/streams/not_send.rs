//! What the compiler says of an async function in a trait, when generic code spawns its future.
//!
//!     rustc --edition 2024 --crate-type lib hello_world/examples/streams/not_send.rs

trait Supplier {
    async fn supply(&mut self) -> u32;
}

fn spawn(_task: impl Future + Send + 'static) {} // as tokio's, async-std's and smol's

pub fn start(mut supplier: impl Supplier + Send + 'static) {
    spawn(async move {
        println!("{}", supplier.supply().await);
    });
}
