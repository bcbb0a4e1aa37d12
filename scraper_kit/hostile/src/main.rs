//! The hostile site on its own, for a scraper or any other client to try.
//!
//!     cargo run -p hostile_site

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;

use clap::Parser;
use hostile_site::{Expected, GROUPS, HostileSite};

/// Serve a site where everything goes wrong, on loopback, until Ctrl-C.
///
/// Each URL has one behaviour. Beside it stands what a scraper has to make of it: the kind of
/// failure, or the page.
#[derive(Parser)]
#[command(name = "hostile_site", version)]
struct Args;

fn main() -> ExitCode {
    Args::parse();
    let site = match HostileSite::start() {
        Ok(site) => site,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: cannot listen on 127.0.0.1: {error}");
            return ExitCode::FAILURE;
        }
    };
    // A closed pipe, as of `| head`, is no error; the site stays open.
    let _ = list(&site, &mut io::stdout().lock());
    loop {
        thread::park();
    }
}

fn list(site: &HostileSite, output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "The hostile site is open; Ctrl-C closes it.")?;
    writeln!(
        output,
        "To trust its good certificate: SSL_CERT_FILE={}",
        site.ca().file().display()
    )?;
    for (group, behaviours) in GROUPS {
        writeln!(output, "\n{group}")?;
        for behaviour in behaviours {
            let Some(url) = site.url(behaviour) else { continue };
            let expected = match behaviour.expected {
                Expected::Fails(kind) => kind.to_string(),
                _ => "the page".to_owned(),
            };
            writeln!(output, "  {url:<58} {expected:>12}\n    {}", behaviour.what)?;
        }
    }
    Ok(())
}
