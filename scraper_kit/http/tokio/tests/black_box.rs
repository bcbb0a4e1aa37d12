//! The tests that all scrapers pass, run on this one.

const SCRAPER: &str = env!("CARGO_BIN_EXE_scraper_http_tokio");

#[path = "../../../tests/every_scraper/black_box.rs"]
mod black_box;
