//! What every scraper does, seen from outside, tested on this one.

fn main() -> std::process::ExitCode {
    hostile_site::every_scraper::black_box(env!("CARGO_BIN_EXE_scraper_async_std"))
}
