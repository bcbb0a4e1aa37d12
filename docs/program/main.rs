//! The book: builds it, serves it, and measures what its charts show.
//!
//!     cargo run -p docs                 build the book and serve it on this machine
//!     cargo run -p docs -- build        only build it
//!     cargo run -p docs -- measure      measure every example, and draw the charts anew

mod book;
mod charts;
mod measure;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    Measure(measure::MeasureArgs),
}

fn main() -> ExitCode {
    let args = Args::parse();
    let result = match args.command {
        None => book::serve(args.serve),
        Some(Command::Build(build)) => book::build(build),
        Some(Command::Measure(measure)) => measure::run(measure),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("docs: {error}");
            // 130: what shells make of Ctrl-C.
            let interrupted = error.is::<measure::process::Interrupted>();
            ExitCode::from(if interrupted { 130 } else { 1 })
        }
    }
}
