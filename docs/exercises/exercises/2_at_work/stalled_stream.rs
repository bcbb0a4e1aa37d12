//! A stall that `buffer_unordered` causes: its futures stand still while you do something else.
//!
//! In Python they do not, for as_completed makes a task of each:
//!
//!     for page in asyncio.as_completed(map(download, PAGES)):
//!         await save(await page)             # and the other downloads go on
//!
//! Read on in the book (`cargo run -p docs -- --open`):
//! - Tasks and their scope, "Know who polls"
//! - hello_world/examples/nobody_polls.rs

use std::time::Duration;

use exercises::{Gauge, Log};
use futures::stream::{self, StreamExt};
use tokio::time::{Instant, sleep};

const PAGES: [&str; 4] = ["coffee", "eggs", "toast", "soup"];

/// Three chunks, a second apart. A server does not wait: who takes no chunk for five seconds is
/// gone.
async fn download(page: &'static str, open: Gauge) -> Result<&'static str, String> {
    let _entered = open.enter();
    for _ in 0..3 {
        let asked = Instant::now();
        sleep(Duration::from_secs(1)).await;
        if asked.elapsed() > Duration::from_secs(5) {
            return Err(format!("{page}: the server hung up"));
        }
    }
    Ok(page)
}

/// A slow disk, which takes one page after another.
async fn save(page: &str, log: &Log) {
    log.add(format!("{page}: is being saved"));
    sleep(Duration::from_secs(10)).await;
    log.add(format!("{page}: saved"));
}

// TODO: no server waits while a page is saved. Let the downloads go on, two at a time.
async fn download_all(open: &Gauge, log: &Log) {
    let mut downloads =
        stream::iter(PAGES).map(|page| download(page, open.clone())).buffer_unordered(2);
    while let Some(result) = downloads.next().await {
        match result {
            Ok(page) => save(page, log).await,
            Err(error) => log.add(error),
        }
    }
}

fn main() {
    exercises::on_tokio(download_all(&Gauge::default(), &Log::default()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_server_hangs_up() {
        let (open, log) = (Gauge::default(), Log::default());
        exercises::on_tokio(download_all(&open, &log));
        for page in PAGES {
            let hung_up = log.count(&format!("{page}: the server hung up"));
            assert!(
                hung_up == 0,
                "expected {page}; nobody polled its download, and the server hung up"
            );
            let saved = log.count(&format!("{page}: saved"));
            assert!(saved == 1, "expected {page} to be saved once; it was {saved} times");
        }
        assert!(open.most() == 2, "expected two downloads at a time; there were {}", open.most());
        let saves = log.events();
        let one_by_one = saves.chunks(2).all(|pair| pair[1] == pair[0].replace("is being ", ""));
        assert!(one_by_one, "expected one page to be saved at a time; it was {saves:#?}");
    }
}
