//! The contract that every scraper keeps with a hostile web, tested on this one.

fn main() -> std::process::ExitCode {
    hostile_site::every_scraper::contract(env!("CARGO_BIN_EXE_scraper_http_tokio"))
}
