//! What the compiler says of a parser that a task holds across an await.
//!
//!     rustc --edition 2024 --crate-type lib hello_world/examples/blocking/not_send.rs

use std::rc::Rc;

/// A parsed page, as the scraper crate has it: its texts are shared, and counted for one thread.
struct Page(Rc<str>);

impl Page {
    fn parse(html: &str) -> Self {
        Self(html.into())
    }

    fn title(&self) -> String {
        self.0.to_string()
    }
}

fn spawn(_task: impl Future + Send + 'static) {} // as tokio's, async-std's and smol's

async fn save(_title: String) {}

pub fn scrape(html: String) {
    spawn(async move {
        let page = Page::parse(&html);
        save(page.title()).await;
    });
}
