//! The practice site on its own, for a scraper or any other client to try.
//!
//!     cargo run -p scraper_kit --bin practice_site

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;

use clap::Parser;
use scraper_kit::practice_site::PracticeSite;

/// Serve the practice site on 127.0.0.1 until Ctrl-C.
#[derive(Parser)]
#[command(name = "practice_site", version)]
struct Args {
    /// The port to listen on; 0 for any that is free
    #[arg(short, long, default_value_t = 0)]
    port: u16,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match PracticeSite::start(args.port) {
        Ok(site) => {
            let pages = site.pages().join("\n");
            // A closed pipe, as of `| head`, is no error; the site stays open.
            let _ = writeln!(io::stdout(), "The practice site is open; Ctrl-C closes it.\n{pages}");
            loop {
                thread::park();
            }
        }
        Err(error) => {
            let _ =
                writeln!(io::stderr(), "error: cannot listen on 127.0.0.1:{}: {error}", args.port);
            ExitCode::FAILURE
        }
    }
}
