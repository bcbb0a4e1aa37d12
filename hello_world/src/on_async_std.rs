//! Hello, a second of waiting, World: on async-std.
//! In a project of your own: `cargo add async-std --features attributes`.

use std::time::Duration;

use async_std::task::sleep;

async fn hello_world() {
    println!("Hello");
    sleep(Duration::from_secs(1)).await;
    println!("World");
}

#[async_std::main]
pub async fn main() {
    hello_world().await;
}
