//! What the compiler says of a blocking lock that a task holds across an await.
//!
//!     rustc --edition 2024 --crate-type lib hello_world/examples/shared_state/not_send.rs

use std::sync::Mutex;

static COUNTER: Mutex<u32> = Mutex::new(0);

fn spawn(_task: impl Future + Send + 'static) {} // as tokio's, async-std's and smol's

async fn look_up() -> u32 {
    3
}

pub fn count() {
    spawn(async {
        let mut counter = COUNTER.lock().unwrap();
        *counter += look_up().await;
    });
}
