//! What it costs to have a scraper at all: to build it, and to ship it.

use std::error::Error;
use std::fs;
use std::path::Path;

use super::build::cargo_spec;
use super::contender::{ASYNC_STD, EMPTY, SMOL, TOKIO};
use super::process::{self, in_words};
use super::results::Cost;
use super::setup::Setup;

/// Clean builds of each: they take minutes.
const BUILDS: usize = 3;

/// The costs of the three scrapers, and those of an empty main.
///
/// # Errors
/// A build fails, or Ctrl-C was pressed.
pub fn measure(setup: &Setup) -> Result<Vec<Cost>, Box<dyn Error>> {
    let contenders = [
        (TOKIO, Some("scraper_tokio")),
        (SMOL, Some("scraper_smol")),
        (ASYNC_STD, Some("scraper_async_std")),
        (EMPTY, None),
    ];
    let mut costs = Vec::new();
    for (contender, package) in contenders {
        let binary =
            package.map_or_else(|| setup.empty.clone(), |name| setup.programs.binary(name));
        let binary_bytes = stripped_size(&binary, &setup.file("stripped"))?;
        costs.push(Cost { contender: contender.to_owned(), build_s: Vec::new(), binary_bytes });
    }
    for round in 0..if setup.quick { 0 } else { BUILDS } {
        for (cost, (contender, package)) in costs.iter_mut().zip(contenders) {
            eprintln!("clean build {} of {BUILDS}: {contender}", round + 1);
            cost.build_s.push(clean_build(setup, package)?);
        }
    }
    Ok(costs)
}

/// The size of a binary without debug information, where there is a `strip` to take it out.
fn stripped_size(binary: &Path, copy: &Path) -> Result<u64, Box<dyn Error>> {
    let args = ["-o", &copy.to_string_lossy(), &binary.to_string_lossy()];
    let stripped = process::output("strip", &args).is_some();
    Ok(fs::metadata(if stripped { copy } else { binary })?.len())
}

/// A release build from nothing but downloaded sources, in seconds.
fn clean_build(setup: &Setup, package: Option<&str>) -> Result<f64, Box<dyn Error>> {
    let target = setup.file("clean_build");
    let folder = if package.is_some() { &setup.workspace } else { &setup.empty_package };
    let path = target.to_string_lossy();
    let mut args = vec!["build", "--quiet", "--release", "--target-dir", &path];
    args.extend(package.map(|package| ["-p", package]).into_iter().flatten());
    let usage = process::run(&cargo_spec(folder, &args))
        .map_err(|error| in_words(error, "a clean build fails"))?;
    fs::remove_dir_all(&target)?;
    Ok(usage.wall_s)
}
