//! Builds what is measured, and what measures it.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::command_spec::CommandSpec;
use super::process::{self, in_words};

/// The cargo that runs us.
fn cargo() -> PathBuf {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into()).into()
}

/// A cargo command, its words shown as it says them.
pub fn cargo_spec(folder: &Path, args: &[&str]) -> CommandSpec {
    CommandSpec {
        program: cargo(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        folder: Some(folder.to_owned()),
        ..CommandSpec::default()
    }
}

/// `cargo run -p docs` builds this program only; its helper is built the same way.
pub fn measured(workspace: &Path) -> Result<(), Box<dyn Error>> {
    let mut command = Command::new(cargo());
    command.args(["build", "--quiet", "-p", "docs", "--bin", "measured"]).current_dir(workspace);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let status = command.status().map_err(|error| format!("cannot start cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err("cargo cannot build measured".into()) }
}

/// The examples and the practice site; returns the folder they are in.
pub fn examples(workspace: &Path, target: &Path, profile: &str) -> Result<PathBuf, Box<dyn Error>> {
    eprintln!("building the examples (profile {profile}); the first time takes minutes");
    let mut args = vec!["build", "--profile", profile, "--bins", "--target-dir"];
    let folder = target.to_string_lossy();
    args.push(&folder);
    for package in [
        "hello_world",
        "scraper_tokio",
        "scraper_async_std",
        "scraper_smol",
        "scraper_http_tokio",
        "scraper_kit",
        "kitchen",
        "private_postgres",
    ] {
        args.extend(["-p", package]);
    }
    process::run(&cargo_spec(workspace, &args))
        .map_err(|error| in_words(error, "cargo cannot build the examples"))?;
    Ok(target.join(if profile == "dev" { "debug" } else { profile }))
}

/// The null baseline: a package with an empty main and no dependency.
pub fn empty(folder: &Path) -> Result<(PathBuf, PathBuf), Box<dyn Error>> {
    let package = folder.join("empty");
    fs::create_dir_all(package.join("src"))?;
    let manifest = "[package]\nname = \"empty\"\nedition = \"2024\"\n\n[workspace]\n";
    fs::write(package.join("Cargo.toml"), manifest)?;
    fs::write(package.join("src/main.rs"), "fn main() {}\n")?;
    let target = package.join("target");
    let args = ["build", "--quiet", "--release", "--target-dir", &target.to_string_lossy()];
    process::run(&cargo_spec(&package, &args))
        .map_err(|error| in_words(error, "cargo cannot build an empty program"))?;
    Ok((target.join("release").join(format!("empty{}", env::consts::EXE_SUFFIX)), package))
}
