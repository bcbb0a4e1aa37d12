//! hello_world, seen from outside.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const RUNTIMES: [&str; 3] = ["tokio", "async-std", "smol"];

fn hello(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hello_world"));
    command.args(args).stdin(Stdio::null());
    command
}

fn stdout(output: &Output) -> &str {
    assert!(output.status.success(), "{output:?}");
    std::str::from_utf8(&output.stdout).unwrap()
}

#[test]
fn one_runtime_prints_hello_waits_a_second_and_prints_world() {
    for runtime in RUNTIMES {
        let start = Instant::now();
        let mut child = hello(&[runtime]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "Hello", "{runtime}");
        assert_eq!(lines.next().unwrap().unwrap(), "World", "{runtime}");
        assert!(lines.next().is_none(), "{runtime}: and nothing else");
        assert!(child.wait().unwrap().success());
        assert!(start.elapsed() >= Duration::from_secs(1), "{runtime}");
    }
}

#[test]
fn without_a_runtime_all_three_run_one_after_the_other() {
    let output = hello(&[]).output().unwrap();
    let lines: Vec<&str> = stdout(&output).lines().filter(|line| !line.is_empty()).collect();
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
        let output = hello(&[runtime, "--tasks", "100000"]).output().unwrap();
        let lines: Vec<&str> = stdout(&output).lines().collect();
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
    let output = hello(&["smol", "--tasks", "1"]).output().unwrap();
    drop(std::hint::black_box(memory)); // held until now
    let (_, peak) = stdout(&output).trim_end().rsplit_once(" s, peak memory ").unwrap();
    let megabytes: f64 = peak.strip_suffix(" MB").unwrap().parse().unwrap();
    assert!(megabytes < 50.0, "{peak}");
}

#[test]
fn the_delay_may_be_a_fraction_or_nothing() {
    for delay in ["0", "0.01", "1e-3"] {
        let output = hello(&["smol", "--delay", delay]).output().unwrap();
        assert_eq!(stdout(&output), "Hello\nWorld\n", "{delay}");
    }
    let output = hello(&["--tasks", "3", "--delay", "0.1"]).output().unwrap();
    assert_eq!(stdout(&output).matches("World × 3").count(), 3, "all three runtimes");
}

#[test]
fn a_closed_pipe_ends_the_program_quietly() {
    for args in [&[][..], &["tokio", "--delay", "0.2"]] {
        let mut child = hello(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    }
}

#[test]
fn usage_errors_name_the_valid_values_and_run_nothing() {
    for (args, told) in [
        (&["mars"][..], "[possible values: tokio, async-std, smol]"),
        (&["smol", "--tasks", "0"], "give a whole number, 1 or more"),
        (&["smol", "--tasks", "-5"], "give a whole number, 1 or more"),
        (&["smol", "--tasks", "many"], "give a whole number, 1 or more"),
        (&["smol", "--delay", "-1"], "give a number of seconds, 0 or more"),
        (&["smol", "--delay", "nan"], "give a number of seconds, 0 or more"),
        (&["smol", "--delay", "inf"], "give a number of seconds, 0 or more"),
        (&["smol", "--delay", "1e300"], "give a number of seconds, 0 or more"),
    ] {
        let output = hello(args).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(stderr.contains(told), "{args:?}: {stderr}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}
