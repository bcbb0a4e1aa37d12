//! Builds the book with mdBook as a library, and serves it.

use std::error::Error;

/// How to serve.
#[derive(clap::Args)]
pub struct ServeArgs {}

/// How to build.
#[derive(clap::Args)]
pub struct BuildArgs {}

pub fn serve(_: ServeArgs) -> Result<(), Box<dyn Error>> {
    Err("not yet".into())
}

pub fn build(_: BuildArgs) -> Result<(), Box<dyn Error>> {
    Err("not yet".into())
}
