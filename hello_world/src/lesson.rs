//! What every lesson has: a choice of runtime, a timeline on the screen, and a sentence at the end.

use std::env;
use std::fmt::Display;
use std::io::{Write, stdout};
use std::panic;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use clap::{CommandFactory, FromArgMatches, Parser};

use crate::{Runtime, end_quietly_when_nobody_reads, run_each};

/// The command line of a lesson. One that has options of its own flattens it into its own `Args`.
#[derive(Parser)]
pub struct Args {
    /// The runtime to use; without it, all three run one after the other
    runtime: Option<Runtime>,
}

/// Reads the command line, and runs the lesson: see [`Args::run`]. `about` is the line that
/// `--help` says of it.
pub fn run(about: &'static str, on: [&dyn Fn(); 3], learned: &str) -> ExitCode {
    let matches = Args::command().about(about).get_matches();
    Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()).run(on, learned)
}

impl Args {
    /// Runs the lesson `on` tokio, async-std or smol, as the command line says, or on each of them
    /// in a process of its own; then says what was `learned`.
    pub fn run(&self, on: [&dyn Fn(); 3], learned: &str) -> ExitCode {
        tell_panics();
        end_quietly_when_nobody_reads();
        let Some(runtime) = self.runtime else {
            let code = run_each(&[(ONE_OF_THREE, "yes")], |_| println!());
            if code == ExitCode::SUCCESS {
                println!("Learned: {learned}");
            }
            return code;
        };
        RUNTIME.set(runtime).expect("a process runs one lesson, on one runtime");
        restart_clock();
        let [on_tokio, on_async_std, on_smol] = on;
        match runtime {
            Runtime::Tokio => on_tokio(),
            Runtime::AsyncStd => on_async_std(),
            Runtime::Smol => on_smol(),
        }
        if env::var_os(ONE_OF_THREE).is_none() {
            println!("\nLearned: {learned}");
        }
        ExitCode::SUCCESS
    }
}

/// Set for the processes that run a lesson on one runtime of three, so that the sentence at the end
/// is said once.
const ONE_OF_THREE: &str = "LESSON_IS_ONE_OF_THREE";

static RUNTIME: OnceLock<Runtime> = OnceLock::new();
static STEPPED: AtomicBool = AtomicBool::new(false);
static CLOCK: Mutex<Option<Instant>> = Mutex::new(None);

/// Prints an event, with the seconds since the step or the lesson began: `  0.50 s  water boils`.
pub fn say(event: impl Display) {
    println!("{:6.2} s  {event}", seconds());
}

/// Begins a new step of the lesson, with its own clock.
pub fn step(title: impl Display) {
    let is_first = !STEPPED.swap(true, Ordering::Relaxed);
    println!("{}{title}", if is_first { "" } else { "\n" });
    restart_clock();
}

/// Seconds since the step or the lesson began.
pub fn seconds() -> f64 {
    let start = CLOCK.lock().unwrap_or_else(|error| error.into_inner());
    start.map_or(0.0, |start| start.elapsed().as_secs_f64())
}

fn restart_clock() {
    *CLOCK.lock().unwrap_or_else(|error| error.into_inner()) = Some(Instant::now());
}

/// The chosen runtime's own sleep, like `asyncio.sleep`, for lessons whose point is elsewhere.
pub async fn sleep(seconds: f64) {
    let time = Duration::from_secs_f64(seconds);
    match RUNTIME.get() {
        Some(Runtime::Tokio) => tokio::time::sleep(time).await,
        Some(Runtime::AsyncStd) => async_std::task::sleep(time).await,
        Some(Runtime::Smol) => drop(smol::Timer::after(time).await),
        None => unreachable!("a lesson sleeps on the runtime that it runs on"),
    }
}

/// Runs `blocks` on a thread of its own, from which it may never come back. Does it, in this time?
pub fn ends_within(seconds: f64, blocks: impl FnOnce() + Send + 'static) -> bool {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        blocks();
        let _ = done.send(());
    });
    is_done.recv_timeout(Duration::from_secs_f64(seconds)).is_ok()
}

/// Where a second line begins, so that it stands beside the clock.
const BESIDE_THE_CLOCK: &str = "\n          ";

/// A panic is an event of the lesson: printed on the timeline, in a line, without the usual advice.
fn tell_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| match info.payload_as_str() {
        Some(text) if env::var_os("RUST_BACKTRACE").is_none() => {
            let lines = textwrap::wrap(text, 80 - "  0.00 s  panic: ".len()).join(BESIDE_THE_CLOCK);
            let _ = writeln!(stdout(), "{:6.2} s  panic: {lines}", seconds()); // cannot panic again
        }
        _ => usual(info),
    }));
}
