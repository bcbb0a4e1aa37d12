//! Measures every example beside its Python twin and the limit.

use std::error::Error;

/// What to measure.
#[derive(clap::Args)]
pub struct MeasureArgs {}

pub fn run(_: MeasureArgs) -> Result<(), Box<dyn Error>> {
    Err("not yet".into())
}
