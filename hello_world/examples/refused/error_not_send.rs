//! What the compiler says of `?` in a task, where the error is not `Send`.
//!
//!     rustc --edition 2024 --crate-type lib hello_world/examples/refused/error_not_send.rs

use std::error::Error;
use std::fmt;
use std::rc::Rc;

/// What is wrong with a selector, as the scraper crate had it up to 0.27: with a text that is counted
/// for one thread.
#[derive(Debug)]
struct SyntaxError(Rc<str>);

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a selector: {}", self.0)
    }
}

impl Error for SyntaxError {}

fn parse(css: &str) -> Result<String, SyntaxError> {
    Err(SyntaxError(css.into()))
}

fn spawn<T: Send + 'static>(_task: impl Future<Output = T> + Send + 'static) {}

async fn save(_selector: String) {}

pub fn scrape(css: String) {
    spawn(async move {
        let selector = parse(&css)?;
        save(selector).await;
        Ok::<(), Box<dyn Error + Send + Sync>>(())
    });
}
