//! scraper_tokio over tokio's own sockets, so that runtimes are compared and not HTTP clients.
//!
//!     cargo run -p scraper_http_tokio
//!
//! client.rs does on tokio what those of scraper_smol and scraper_async_std do on theirs. Everything
//! else is scraper_tokio's main.rs as it stands: build.rs takes it over.

mod client;

include!(concat!(env!("OUT_DIR"), "/main.rs"));
