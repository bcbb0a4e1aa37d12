//! A PostgreSQL for whoever starts this: prints its DATABASE_URL, and ends with its standard input.
//!
//!     cargo run -p private_postgres

use std::io::{self, Read, Write};
use std::process::ExitCode;

use private_postgres::PrivatePostgres;

fn main() -> ExitCode {
    let postgres = match PrivatePostgres::start() {
        Ok(postgres) => postgres,
        Err(error) => {
            eprintln!("private_postgres: {error}");
            return ExitCode::FAILURE;
        }
    };
    if writeln!(io::stdout(), "{}", postgres.url()).is_ok() {
        _ = io::stdin().read_to_end(&mut Vec::new());
    }
    ExitCode::SUCCESS
}
