//! What the hello worlds and the lessons share: the choice of a runtime, and what is printed.
//! The lessons themselves are in examples/: `cargo run -p hello_world --example` lists them.

pub mod lesson;

use std::env;
use std::fs;
use std::panic;
use std::process::{self, Command, ExitCode};
use std::time::Instant;

use clap::ValueEnum;

/// The runtimes that are shown side by side.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Runtime {
    /// The one that most libraries are written for
    Tokio,
    /// Discontinued: to read old code, or to move it
    AsyncStd,
    /// Small parts, put together
    Smol,
}

/// Runs this same command once for each runtime, in a process of its own, so that time, memory and
/// threads belong to that runtime alone. The processes find `env` in their environment; `ended` is
/// called after each, with the seconds it took. A process that fails is the last, and its exit code
/// is returned.
pub fn run_each(env: &[(&str, &str)], ended: fn(f64)) -> ExitCode {
    for runtime in Runtime::value_variants() {
        let name = runtime.to_possible_value().expect("no runtime is hidden");
        println!("--- {} ---", name.get_name());
        let start = Instant::now();
        let status = env::current_exe().and_then(|program| {
            let args = env::args_os().skip(1);
            Command::new(program).arg(name.get_name()).args(args).envs(env.iter().copied()).status()
        });
        match status {
            Ok(status) if status.success() => ended(start.elapsed().as_secs_f64()),
            Ok(status) => return exit_code(status), // the process has said why
            Err(error) => {
                eprintln!("cannot start this program again for {}: {error}", name.get_name());
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn exit_code(status: process::ExitStatus) -> ExitCode {
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// `println!` panics when standard output is closed, as by `| head -1`: no reason to say anything.
pub fn end_quietly_when_nobody_reads() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let text = info.payload_as_str().unwrap_or_default();
        // Unix says EPIPE, Windows ERROR_NO_DATA.
        if text.contains("Broken pipe") || text.contains("os error 232") {
            process::exit(0);
        }
        usual(info);
    }));
}

/// The most memory this process has held (resident set, in bytes), as the operating system counted
/// it; `None` where it does not.
pub fn peak_memory() -> Option<u64> {
    // Linux, proc(5). getrusage(2) would count cargo's memory, too: its figure outlives execve(2),
    // by which `cargo run` turns into this program.
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
        return Some(peak.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024);
    }
    #[cfg(unix)]
    {
        use nix::sys::resource::{UsageWho, getrusage};
        // getrusage(2): kilobytes everywhere but on Apple's systems, which count bytes.
        let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
        let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
        Some(u64::try_from(usage.max_rss()).ok()? * unit)
    }
    #[cfg(not(unix))]
    None
}

/// The value of `--tasks`.
///
/// # Errors
/// It is no whole number, or 0.
pub fn parse_tasks(text: &str) -> Result<usize, &'static str> {
    match text.parse() {
        Ok(tasks @ 1..) => Ok(tasks),
        _ => Err("give a whole number, 1 or more"),
    }
}
