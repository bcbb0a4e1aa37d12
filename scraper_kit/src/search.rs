//! What is looked for on a page, and where: a selector's work is for the processor, and blocks its thread.

mod html;
mod query;
mod searcher;

pub(crate) use query::{Found, Query};
pub use searcher::{Search, Searched};
pub(crate) use searcher::{Searcher, StopOnDrop, Text, Unsearched};
