//! Hello, a second of waiting, World: on tokio.
//! In a project of your own: `cargo add tokio --features macros,rt-multi-thread,time`.

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
