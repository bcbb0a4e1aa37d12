//! hello_world, seen from outside.

use std::io::{BufRead, BufReader};
use std::process::Command;
use std::time::{Duration, Instant};

use testing::{Finished, command};

const RUNTIMES: [&str; 3] = ["tokio", "async-std", "smol"];

fn hello(args: &[&str]) -> Command {
    let mut command = command(env!("CARGO_BIN_EXE_hello_world"));
    command.args(args);
    command
}

fn stdout(run: &Finished) -> &str {
    assert_eq!(run.code, Some(0), "{run:?}");
    &run.stdout
}

#[test]
fn one_runtime_prints_hello_waits_a_second_and_prints_world() {
    for runtime in RUNTIMES {
        let start = Instant::now();
        let mut child = hello(&[runtime]).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "Hello", "{runtime}");
        assert_eq!(lines.next().unwrap().unwrap(), "World", "{runtime}");
        assert!(lines.next().is_none(), "{runtime}: and nothing else");
        assert_eq!(Finished::wait(child).code, Some(0));
        assert!(start.elapsed() >= Duration::from_secs(1), "{runtime}");
    }
}

#[test]
fn without_a_runtime_all_three_run_one_after_the_other() {
    let run = Finished::run(&mut hello(&[]));
    let lines: Vec<&str> = stdout(&run).lines().filter(|line| !line.is_empty()).collect();
    for (block, runtime) in lines.chunks(4).zip(RUNTIMES) {
        assert_eq!(block[..3], [format!("--- {runtime} ---").as_str(), "Hello", "World"]);
        let seconds: f64 = block[3].strip_suffix(" s").unwrap().parse().unwrap();
        assert!(seconds >= 1.0, "{runtime}: {seconds}");
    }
    assert_eq!(lines.len(), 12);
}

#[test]
fn many_hello_worlds_wait_at_the_same_time() {
    for runtime in RUNTIMES {
        // One after another, these would take more than a day.
        let run = Finished::run(&mut hello(&[runtime, "--tasks", "100000"]));
        let lines: Vec<&str> = stdout(&run).lines().collect();
        assert_eq!(lines[..2], ["Hello × 100000", "World × 100000"], "{runtime}");
        let (seconds, memory) = lines[2].split_once(" s, peak memory ").unwrap();
        assert!(seconds.parse::<f64>().unwrap() >= 1.0, "{runtime}: {}", lines[2]);
        if cfg!(unix) {
            // A task takes at least the 16 bytes of the time it waits for, and not a page.
            let megabytes: f64 = memory.strip_suffix(" MB").unwrap().parse().unwrap();
            assert!((1.6..400.0).contains(&megabytes), "{runtime}: {}", lines[2]);
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_peak_of_memory_is_not_that_of_the_process_which_started_this_one() {
    let memory = vec![1_u8; 100_000_000];
    let run = Finished::run(&mut hello(&["smol", "--tasks", "1"]));
    drop(std::hint::black_box(memory)); // held until now
    let (_, peak) = stdout(&run).trim_end().rsplit_once(" s, peak memory ").unwrap();
    let megabytes: f64 = peak.strip_suffix(" MB").unwrap().parse().unwrap();
    assert!(megabytes < 50.0, "{peak}");
}

#[test]
fn the_delay_may_be_a_fraction_or_nothing() {
    for delay in ["0", "0.01", "1e-3"] {
        let run = Finished::run(&mut hello(&["smol", "--delay", delay]));
        assert_eq!(stdout(&run), "Hello\nWorld\n", "{delay}");
    }
    let run = Finished::run(&mut hello(&["--tasks", "3", "--delay", "0.1"]));
    assert_eq!(stdout(&run).matches("World × 3").count(), 3, "all three runtimes");
}

#[test]
fn a_closed_pipe_ends_the_program_quietly() {
    for args in [&[][..], &["tokio", "--delay", "0.2"]] {
        let mut child = hello(args).spawn().unwrap();
        drop(child.stdout.take());
        let run = Finished::wait(child);
        assert_eq!((run.code, &run.stderr[..]), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn usage_errors_name_the_valid_values_and_run_nothing() {
    for (args, told) in [
        (&["mars"][..], "[possible values: tokio, async-std, smol]"),
        (&["smol", "--tasks", "0"], "give a whole number, 1 or more"),
        (&["smol", "--tasks", "-5"], "give a whole number, 1 or more"),
        (&["smol", "--tasks", "many"], "give a whole number, 1 or more"),
        (&["smol", "--tasks", "1.5"], "give a whole number, 1 or more"),
        (&["smol", "--tasks", ""], "give a whole number, 1 or more"),
        (&["smol", "--delay", "-1"], "give a number of seconds, 0 or more"),
        (&["smol", "--delay", "nan"], "give a number of seconds, 0 or more"),
        (&["smol", "--delay", "inf"], "give a number of seconds, 0 or more"),
        (&["smol", "--delay", "1e300"], "give a number of seconds, 0 or more"),
    ] {
        let run = Finished::run(&mut hello(args));
        assert_eq!((run.code, &run.stdout[..]), (Some(2), ""), "{args:?}: {run:?}");
        assert!(run.stderr.contains(told), "{args:?}: {}", run.stderr);
    }
}
