//! The tests that all three scrapers pass, run on this one.

const SCRAPER: &str = env!("CARGO_BIN_EXE_scraper_async_std");

#[path = "../../scraper_kit/tests/every_scraper/black_box.rs"]
mod black_box;

#[path = "../../scraper_kit/tests/every_scraper/article.rs"]
mod article;
