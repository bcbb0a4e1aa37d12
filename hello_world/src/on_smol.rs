//! Hello, a second of waiting, World: on smol.
//! In a project of your own: `cargo add smol`.

use std::time::Duration;

use smol::Timer;

async fn hello_world() {
    println!("Hello");
    Timer::after(Duration::from_secs(1)).await;
    println!("World");
}

pub fn main() {
    smol::block_on(hello_world());
}
