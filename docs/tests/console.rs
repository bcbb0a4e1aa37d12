//! What the book and the README show of a terminal is what is printed.
//!
//!     cargo test -p docs --test console                          compare
//!     SNAPSHOTS=overwrite cargo test -p docs --test console      write down what is printed now
//!
//! Each `console` block holds commands after `$ `, and below each what it prints. Commands run in a
//! shell at the root of the repository, one after the other. A command that fails is followed by
//! `$ echo $?` and its exit code. What may vary is compared as a word for it: see `varying`. A line
//! of three dots stands for any lines. Of a lesson, which has a test of its own for the order of its
//! events, the lines are compared as a set.
//!
//! A reader's cargo also says what it compiles; ours is told to be quiet, as the second run nearly is.

#[cfg(unix)]
mod console {
    pub mod blocks;
}

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    console::blocks::run()
}

// Elsewhere there is no sh, and a refused connection is told in other words.
#[cfg(not(unix))]
fn main() {
    println!("skipped: the book shows what is printed on Unix");
}
