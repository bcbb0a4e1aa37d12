//! Takes over scraper_tokio's main.rs, all but its first lines: what stands here is the client.

use std::path::Path;
use std::{env, fs};

const MAIN: &str = "../../../scraper_tokio/src/main.rs";

fn main() {
    println!("cargo::rerun-if-changed={MAIN}");
    let source = fs::read_to_string(MAIN).expect("scraper_tokio is part of the workspace");
    let (_, rest) = source.split_once("mod client;").expect("it has a client");
    let folder = env::var_os("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&folder).join("main.rs"), rest).expect("the folder is for this");
}
