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

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use hello_world::{Runtime, end_quietly_when_nobody_reads, parse_tasks, run_each};

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

fn main() -> ExitCode {
    let args = Args::parse();
    end_quietly_when_nobody_reads();
    match (args.runtime, args.tasks, args.delay) {
        (None, None, _) => run_each(&[], |seconds| println!("{seconds:.2} s\n")),
        (None, Some(_), _) => run_each(&[], |_| println!()),
        (Some(runtime), None, None) => say_hello(runtime),
        (Some(runtime), tasks, delay) => {
            say_hellos(runtime, tasks, delay.unwrap_or(Duration::from_secs(1)))
        }
    }
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

/// The most memory this process has held, in megabytes.
fn peak_memory() -> String {
    hello_world::peak_memory().map_or("unknown (measured on Unix only)".to_owned(), |bytes| {
        format!("{:.0} MB", bytes as f64 / 1e6)
    })
}

fn parse_delay(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or("give a number of seconds, 0 or more, such as 0.5")
}
