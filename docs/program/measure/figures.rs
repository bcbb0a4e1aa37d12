//! The figures: what each shows, and what is compared in it.

use std::error::Error;

use super::contender::{AXUM, EMPTY, TOKIO, TOKIO_HYPER, rank};
use super::groups::DELAY_MS;
use super::numbers::{count, short};
use super::results::{Cost, Experiment, Measurements, Sample};
use super::setup::PAGES;
use super::statistics::Rounds;

/// One question and its answer.
pub struct Figure {
    /// How the book asks for it.
    pub name: &'static str,
    /// What it shows.
    pub title: String,
    /// What the numbers are, such as "pages a second".
    pub unit: &'static str,
    /// What must be known to read it; may be empty.
    pub note: String,
    /// The numbers.
    pub data: Data,
}

/// The shape of the answer.
pub enum Data {
    /// One number for each contender, in each round.
    Bars {
        /// The contenders.
        rows: Vec<(String, Rounds)>,
        /// The one to which the others are compared.
        reference: Option<&'static str>,
    },
    /// How a number grows with the size of the task.
    Growth {
        /// What the size counts.
        of: &'static str,
        /// The contenders, with what was measured at each size.
        series: Vec<(String, Vec<(u64, Rounds)>)>,
    },
}

/// All figures that can be made from these measurements, in the order of the report.
pub fn all(m: &Measurements) -> Vec<Figure> {
    let cpu = Sample::cpu_us_per_page;
    let cpu_unit = "µs of CPU a page";
    let figures = [
        scraping(m, "scraping-cpu", "Processor time for one page of", cpu_unit, cpu),
        scraping(m, "scraping", "How fast they come: ", "pages a second", Sample::rate),
        scraping(m, "scraping-memory", "Peak memory for", "MB", Sample::peak_mb),
        select(m),
        growth(m, Experiment::Pages, "memory-growth", "Peak memory for all pages", "MB"),
        growth(m, Experiment::Hosts, "hosts-cpu", "Processor time, on many hosts", cpu_unit),
        growth(m, Experiment::Hosts, "hosts-memory", "Peak memory, on many hosts", "MB"),
        latency(m),
        hello_time(m),
        hello_memory(m),
        first_hello(m),
        service(m, "service", "Requests answered", "requests a second", Sample::rate),
        service(m, "service-cpu", "Processor time", "µs of CPU a request", cpu),
        cost(m, "build-time", "A clean release build", "seconds", |cost| cost.build_s.clone()),
        cost(m, "binary-size", "The release binary, stripped", "MB", |cost| {
            vec![cost.binary_bytes as f64 / 1e6]
        }),
    ];
    figures.into_iter().flatten().collect()
}

/// The figure of this name.
///
/// # Errors
/// There is none; the error names those that there are.
pub fn named(m: &Measurements, name: &str) -> Result<Figure, Box<dyn Error>> {
    let mut figures = all(m);
    if let Some(place) = figures.iter().position(|figure| figure.name == name) {
        return Ok(figures.swap_remove(place));
    }
    let names: Vec<_> = figures.iter().map(|figure| figure.name).collect();
    Err(format!("no figure '{name}' in the measurements; there are {}", names.join(", ")).into())
}

/// The pages at the size at which all contenders are compared: where curl took part.
fn scraping(
    m: &Measurements,
    name: &'static str,
    title: &str,
    unit: &'static str,
    figure: fn(&Sample) -> Option<f64>,
) -> Option<Figure> {
    let size = m.compared_size()?;
    let note = match name {
        "scraping" => served_by(m),
        "scraping-cpu" => "Of all threads, the kernel's work for them included.".to_owned(),
        _ => String::new(),
    };
    Some(Figure {
        name,
        title: format!("{title} {} pages, {} in flight", count(size), m.settings.concurrency),
        unit,
        note,
        data: bars(rows(m, Experiment::Pages, size, figure), Some(TOKIO_HYPER))?,
    })
}

fn served_by(m: &Measurements) -> String {
    let name = m.settings.server.as_deref().unwrap_or("an unknown server");
    let cpu = m.settings.server_cpu_us_per_page;
    let cpu =
        cpu.map_or_else(String::new, |us| format!(", which took {} µs of CPU for each", short(us)));
    format!("Served by {name}{cpu}. curl does not search the pages.")
}

/// A selector asks for the tree of the whole page, in Rust and in Python.
fn select(m: &Measurements) -> Option<Figure> {
    let size = *m.sizes(Experiment::Select).last()?;
    Some(Figure {
        name: "select",
        title: format!("Processor time for one of {} pages, with --select", count(size)),
        unit: "µs of CPU a page",
        note: "The twin searches with selectolax, which is written in C.".to_owned(),
        data: bars(rows(m, Experiment::Select, size, Sample::cpu_us_per_page), Some(TOKIO_HYPER))?,
    })
}

fn growth(
    m: &Measurements,
    experiment: Experiment,
    name: &'static str,
    title: &str,
    unit: &'static str,
) -> Option<Figure> {
    let figure = if unit == "MB" { Sample::peak_mb } else { Sample::cpu_us_per_page };
    let of = if experiment == Experiment::Hosts { "hosts" } else { "pages" };
    let sizes = m.sizes(experiment);
    let series = m.contenders(experiment, *sizes.first()?).into_iter().map(|contender| {
        let point = |size: &u64| Some((*size, m.rounds(experiment, *size, contender, figure)?));
        (contender.to_owned(), sizes.iter().filter_map(point).collect::<Vec<_>>())
    });
    let series: Vec<_> = series.filter(|(_, points)| points.len() > 1).collect();
    let data = (!series.is_empty()).then_some(Data::Growth { of, series })?;
    Some(Figure { name, title: title.to_owned(), unit, note: String::new(), data })
}

fn latency(m: &Measurements) -> Option<Figure> {
    let in_flight = *m.sizes(Experiment::Latency).last()?;
    let ideal = (PAGES as u64).div_ceil(in_flight) * DELAY_MS;
    let mut rows = rows(m, Experiment::Latency, in_flight, |run| Some(run.wall_s));
    let all = (0..m.settings.runs).map(|round| (round, ideal as f64 / 1e3));
    rows.push(("ideal".to_owned(), Rounds::of(all)?));
    Some(Figure {
        name: "latency",
        title: format!("{PAGES} pages of {DELAY_MS} ms each, {in_flight} in flight"),
        unit: "seconds",
        note: "The ideal is all the waiting and no work.".to_owned(),
        data: bars(rows, Some("ideal"))?,
    })
}

fn hello_time(m: &Measurements) -> Option<Figure> {
    let size = *m.sizes(Experiment::Hello).last()?;
    let beyond_the_sleep = |run: &Sample| Some((run.wall_s - 1.0).max(0.0));
    Some(Figure {
        name: "hello-time",
        title: format!("{} tasks: time beyond the second that each sleeps", count(size)),
        unit: "seconds",
        note: String::new(),
        data: bars(rows(m, Experiment::Hello, size, beyond_the_sleep), Some(TOKIO))?,
    })
}

/// Over one task, so that the program itself is not counted.
fn hello_memory(m: &Measurements) -> Option<Figure> {
    let size = *m.sizes(Experiment::Hello).last().filter(|size| **size > 1)?;
    let task = |(name, all): (String, Rounds)| {
        let one = m.rounds(Experiment::Hello, 1, &name, Sample::peak_mb)?.spread().median;
        Some((name, all.map(|peak| (peak - one).max(0.0) * 1e6 / size as f64)))
    };
    let rows = rows(m, Experiment::Hello, size, Sample::peak_mb).into_iter().filter_map(task);
    Some(Figure {
        name: "hello-memory",
        title: format!("Memory of one task, with {} at once", count(size)),
        unit: "bytes a task",
        note: "Peak memory less that of a run with one task, shared among the tasks.".to_owned(),
        data: bars(rows.collect(), Some(TOKIO))?,
    })
}

fn first_hello(m: &Measurements) -> Option<Figure> {
    let until = |run: &Sample| Some(run.first_output_s.unwrap_or(run.wall_s) * 1e3);
    Some(Figure {
        name: "first-hello",
        title: "From the start of the program to its first Hello".to_owned(),
        unit: "ms",
        note: "Of the empty main, the whole run: what any process takes.".to_owned(),
        data: bars(rows(m, Experiment::FirstHello, 1, until), Some(TOKIO))?,
    })
}

fn service(
    m: &Measurements,
    name: &'static str,
    title: &str,
    unit: &'static str,
    figure: fn(&Sample) -> Option<f64>,
) -> Option<Figure> {
    let size = *m.sizes(Experiment::Service).last()?;
    Some(Figure {
        name,
        title: format!("{title}, the kitchen asked on {size} connections"),
        unit,
        note: "Each request reads twenty orders from PostgreSQL, on four connections.".to_owned(),
        data: bars(rows(m, Experiment::Service, size, figure), Some(AXUM))?,
    })
}

fn cost(
    m: &Measurements,
    name: &'static str,
    title: &str,
    unit: &'static str,
    figure: impl Fn(&Cost) -> Vec<f64>,
) -> Option<Figure> {
    let row = |cost: &Cost| {
        Some((cost.contender.clone(), Rounds::of(figure(cost).into_iter().enumerate())?))
    };
    let rows: Vec<_> = m.costs.iter().filter_map(row).collect();
    // Nothing but the baseline is no answer.
    rows.iter().find(|(name, _)| name != EMPTY)?;
    let data = bars(rows, None)?;
    Some(Figure { name, title: title.to_owned(), unit, note: String::new(), data })
}

fn rows(
    m: &Measurements,
    experiment: Experiment,
    size: u64,
    figure: impl Fn(&Sample) -> Option<f64>,
) -> Vec<(String, Rounds)> {
    let names = m.contenders(experiment, size).into_iter();
    names
        .filter_map(|name| Some((name.to_owned(), m.rounds(experiment, size, name, &figure)?)))
        .collect()
}

fn bars(mut rows: Vec<(String, Rounds)>, reference: Option<&'static str>) -> Option<Data> {
    rows.sort_by_key(|(name, _)| rank(name));
    let reference = reference.filter(|name| rows.iter().any(|(known, _)| known == name));
    (!rows.is_empty()).then_some(Data::Bars { rows, reference })
}
