//! Hello, a second of waiting, World: on tokio.

use std::time::Duration;

use tokio::time::sleep;

async fn hello_world() {
    println!("Hello");
    sleep(Duration::from_secs(1)).await;
    println!("World");
}

#[tokio::main]
pub async fn main() {
    hello_world().await;
}
