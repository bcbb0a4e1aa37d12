//! What it costs to have a scraper at all: to build it, to ship it, and the threads it keeps.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use super::contender::{ASYNC_STD, EMPTY, SMOL, TOKIO};
use super::order::Order;
use super::process;
use super::results::Cost;
use super::setup::{self, PAGES, Setup, cargo_order, in_words};

/// Clean builds of each: they take minutes.
const BUILDS: usize = 3;

/// The costs of the three scrapers, over those of an empty main.
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
        eprintln!("cost: {contender}");
        let binary =
            package.map_or_else(|| setup.empty.clone(), |name| setup.programs.binary(name));
        costs.push(Cost {
            contender: contender.to_owned(),
            build_s: Vec::new(),
            crates: package.map_or(Some(1), |package| crates(&setup.workspace, package)),
            binary_bytes: stripped_size(&binary, &setup.file("stripped"))?,
            threads: threads(setup, &binary, package.is_some())?,
        });
    }
    for round in 0..if setup.quick { 0 } else { BUILDS } {
        for (cost, (contender, package)) in costs.iter_mut().zip(contenders) {
            eprintln!("clean build {} of {BUILDS}: {contender}", round + 1);
            cost.build_s.push(clean_build(setup, package)?);
        }
    }
    Ok(costs)
}

/// Crates in the tree, its own included, as `cargo tree` lists them.
fn crates(workspace: &Path, package: &str) -> Option<u64> {
    let manifest = workspace.join("Cargo.toml");
    let args = ["tree", "--manifest-path", manifest.to_str()?, "-p", package, "-e", "normal,build"];
    let tree = process::output(
        &setup::cargo().to_string_lossy(),
        &[&args[..], &["--prefix", "none"]].concat(),
    )?;
    let name_and_version = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let crates: BTreeSet<_> =
        tree.lines().map(name_and_version).filter(|line| !line.is_empty()).collect();
    Some(crates.len() as u64)
}

/// The size of a binary without debug information, where there is a `strip` to take it out.
fn stripped_size(binary: &Path, copy: &Path) -> Result<u64, Box<dyn Error>> {
    let args = ["-o", &copy.to_string_lossy(), &binary.to_string_lossy()];
    let stripped = process::output("strip", &args).is_some();
    Ok(fs::metadata(if stripped { copy } else { binary })?.len())
}

/// The most threads that are seen while all pages are in flight.
fn threads(setup: &Setup, binary: &Path, scrapes: bool) -> Result<Option<u64>, Box<dyn Error>> {
    if !scrapes {
        return Ok(Some(1)); // it ends before anybody can look
    }
    let list = setup.file("threads.txt");
    let line = |n| format!("{}/page/{n}?delay_ms=300\n", setup.site.address());
    fs::write(&list, (0..PAGES).map(line).collect::<String>())?;
    let usage = process::run(&Order {
        program: binary.to_owned(),
        args: ["-f", "json", "--per-host", "100", "-i", &list.to_string_lossy()]
            .map(str::to_owned)
            .into(),
        stdout: Some(setup.file("output.txt")),
        count_threads: true,
        ..Order::default()
    })
    .map_err(|error| in_words(error, "cannot count the threads of a scraper"))?;
    Ok(usage.threads)
}

/// A release build from nothing but downloaded sources, in seconds.
fn clean_build(setup: &Setup, package: Option<&str>) -> Result<f64, Box<dyn Error>> {
    let target = setup.file("clean_build");
    let folder: PathBuf = match package {
        Some(_) => setup.workspace.clone(),
        None => setup.empty_package.clone(),
    };
    let path = target.to_string_lossy();
    let mut args = vec!["build", "--quiet", "--release", "--target-dir", &path];
    args.extend(package.map(|package| ["-p", package]).into_iter().flatten());
    let usage = process::run(&cargo_order(&folder, &args))
        .map_err(|error| in_words(error, "a clean build fails"))?;
    fs::remove_dir_all(&target)?;
    Ok(usage.wall_s)
}
