//! The workspace's programs, for tests that run them.

#![allow(dead_code, reason = "each test needs some of it")]

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// target/, where this test is built.
pub fn target() -> PathBuf {
    let docs = Path::new(env!("CARGO_BIN_EXE_docs"));
    docs.ancestors().nth(2).expect("target/debug/docs").to_owned()
}

/// Cargo, building into the folder where this test was built.
pub fn cargo() -> Command {
    let mut cargo = testing::cargo();
    cargo.env("CARGO_TARGET_DIR", target()).stdin(Stdio::null());
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
