//! The client of this scraper, for `examples/article_smol.rs`: an example sees nothing of a binary.

pub mod client;
