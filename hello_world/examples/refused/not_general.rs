//! What the compiler says of a closure that takes a reference, in a task.
//!
//!     rustc --edition 2024 --crate-type lib hello_world/examples/refused/not_general.rs

fn spawn(_task: impl Future + Send + 'static) {} // as tokio's, async-std's and smol's

async fn fetch(_url: &String) {}

/// As `buffer_unordered` and its like: it keeps an iterator, and its closure, across an await.
async fn all(requests: impl Iterator<Item: Future>) {
    for request in requests {
        request.await;
    }
}

pub fn scrape(urls: Vec<String>) {
    spawn(async move {
        all(urls.iter().map(|url| fetch(url))).await;
    });
}
