//! The client of this scraper, for `examples/article_async_std.rs`: an example sees nothing of a binary.

pub mod client;
