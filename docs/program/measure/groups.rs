//! The six groups of experiments, and who takes part in each.

use std::error::Error;
use std::path::Path;

use clap::ValueEnum;

use super::check;
use super::contender::{
    self, AIOHTTP, ASYNC_STD, CURL, EMPTY, LYCHEE, SMOL, TOKIO, WGET2, WRK, curl, wrk,
};
use super::cost;
use super::experiment::{Check, Trial, run_interleaved};
use super::order::Order;
use super::results::{Cost, Experiment, Run};
use super::service;
use super::setup::{CONCURRENCY, PAGE_BYTES, PAGES, Setup};

/// The names that `--only` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Group {
    /// Up to a million hello-worlds at once
    Hello,
    /// Up to a million pages as fast as they come, from up to 10,000 hosts
    Scraping,
    /// Pages that each take 300 ms
    Latency,
    /// The time until something happens
    Startup,
    /// A web service with PostgreSQL behind it
    Service,
    /// Build time, crates, binary size, threads
    Cost,
}

/// How long a page of the latency group takes.
pub const DELAY_MS: u64 = 300;

/// Larger cases than this are measured in fewer rounds.
const LARGE: u64 = 20_000;

/// The rounds of a large case: enough to conclude something.
const LARGE_ROUNDS: usize = 4;

/// Makes the experiments of a group.
///
/// # Errors
/// Ctrl-C was pressed, or a program cannot be started.
pub fn measure(
    group: Group,
    setup: &Setup,
    left_out: &mut Vec<String>,
) -> Result<(Vec<Run>, Vec<Cost>), Box<dyn Error>> {
    let mut runs = Vec::new();
    let mut costs = Vec::new();
    let mut run = |title: &str, trials: Vec<Trial>| -> Result<(), Box<dyn Error>> {
        runs.extend(run_interleaved(title, trials, &setup.file(""), left_out)?);
        Ok(())
    };
    match group {
        Group::Hello => {
            let sizes: &[u64] =
                if setup.quick { &[1, 100_000] } else { &[1, 1_000, 100_000, 1_000_000] };
            for &size in sizes {
                run(&format!("hello × {size}"), hello(setup, size))?;
            }
        }
        Group::Scraping => {
            let sizes: &[u64] =
                if setup.quick { &[1_000, 5_000] } else { &[1_000, 5_000, 20_000, 100_000] };
            for &size in sizes {
                run(&format!("{size} pages"), pages(setup, size)?)?;
            }
            if !setup.quick {
                run("a million URLs", urls_from_input(setup, 1_000_000)?)?;
            }
            if cfg!(target_os = "linux") && setup.has_nginx {
                let counts: &[u64] =
                    if setup.quick { &[1, MANNERS] } else { &[1, MANNERS, 100, 1_000, 10_000] };
                for &count in counts {
                    run(&format!("{count} hosts"), hosts(setup, count)?)?;
                }
                run("six to a host, and again", manners(setup)?)?;
            } else {
                left_out.push("many hosts: that takes nginx, and Linux's 127.0.0.0/8".to_owned());
            }
        }
        Group::Latency => {
            for in_flight in if setup.quick { &[100][..] } else { &[10, 100] } {
                run(&format!("300 ms, {in_flight} in flight"), latency(setup, *in_flight)?)?;
            }
        }
        Group::Startup => {
            run("time to Hello", first_hello(setup))?;
            run("three pages", few_pages(setup, 3))?;
        }
        Group::Service => runs.extend(service::measure(setup, left_out)?),
        Group::Cost => costs = cost::measure(setup)?,
    }
    Ok((runs, costs))
}

fn hello(setup: &Setup, size: u64) -> Vec<Trial> {
    let trial = |(contender, mut order): (&'static str, Order)| {
        order.args.extend(["--tasks".to_owned(), size.to_string()]);
        let check: Check = Box::new(move |path| check::greeted(path, size));
        Trial { experiment: Experiment::Hello, size, contender, order, rounds: setup.runs, check }
    };
    setup.programs.greeters().into_iter().map(trial).collect()
}

/// The pages; where they are searched and where they are not; and the limit, at one size.
fn pages(setup: &Setup, size: u64) -> Result<Vec<Trial>, Box<dyn Error>> {
    let rounds = if size > LARGE { setup.runs.min(LARGE_ROUNDS) } else { setup.runs };
    let html = setup.urls("page", size)?;
    let mut trials = Vec::new();
    let programs = &setup.programs;
    for (contender, order) in programs.scrapers().into_iter().chain(programs.scraper_twins()) {
        trials.push(Trial { rounds, ..scrape(setup, contender, order, &html, size, NO_LIMITS) });
    }
    let address = setup.server.address();
    if size == compared_size(setup) {
        trials.extend(
            programs
                .httpx()
                .map(|(contender, order)| scrape(setup, contender, order, &html, size, NO_LIMITS)),
        );
        trials.extend(other_tools(setup, &html, size));
    }
    if programs.curl {
        let times = size / PAGES as u64;
        let pattern = format!("{address}/page/[0-{}]?bytes={PAGE_BYTES}&n=[1-{times}]", PAGES - 1);
        trials.push(Trial { rounds, ..curled(setup, &pattern, size, CONCURRENCY) });
    }
    if size == compared_size(setup) {
        let text = setup.urls("text", size)?;
        for (contender, order) in programs.scrapers() {
            let sizes = setup.pages.clone();
            let check: Check = Box::new(move |path| check::scraped(path, &sizes, size, false));
            let experiment = Experiment::PlainText;
            trials.push(Trial {
                experiment,
                check,
                ..scrape(setup, contender, order, &text, size, NO_LIMITS)
            });
        }
        if programs.wrk {
            let url = format!("{address}/page/1?bytes={PAGE_BYTES}");
            trials.push(Trial {
                experiment: Experiment::Pages,
                size,
                contender: WRK,
                order: wrk(&url, CONCURRENCY, if setup.quick { 1 } else { 2 }),
                rounds,
                check: Box::new(check::wrked),
            });
        }
    }
    Ok(trials)
}

/// What somebody who does not want to program would take.
fn other_tools(setup: &Setup, list: &Path, size: u64) -> Vec<Trial> {
    let list = list.display().to_string();
    let trial = |contender, order, check| Trial {
        experiment: Experiment::Pages,
        size,
        contender,
        order,
        rounds: setup.runs,
        check,
    };
    let mut tools = Vec::new();
    if setup.programs.wget2 {
        let sizes = setup.pages.clone();
        let check: Check = Box::new(move |path| check::wgot(path, &sizes, size));
        tools.push(trial(WGET2, contender::wget2(&list, CONCURRENCY), check));
    }
    if setup.programs.lychee {
        let check: Check = Box::new(move |path| check::lycheed(path, size));
        tools.push(trial(LYCHEE, contender::lychee(&list, CONCURRENCY), check));
    }
    tools
}

/// The size at which scrapers are compared with each other.
fn compared_size(setup: &Setup) -> u64 {
    if setup.quick { 5_000 } else { LARGE }
}

/// How many requests there may be at a time: in all, and to one host.
#[derive(Clone, Copy)]
struct Limits {
    in_flight: usize,
    per_host: usize,
}

/// Where pages are on one host, it is asked for as many at a time as there may be.
const NO_LIMITS: Limits = Limits { in_flight: CONCURRENCY, per_host: CONCURRENCY };

fn scrape(
    setup: &Setup,
    contender: &'static str,
    mut order: Order,
    list: &Path,
    size: u64,
    limits: Limits,
) -> Trial {
    let list = list.display().to_string();
    let (in_flight, per_host) = (limits.in_flight.to_string(), limits.per_host.to_string());
    let limits = ["--concurrency", &in_flight, "--per-host", &per_host];
    order.args.extend(limits.map(str::to_owned));
    order.args.extend(["--format", "json", "--input", &list].map(str::to_owned));
    let sizes = setup.pages.clone();
    Trial {
        experiment: Experiment::Pages,
        size,
        contender,
        order,
        rounds: setup.runs,
        check: Box::new(move |path| check::scraped(path, &sizes, size, true)),
    }
}

fn curled(setup: &Setup, pattern: &str, size: u64, in_flight: usize) -> Trial {
    let sizes = setup.pages.clone();
    Trial {
        experiment: Experiment::Pages,
        size,
        contender: CURL,
        order: curl(pattern, in_flight),
        rounds: setup.runs,
        check: Box::new(move |path| check::curled(path, &sizes, size)),
    }
}

/// The list is read as it is needed: this is about memory, so once is enough.
fn urls_from_input(setup: &Setup, size: u64) -> Result<Vec<Trial>, Box<dyn Error>> {
    let list = setup.urls("page", size)?;
    let trial = |(contender, order)| {
        let mut trial = scrape(setup, contender, order, Path::new("-"), size, NO_LIMITS);
        trial.order.stdin = Some(list.clone());
        Trial { experiment: Experiment::UrlsFromInput, rounds: 1, ..trial }
    };
    Ok(setup.programs.scrapers().into_iter().map(trial).collect())
}

/// The hosts on which it is measured what manners cost.
pub const MANNERS: u64 = 10;

/// The same pages, on so many hosts in turns.
fn hosts(setup: &Setup, hosts: u64) -> Result<Vec<Trial>, Box<dyn Error>> {
    let size = compared_size(setup);
    let list = setup.urls_on("page", size, hosts)?;
    let everyone = setup.programs.scrapers().into_iter().chain(setup.programs.scraper_twins());
    let trial = |(contender, order)| {
        let trial = scrape(setup, contender, order, &list, size, NO_LIMITS);
        Trial { experiment: Experiment::Hosts, size: hosts, ..trial }
    };
    Ok(everyone.map(trial).collect())
}

/// With the limit for each host that scrapers have by default; and where every tenth page has to be
/// asked for again.
fn manners(setup: &Setup) -> Result<Vec<Trial>, Box<dyn Error>> {
    let size = compared_size(setup);
    let (html, busy) =
        (setup.urls_on("page", size, MANNERS)?, setup.urls_on("busy", size, MANNERS)?);
    let mut everyone = setup.programs.scrapers();
    everyone.extend(setup.programs.scraper_twins());
    everyone.retain(|(contender, _)| [SMOL, TOKIO, ASYNC_STD, AIOHTTP].contains(contender));
    let mut trials = Vec::new();
    for (contender, order) in everyone {
        let limits = Limits { in_flight: CONCURRENCY, per_host: 6 };
        let trial = scrape(setup, contender, order.clone(), &html, size, limits);
        trials.push(Trial { experiment: Experiment::PerHost, size: MANNERS, ..trial });
        let mut trial = scrape(setup, contender, order, &busy, size, NO_LIMITS);
        trial.order.args.extend(["--retries", "20", "--retry-delay", "0.01"].map(str::to_owned));
        trials.push(Trial { experiment: Experiment::Retries, size: MANNERS, ..trial });
    }
    Ok(trials)
}

fn latency(setup: &Setup, in_flight: usize) -> Result<Vec<Trial>, Box<dyn Error>> {
    let query = format!("bytes={PAGE_BYTES}&delay_ms={DELAY_MS}");
    let address = setup.site.address();
    let list = setup.file("latency.txt");
    let line = |n| format!("{address}/page/{n}?{query}\n");
    std::fs::write(&list, (0..PAGES).map(line).collect::<String>())?;
    let programs = &setup.programs;
    let everyone = programs.scrapers().into_iter().chain(programs.scraper_twins());
    let mut trials: Vec<Trial> = everyone
        .map(|(contender, order)| {
            let trial = scrape(
                setup,
                contender,
                order,
                &list,
                PAGES as u64,
                Limits { in_flight, per_host: in_flight },
            );
            Trial { experiment: Experiment::Latency, size: in_flight as u64, ..trial }
        })
        .collect();
    if programs.curl {
        let pattern = format!("{address}/page/[0-{}]?{query}", PAGES - 1);
        let trial = curled(setup, &pattern, PAGES as u64, in_flight);
        trials.push(Trial { experiment: Experiment::Latency, size: in_flight as u64, ..trial });
    }
    Ok(trials)
}

fn first_hello(setup: &Setup) -> Vec<Trial> {
    let trial = |contender, order, check| Trial {
        experiment: Experiment::FirstHello,
        size: 1,
        contender,
        order,
        rounds: setup.runs,
        check,
    };
    let mut trials: Vec<Trial> = (setup.programs.greeters().into_iter())
        .map(|(contender, mut order)| {
            order.until_output = true;
            // Python keeps what it prints to a pipe until the end, unless told otherwise.
            order.env.push(("PYTHONUNBUFFERED".to_owned(), "1".to_owned()));
            trial(contender, order, Box::new(check::said_hello))
        })
        .collect();
    // It prints nothing: its whole run is what it takes to start and end a process.
    let empty = Order { program: setup.empty.clone(), ..Order::default() };
    trials.push(trial(EMPTY, empty, Box::new(|_| Ok(1))));
    trials
}

fn few_pages(setup: &Setup, size: u64) -> Vec<Trial> {
    let address = setup.site.address();
    let urls = (0..size).map(|n| format!("{address}/page/{n}?bytes={PAGE_BYTES}"));
    let urls: Vec<String> = urls.collect();
    let programs = &setup.programs;
    let everyone = programs.scrapers().into_iter().chain(programs.scraper_twins());
    let trial = |(contender, mut order): (&'static str, Order)| {
        order.args.extend(["--format", "json"].map(str::to_owned));
        order.args.extend(urls.clone());
        let sizes = setup.pages.clone();
        Trial {
            experiment: Experiment::FewPages,
            size,
            contender,
            order,
            rounds: setup.runs,
            check: Box::new(move |path| check::scraped(path, &sizes, size, true)),
        }
    };
    let mut trials: Vec<Trial> = everyone.map(trial).collect();
    if programs.curl {
        let pattern = format!("{address}/page/[0-{}]?bytes={PAGE_BYTES}", size - 1);
        let trial = curled(setup, &pattern, size, CONCURRENCY);
        trials.push(Trial { experiment: Experiment::FewPages, ..trial });
    }
    trials
}
