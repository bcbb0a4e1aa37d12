//! What every scraper does, seen from outside, and the contract that it keeps with a hostile web, tested on
//! this one.

fn main() -> std::process::ExitCode {
    hostile_site::every_scraper::run(env!("CARGO_BIN_EXE_scraper_http_tokio"))
}
