//! The smallest async program, on three runtimes.
//!
//!     cargo run -p hello_world                 all three, one after the other
//!     cargo run -p hello_world -- smol         one of them
//!     cargo run --release -p hello_world -- smol --tasks 1000000
//!
//! The lesson is in on_tokio.rs, on_async_std.rs and on_smol.rs: each is a whole program, and
//! works when copied to a new project's src/main.rs. This file only chooses between them.

mod at_scale;
mod on_async_std;
mod on_smol;
mod on_tokio;

use std::env;
use std::panic;
use std::process::{self, Command, ExitCode};
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};

/// Hello, a second of waiting, World: on tokio, async-std and smol.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// The runtime to use; without it, all three run one after the other
    runtime: Option<Runtime>,

    /// Run N hello-worlds at once, each a task of its own; print time and peak memory
    #[arg(long, value_name = "N", value_parser = parse_tasks, allow_negative_numbers = true)]
    tasks: Option<usize>,

    /// How long each hello-world waits; fractions are allowed [default: 1]
    #[arg(long, value_name = "SECONDS", value_parser = parse_delay, allow_negative_numbers = true)]
    delay: Option<Duration>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Runtime {
    Tokio,
    AsyncStd,
    Smol,
}

fn main() -> ExitCode {
    let args = Args::parse();
    end_quietly_when_nobody_reads();
    match (args.runtime, args.tasks, args.delay) {
        (None, tasks, _) => run_each(tasks.is_none()),
        (Some(runtime), None, None) => say_hello(runtime),
        (Some(runtime), tasks, delay) => {
            say_hellos(runtime, tasks, delay.unwrap_or(Duration::from_secs(1)))
        }
    }
}

/// println! panics when standard output is closed, as by `| head -1`: no reason to say anything.
fn end_quietly_when_nobody_reads() {
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

/// Runs this same command once for each runtime, in a process of its own, so that time and memory
/// belong to that runtime alone.
fn run_each(show_time: bool) -> ExitCode {
    for runtime in Runtime::value_variants() {
        let name = runtime.to_possible_value().expect("no runtime is hidden");
        println!("--- {} ---", name.get_name());
        let start = Instant::now();
        let status = env::current_exe().and_then(|program| {
            Command::new(program).arg(name.get_name()).args(env::args_os().skip(1)).status()
        });
        match status {
            Ok(status) if status.success() && show_time => {
                println!("{:.2} s\n", start.elapsed().as_secs_f64());
            }
            Ok(status) if status.success() => println!(),
            Ok(_) => return ExitCode::FAILURE, // the child has said why
            Err(error) => {
                eprintln!("hello_world: cannot start myself for {}: {error}", name.get_name());
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// The classic: nothing but Hello and World on standard output.
fn say_hello(runtime: Runtime) -> ExitCode {
    match runtime {
        Runtime::Tokio => on_tokio::main(),
        Runtime::AsyncStd => on_async_std::main(),
        Runtime::Smol => on_smol::main(),
    }
    ExitCode::SUCCESS
}

fn say_hellos(runtime: Runtime, tasks: Option<usize>, delay: Duration) -> ExitCode {
    let times = tasks.map_or(String::new(), |tasks| format!(" × {tasks}"));
    let start = Instant::now();
    println!("Hello{times}");
    let run = match runtime {
        Runtime::Tokio => at_scale::on_tokio,
        Runtime::AsyncStd => at_scale::on_async_std,
        Runtime::Smol => at_scale::on_smol,
    };
    run(tasks.unwrap_or(1), delay);
    println!("World{times}");
    if tasks.is_some() {
        println!("{:.2} s, peak memory {}", start.elapsed().as_secs_f64(), peak_memory());
    }
    ExitCode::SUCCESS
}

/// The most memory this process has held (resident set), as the operating system counted it.
#[cfg(unix)]
fn peak_memory() -> String {
    use nix::sys::resource::{UsageWho, getrusage};
    // getrusage(2): kilobytes everywhere but on Apple's systems, which count bytes.
    let unit = if cfg!(target_vendor = "apple") { 1.0 } else { 1024.0 };
    match getrusage(UsageWho::RUSAGE_SELF) {
        Ok(usage) => format!("{:.0} MB", usage.max_rss() as f64 * unit / 1e6),
        Err(error) => format!("unknown ({error})"),
    }
}

#[cfg(not(unix))]
fn peak_memory() -> String {
    "unknown (measured on Unix only)".to_owned()
}

fn parse_tasks(text: &str) -> Result<usize, &'static str> {
    match text.parse() {
        Ok(tasks @ 1..) => Ok(tasks),
        _ => Err("give a whole number, 1 or more"),
    }
}

fn parse_delay(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or("give a number of seconds, 0 or more, such as 0.5")
}
