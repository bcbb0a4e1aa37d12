#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::Command;

use testing::Finished;

use crate::{RUNTIMES, event, lesson};

/// Ctrl-C goes to every process of a terminal: to the one that runs the lesson, and to the one that
/// runs all three and must not end before them.
#[test]
fn ctrl_c_ends_each_runtime_gracefully() {
    let mut child = lesson("cancellation").process_group(0).spawn().unwrap();
    let group = format!("-{}", child.id());
    let mut told = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = event(&line.unwrap()).to_owned();
        if line == "roast: started, needs 2.2 s" {
            let kill = Command::new("kill").args(["-s", "INT", "--", &group]).status();
            assert!(kill.unwrap().success());
        }
        told.push(line);
    }
    assert_eq!(Finished::wait(child).code, Some(0), "{told:#?}");
    for runtime in RUNTIMES {
        let header = format!("--- {runtime} ---");
        let run = told.iter().skip_while(|line| **line != header);
        let run = run.skip_while(|line| !line.starts_with("Two cooks"));
        let run: Vec<&str> = run.take_while(|line| !line.is_empty()).map(|line| &**line).collect();
        let mut parts = run.split(|line| line.starts_with("Ctrl-C: "));
        let [Some(_before), Some(after), None] = [parts.next(), parts.next(), parts.next()] else {
            panic!("{runtime}: Ctrl-C is not told once: {run:#?}");
        };
        // One short dish is under way (the second, if the machine is busy), and the roast.
        let [short, rest @ ..] = after else { panic!("{runtime}: {run:#?}") };
        assert!(["coffee: ready", "toast: ready"].contains(short), "{runtime}: {run:#?}");
        let expected = ["the second is over: the rest is dropped", "roast: dropped at its await"];
        assert_eq!(rest, expected, "{runtime}: {run:#?}");
    }
}
