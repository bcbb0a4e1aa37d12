//! The contract that all three scrapers keep with a hostile web, run on this one.
//!
//!     cargo test -p scraper_async_std --test contract

use std::process::ExitCode;

fn main() -> ExitCode {
    hostile_site::contract::run(env!("CARGO_BIN_EXE_scraper_async_std"))
}
