//! What `measure` and `measured` say to each other: a command on one line of JSON, and what it cost.
//!
//! `measured` is a program of its own because of how Linux counts: a process's peak memory begins at
//! that of the process that started it, so a measuring program of 30 MB would make every small
//! command look like 30 MB. And the pipe that brings the command is a lifeline: when it closes, by
//! whatever end `measure` came to, `measured` ends the command and all that it started.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One command to run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CommandSpec {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Environment variables to set.
    pub env: Vec<(String, String)>,
    /// Where to run it; here, if there is none.
    pub folder: Option<PathBuf>,
    /// What it reads; nothing, if there is none.
    pub stdin: Option<PathBuf>,
    /// The file that takes its output; `measured`'s standard error, if there is none.
    pub stdout: Option<PathBuf>,
    /// The file that takes its messages, in the same way.
    pub stderr: Option<PathBuf>,
    /// End it as soon as it prints something: only the time until then is asked for.
    pub until_output: bool,
    /// End it after so many seconds, whatever it is doing; never, if there is none.
    pub limit_s: Option<f64>,
    /// Before it is ended, let it end what it has started, as for Ctrl-C (Unix).
    pub gently: bool,
}

/// What it cost, as the operating system counted it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Usage {
    /// From just before it was started until it was gone, in seconds.
    pub wall_s: f64,
    /// Processor time, its own and the kernel's for it, of all threads, in seconds (Unix).
    pub cpu_s: Option<f64>,
    /// The most memory that it held (resident set), in bytes (Unix).
    pub peak_bytes: Option<u64>,
    /// From just before it was started until it printed something, with `until_output`.
    pub first_output_s: Option<f64>,
    /// Whether it ended by itself and with success.
    pub success: bool,
    /// How it ended, in words.
    pub ending: String,
}
