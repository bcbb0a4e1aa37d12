//! The book: builds it, serves it, and measures what its figures show.
//!
//!     cargo run -p docs                 build the book and serve it on this machine
//!     cargo run -p docs -- build        only build it
//!     cargo run -p docs -- measure      measure every example, and show it in figures

use std::error::Error;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use docs::measure::process::Interrupted;
use docs::measure::{MeasureArgs, page, report};
use docs::{book, measure};

/// Build the book and serve it on this machine.
#[derive(Parser)]
#[command(version)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    serve: book::ServeArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Only build the book
    Build(book::BuildArgs),
    /// Measure every example beside its Python twin and the limit, on this machine
    Measure(MeasureArgs),
}

fn main() -> ExitCode {
    let args = Args::parse();
    let result = match args.command {
        None => book::serve(args.serve),
        Some(Command::Build(build)) => book::build(build),
        Some(Command::Measure(args)) => measure(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("docs: {error}");
            // 130: what shells make of Ctrl-C.
            let interrupted = error.is::<Interrupted>();
            ExitCode::from(if interrupted { 130 } else { 1 })
        }
    }
}

/// Measures, or reads a record, and reports it on the terminal and in a page of figures.
fn measure(args: MeasureArgs) -> Result<(), Box<dyn Error>> {
    let is_new = args.show.is_none();
    let (measurements, output) = measure::run(args)?;
    let file = output.with_extension("html");
    fs::write(&file, page::page(&measurements))
        .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    let mut text = report::text(&measurements);
    if is_new {
        text += &format!("Every single run is in {}.\n", output.display());
    }
    text += &format!("The figures are in {}.\n", file.display());
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()), // the reader of the pipe has read enough
    }
}
