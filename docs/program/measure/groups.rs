//! The groups of experiments, and the contenders of each.

use std::error::Error;
use std::path::Path;

use clap::ValueEnum;

use super::check;
use super::command_spec::CommandSpec;
use super::contender::{CURL, Contender, EMPTY, curl};
use super::cost;
use super::experiment::{Check, Trial, run_interleaved};
use super::results::{Cost, Experiment, Sample};
use super::service;
use super::setup::{CONCURRENCY, PAGE_BYTES, PAGES, Setup};

/// The names that `--only` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Group {
    /// A million hello-worlds at once
    Hello,
    /// Pages as fast as they come, from up to 10,000 hosts
    Scraping,
    /// Pages that each take 300 ms
    Latency,
    /// The time until something happens
    Startup,
    /// A web service with PostgreSQL behind it
    Service,
    /// Build time and binary size
    Cost,
}

/// How long a page of the latency group takes.
pub const DELAY_MS: u64 = 300;

impl Group {
    /// How long it takes, about, on a machine of two cores: seconds for each round, and once.
    pub fn seconds(self, quick: bool) -> (usize, usize) {
        match (self, quick) {
            (Self::Hello, true) => (9, 0),
            (Self::Hello, false) => (35, 0),
            (Self::Scraping, true) => (10, 0),
            (Self::Scraping, false) => (110, 180),
            (Self::Latency, true) => (4, 0),
            (Self::Latency, false) => (19, 0),
            (Self::Startup, _) => (1, 0),
            (Self::Service, true) => (7, 0),
            (Self::Service, false) => (25, 0),
            (Self::Cost, true) => (0, 1),
            (Self::Cost, false) => (0, 900),
        }
    }
}

/// Makes the experiments of a group.
///
/// # Errors
/// Ctrl-C was pressed, or a program cannot be started.
pub fn measure(
    group: Group,
    setup: &Setup,
    left_out: &mut Vec<String>,
) -> Result<(Vec<Sample>, Vec<Cost>), Box<dyn Error>> {
    let mut samples = Vec::new();
    let mut costs = Vec::new();
    let mut run = |title: &str, trials: Vec<Trial>| -> Result<(), Box<dyn Error>> {
        samples.extend(run_interleaved(title, trials, &setup.file(""), left_out)?);
        Ok(())
    };
    match group {
        Group::Hello => {
            let many = if setup.quick { 100_000 } else { 1_000_000 };
            run("hello × 1", hello(setup, 1))?;
            run(&format!("hello × {many}"), hello(setup, many))?;
        }
        Group::Scraping => {
            let size = compared_size(setup);
            run(&format!("{size} pages"), pages(setup, size)?)?;
            run("with --select", select(setup, size)?)?;
            for &size in if setup.quick { &[][..] } else { &[1_000, 100_000, 1_000_000] } {
                run(&format!("{size} pages, once"), pages_once(setup, size)?)?;
            }
            if cfg!(target_os = "linux") && setup.has_nginx {
                let counts: &[u64] =
                    if setup.quick { &[10, 1_000] } else { &[10, 100, 1_000, 10_000] };
                for &count in counts {
                    run(&format!("{count} hosts"), hosts(setup, count)?)?;
                }
            } else {
                left_out.push("many hosts: that takes nginx, and Linux's 127.0.0.0/8".to_owned());
            }
        }
        Group::Latency => {
            let in_flight = if setup.quick { 100 } else { 10 };
            run(&format!("300 ms, {in_flight} in flight"), latency(setup, in_flight)?)?;
        }
        Group::Startup => run("time to Hello", first_hello(setup))?,
        Group::Service => samples.extend(service::measure(setup, left_out)?),
        Group::Cost => costs = cost::measure(setup)?,
    }
    Ok((samples, costs))
}

fn hello(setup: &Setup, size: u64) -> Vec<Trial> {
    let trial = |(contender, mut spec): Contender| {
        spec.args.extend(["--tasks".to_owned(), size.to_string()]);
        let check: Check = Box::new(move |path| check::greeted(path, size));
        Trial { experiment: Experiment::Hello, size, contender, spec, rounds: setup.runs, check }
    };
    setup.programs.greeters().into_iter().map(trial).collect()
}

/// The size at which scrapers are compared with each other.
fn compared_size(setup: &Setup) -> u64 {
    if setup.quick { 2_000 } else { 20_000 }
}

/// The pages, and the mark.
fn pages(setup: &Setup, size: u64) -> Result<Vec<Trial>, Box<dyn Error>> {
    let list = setup.urls(size, 1)?;
    let mut all = setup.programs.scrapers_and_twin();
    all.extend(setup.programs.twin_on_uvloop());
    let trial = |contender| scrape(setup, contender, &list, size, CONCURRENCY);
    let mut trials: Vec<Trial> = all.into_iter().map(trial).collect();
    if setup.programs.curl {
        let (address, times) = (setup.server.address(), size / PAGES as u64);
        let pattern = format!("{address}/page/[0-{}]?bytes={PAGE_BYTES}&n=[1-{times}]", PAGES - 1);
        trials.push(curled(setup, &pattern, size, CONCURRENCY));
    }
    Ok(trials)
}

/// The same with a selector, which asks for a parser: without one, the title is found without.
fn select(setup: &Setup, size: u64) -> Result<Vec<Trial>, Box<dyn Error>> {
    let list = setup.urls(size, 1)?;
    let trial = |contender| {
        let mut trial = scrape(setup, contender, &list, size, CONCURRENCY);
        trial.spec.args.extend(["--select", "title"].map(str::to_owned));
        Trial { experiment: Experiment::Select, ..trial }
    };
    Ok(setup.programs.scrapers_and_twin().into_iter().map(trial).collect())
}

/// More pages, and fewer: it is about memory, so once is enough.
fn pages_once(setup: &Setup, size: u64) -> Result<Vec<Trial>, Box<dyn Error>> {
    let list = setup.urls(size, 1)?;
    let mut all = setup.programs.scrapers_and_twin();
    if size > 100_000 {
        all = setup.programs.scrapers(); // the twin would take minutes
    }
    let trial =
        |contender| Trial { rounds: 1, ..scrape(setup, contender, &list, size, CONCURRENCY) };
    Ok(all.into_iter().map(trial).collect())
}

/// The same pages, on so many hosts in turns.
fn hosts(setup: &Setup, hosts: u64) -> Result<Vec<Trial>, Box<dyn Error>> {
    let size = compared_size(setup);
    let list = setup.urls(size, hosts)?;
    let trial = |contender| {
        let trial = scrape(setup, contender, &list, size, CONCURRENCY);
        Trial { experiment: Experiment::Hosts, size: hosts, ..trial }
    };
    Ok(setup.programs.scrapers_and_twin().into_iter().map(trial).collect())
}

/// A host is asked for as many pages at a time as there may be in all.
fn scrape(
    setup: &Setup,
    (contender, mut spec): Contender,
    list: &Path,
    size: u64,
    in_flight: usize,
) -> Trial {
    let (list, in_flight) = (list.display().to_string(), in_flight.to_string());
    let limits = ["--concurrency", &in_flight, "--per-host", &in_flight];
    spec.args.extend(limits.map(str::to_owned));
    spec.args.extend(["--format", "json", "--input", &list].map(str::to_owned));
    let sizes = setup.page_sizes.clone();
    Trial {
        experiment: Experiment::Pages,
        size,
        contender,
        spec,
        rounds: setup.runs,
        check: Box::new(move |path| check::scraped(path, &sizes, size)),
    }
}

fn curled(setup: &Setup, pattern: &str, size: u64, in_flight: usize) -> Trial {
    let sizes = setup.page_sizes.clone();
    Trial {
        experiment: Experiment::Pages,
        size,
        contender: CURL,
        spec: curl(pattern, in_flight),
        rounds: setup.runs,
        check: Box::new(move |path| check::curled(path, &sizes, size)),
    }
}

fn latency(setup: &Setup, in_flight: usize) -> Result<Vec<Trial>, Box<dyn Error>> {
    let query = format!("bytes={PAGE_BYTES}&delay_ms={DELAY_MS}");
    let address = setup.site.address();
    let list = setup.file("latency.txt");
    let line = |n| format!("{address}/page/{n}?{query}\n");
    std::fs::write(&list, (0..PAGES).map(line).collect::<String>())?;
    let size = PAGES as u64;
    let mut trials: Vec<Trial> = (setup.programs.scrapers_and_twin().into_iter())
        .map(|contender| scrape(setup, contender, &list, size, in_flight))
        .collect();
    if setup.programs.curl {
        let pattern = format!("{address}/page/[0-{}]?{query}", PAGES - 1);
        trials.push(curled(setup, &pattern, size, in_flight));
    }
    for trial in &mut trials {
        (trial.experiment, trial.size) = (Experiment::Latency, in_flight as u64);
    }
    Ok(trials)
}

fn first_hello(setup: &Setup) -> Vec<Trial> {
    let trial = |contender, spec, check| Trial {
        experiment: Experiment::FirstHello,
        size: 1,
        contender,
        spec,
        rounds: setup.runs,
        check,
    };
    let mut trials: Vec<Trial> = (setup.programs.greeters().into_iter())
        .map(|(contender, mut spec)| {
            spec.until_output = true;
            // Python keeps what it prints to a pipe until the end, unless told otherwise.
            spec.env.push(("PYTHONUNBUFFERED".to_owned(), "1".to_owned()));
            trial(contender, spec, Box::new(check::said_hello))
        })
        .collect();
    // It prints nothing: its whole run is what it takes to start and end a process.
    let empty = CommandSpec { program: setup.empty.clone(), ..CommandSpec::default() };
    trials.push(trial(EMPTY, empty, Box::new(|_| Ok(1))));
    trials
}
