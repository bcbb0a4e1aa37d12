//! The workspace's programs, for tests that run them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// target/, where this test is built.
pub fn target() -> PathBuf {
    let docs = Path::new(env!("CARGO_BIN_EXE_docs"));
    docs.ancestors().nth(2).expect("target/debug/docs").to_owned()
}

/// A program of the workspace, built as this test was.
pub fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut cargo = Command::new(env::var_os("CARGO").expect("cargo runs the tests"));
        // The examples are not run, but with them cargo chooses the dependencies' features as for
        // `cargo test`: after that, there is nothing left to build.
        let selection = ["--workspace", "--exclude", "exercises", "--bins", "--examples"];
        cargo.args(["build", "--quiet"]).args(selection).arg("--target-dir").arg(target());
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        // Set by `cargo test`; the build script of libcurl's TLS looks at it, and would build again.
        cargo.env_remove("CARGO_PKG_VERSION");
        let docs = env!("CARGO_MANIFEST_DIR");
        assert!(cargo.current_dir(docs).status().unwrap().success(), "cargo build fails");
    });
    let docs = Path::new(env!("CARGO_BIN_EXE_docs"));
    docs.with_file_name(format!("{name}{}", env::consts::EXE_SUFFIX))
}
