//! The workspace's programs, for tests that run them.

#![allow(dead_code, reason = "each test needs some of it")]

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// target/, where this test is built.
pub fn target() -> PathBuf {
    let docs = Path::new(env!("CARGO_BIN_EXE_docs"));
    docs.ancestors().nth(2).expect("target/debug/docs").to_owned()
}

/// What `cargo test` says of the package to be tested: build scripts that look at it would run again, and
/// much would be built again with them.
pub fn names_of_the_tested() -> impl Iterator<Item = OsString> {
    env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    })
}

/// Cargo, at the root of the workspace, building into the folder where this test was built.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo runs the tests"));
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    cargo.env("CARGO_TARGET_DIR", target()).stdin(Stdio::null());
    for name in names_of_the_tested() {
        cargo.env_remove(name);
    }
    cargo
}

/// A program of the workspace, built as this test was.
pub fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        // As `cargo test` selects them, the default members and the others: then cargo chooses the
        // dependencies' features as it did there, and there is nothing left to build.
        for selection in [&[][..], &["-p", "docs", "-p", "kitchen", "-p", "scraper_http_tokio"]] {
            let mut cargo = cargo();
            cargo.args(["build", "--quiet", "--bins", "--examples"]).args(selection);
            cargo.args((!cfg!(debug_assertions)).then_some("--release"));
            assert!(cargo.status().unwrap().success(), "cargo build fails");
        }
    });
    let docs = Path::new(env!("CARGO_BIN_EXE_docs"));
    docs.with_file_name(format!("{name}{}", env::consts::EXE_SUFFIX))
}
