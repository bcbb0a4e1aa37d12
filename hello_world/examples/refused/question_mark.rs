//! What the compiler says of `?` in an async block that returns nothing.
//!
//!     rustc --edition 2024 --crate-type lib hello_world/examples/refused/question_mark.rs

use std::io;

fn spawn<T>(_task: impl Future<Output = T> + Send + 'static) {} // as tokio's, async-std's and smol's

async fn fetch() -> io::Result<String> {
    Ok("a page".to_owned())
}

pub fn scrape() {
    spawn(async {
        let page = fetch().await?;
        println!("{page}");
    });
}
