//! What the compiler says of an async block that does not say which error it returns.
//!
//!     rustc --edition 2024 --crate-type lib hello_world/examples/refused/which_error.rs

use std::io;

fn spawn<T>(_task: impl Future<Output = T> + Send + 'static) {} // as tokio's, async-std's and smol's

async fn fetch() -> io::Result<String> {
    Ok("a page".to_owned())
}

pub fn scrape() {
    spawn(async {
        let page = fetch().await?;
        println!("{page}");
        Ok(())
    });
}
