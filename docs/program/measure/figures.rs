//! The figures: what each chart shows, the table under it, and what may be concluded from it.

use std::error::Error;

use super::contender::{AIOHTTP, ASYNCIO, EMPTY, FASTAPI, WRK, place};
use super::groups::{DELAY_MS, MANNERS};
use super::numbers::{count, rounded, short, spread_of, times};
use super::results::{Cost, Experiment, Measurements, Run};
use super::setup::PAGES;
use super::statistics::{Comparison, ENOUGH_RUNS, Summary, compare};

/// One question and its answer.
pub struct Figure {
    /// How the book asks for it.
    pub name: &'static str,
    pub title: String,
    /// What the numbers are, such as "pages a second".
    pub unit: &'static str,
    /// What must be known to read it; may be empty.
    pub note: String,
    pub data: Data,
}

/// The shape of the answer.
pub enum Data {
    /// One number for each contender; with a reference, to which the others are compared.
    Bars { rows: Vec<(String, Summary)>, reference: Option<&'static str> },
    /// How a number grows with the size of the task.
    Growth { of: &'static str, series: Vec<(String, Vec<(u64, Summary)>)> },
}

/// A table: the heads of its columns, and its rows.
pub struct Table {
    pub heads: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// All figures that can be made from these measurements, in the order of the report.
pub fn all(m: &Measurements) -> Vec<Figure> {
    let figures = [
        hello_time(m),
        hello_memory(m),
        scraping(m),
        scraping_cpu(m),
        scraping_memory(m),
        growth(m, "scraping-growth", "Time for all pages", "seconds", Run::wall),
        growth(m, "scraping-memory-growth", "Peak memory for all pages", "MB", Run::peak_mb),
        extraction(m),
        urls_from_input(m),
        hosts(m),
        manners(m),
        latency(m, "latency-10", 10),
        latency(m, "latency-100", 100),
        first_hello(m),
        few_pages(m),
        service(m, "service", "Requests answered", "requests a second", Run::rate),
        service(m, "service-p50", "The time that half of the requests took", "ms", Run::p50_ms),
        service(m, "service-p99", "The time that 99 of 100 requests took", "ms", Run::p99_ms),
        service(m, "service-cpu", "Processor time", "µs of CPU a request", Run::cpu_us_per_page),
        service(m, "service-memory", "Peak memory", "MB", Run::peak_mb),
        cost(m, "build-time", "A clean release build", "seconds", |cost| cost.build_s.clone()),
        cost(m, "crates", "Crates in the tree", "crates", |cost| {
            cost.crates.map(|crates| crates as f64).into_iter().collect()
        }),
        cost(m, "binary-size", "The release binary, stripped", "MB", |cost| {
            vec![cost.binary_bytes as f64 / 1e6]
        }),
        cost(m, "threads", "Threads with 100 pages in flight", "threads", |cost| {
            cost.threads.map(|threads| threads as f64).into_iter().collect()
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
    match figures.iter().position(|figure| figure.name == name) {
        Some(place) => Ok(figures.swap_remove(place)),
        None => {
            let names: Vec<_> = figures.iter().map(|figure| figure.name).collect();
            Err(format!("no figure '{name}' in the measurements; there are {}", names.join(", "))
                .into())
        }
    }
}

fn hello_time(m: &Measurements) -> Option<Figure> {
    let beyond_the_sleep = |run: &Run| Some((run.wall_s - 1.0).max(0.0));
    let title = "Hello at scale: time beyond the one second that each task sleeps";
    growth_of(m, Experiment::Hello, "hello-time", title, "seconds", "tasks", beyond_the_sleep)
}

/// Over one task, so that the program itself is not counted.
fn hello_memory(m: &Measurements) -> Option<Figure> {
    let size = *m.sizes(Experiment::Hello).last().filter(|size| **size > 1)?;
    let rows =
        rows(m, Experiment::Hello, size, Run::peak_mb).into_iter().filter_map(|(name, all)| {
            let one = m.summary(Experiment::Hello, 1, &name, Run::peak_mb)?;
            Some((name, all.map(|peak| (peak - one.median).max(0.0) * 1e6 / size as f64)))
        });
    Some(Figure {
        name: "hello-memory",
        title: format!("Memory of one task, with {} at once", count(size)),
        unit: "bytes a task",
        note: "Peak memory less that of a run with one task, shared among the tasks.".to_owned(),
        data: bars(rows.collect(), Some(ASYNCIO))?,
    })
}

/// The size at which the limit was measured, too.
fn compared_size(m: &Measurements) -> Option<u64> {
    let sizes = m.sizes(Experiment::PlainText);
    sizes.last().or(m.sizes(Experiment::Pages).last()).copied()
}

fn scraping(m: &Measurements) -> Option<Figure> {
    let size = compared_size(m)?;
    Some(Figure {
        name: "scraping",
        title: format!("{} pages, {} in flight", count(size), m.settings.concurrency),
        unit: "pages a second",
        note: server(m)
            + " curl does not search the pages; wrk throws them away, and is the limit.",
        data: bars(rows(m, Experiment::Pages, size, Run::rate), Some(AIOHTTP))?,
    })
}

fn server(m: &Measurements) -> String {
    let name = m.settings.server.as_deref().unwrap_or("an unknown server");
    let cpu = m.settings.server_cpu_us_per_page;
    let cpu =
        cpu.map_or_else(String::new, |us| format!(", which took {} µs of CPU for each", short(us)));
    format!("Served by {name}{cpu}.")
}

fn scraping_cpu(m: &Measurements) -> Option<Figure> {
    let size = compared_size(m)?;
    Some(Figure {
        name: "scraping-cpu",
        title: format!("Processor time for one page of {}", count(size)),
        unit: "µs of CPU a page",
        note: "Of all threads, the kernel's work for them included.".to_owned(),
        data: bars(rows(m, Experiment::Pages, size, Run::cpu_us_per_page), Some(AIOHTTP))?,
    })
}

fn scraping_memory(m: &Measurements) -> Option<Figure> {
    let size = compared_size(m)?;
    Some(Figure {
        name: "scraping-memory",
        title: format!("Peak memory for {} pages", count(size)),
        unit: "MB",
        note: String::new(),
        data: bars(rows(m, Experiment::Pages, size, Run::peak_mb), Some(AIOHTTP))?,
    })
}

fn growth(
    m: &Measurements,
    name: &'static str,
    title: &str,
    unit: &'static str,
    figure: fn(&Run) -> Option<f64>,
) -> Option<Figure> {
    let mut growth = growth_of(m, Experiment::Pages, name, title, unit, "pages", figure)?;
    // The million is read from standard input, and seen once.
    if let (Data::Growth { series, .. }, Some(size)) =
        (&mut growth.data, m.sizes(Experiment::UrlsFromInput).last())
    {
        for (name, points) in series {
            let million = m.summary(Experiment::UrlsFromInput, *size, name, figure);
            points.extend(million.map(|number| (*size, number)));
        }
    }
    Some(growth)
}

fn growth_of(
    m: &Measurements,
    experiment: Experiment,
    name: &'static str,
    title: &str,
    unit: &'static str,
    of: &'static str,
    figure: impl Fn(&Run) -> Option<f64>,
) -> Option<Figure> {
    let sizes = m.sizes(experiment);
    let largest = *sizes.last()?;
    let names = m.contenders(experiment, largest).into_iter().filter(|name| *name != WRK);
    let series = names.map(|name| {
        let point = |size: &u64| Some((*size, m.summary(experiment, *size, name, &figure)?));
        (name.to_owned(), sizes.iter().filter_map(point).collect::<Vec<_>>())
    });
    let series: Vec<_> = series.filter(|(_, points)| points.len() > 1).collect();
    let data = (!series.is_empty()).then_some(Data::Growth { of, series })?;
    Some(Figure { name, title: title.to_owned(), unit, note: String::new(), data })
}

/// Up to the hosts for which connections are kept, and beyond.
fn hosts(m: &Measurements) -> Option<Figure> {
    let title = "Processor time for one page, from more and more hosts";
    let (unit, cpu) = ("µs of CPU a page", Run::cpu_us_per_page);
    growth_of(m, Experiment::Hosts, "hosts-growth", title, unit, "hosts", cpu)
}

/// What it costs to be polite, and to ask again.
fn manners(m: &Measurements) -> Option<Figure> {
    let cpu = |experiment, name| m.summary(experiment, MANNERS, name, Run::cpu_us_per_page);
    let mut rows = Vec::new();
    for name in m.contenders(Experiment::PerHost, MANNERS) {
        rows.push((name.to_owned(), cpu(Experiment::Hosts, name)?));
        rows.push((format!("{name}, 6 to a host"), cpu(Experiment::PerHost, name)?));
        rows.push((format!("{name}, asks again"), cpu(Experiment::Retries, name)?));
    }
    Some(Figure {
        name: "manners",
        title: format!("What manners cost, on {MANNERS} hosts"),
        unit: "µs of CPU a page",
        note: format!(
            "With {} in flight and no limit for each host; with six at a time to each; and with every \
             tenth answer a 503, after which a page is asked for again.",
            m.settings.concurrency
        ),
        data: bars(rows, None)?,
    })
}

/// The same pages as HTML and as plain text, which is not searched: the difference is what charset
/// decoding, parsing and the selector cost.
fn extraction(m: &Measurements) -> Option<Figure> {
    let size = *m.sizes(Experiment::PlainText).last()?;
    let (mut rows, mut shares) = (Vec::new(), Vec::new());
    for name in m.contenders(Experiment::PlainText, size) {
        let cpu = |experiment| m.summary(experiment, size, name, Run::cpu_us_per_page);
        let (html, text) = (cpu(Experiment::Pages)?, cpu(Experiment::PlainText)?);
        rows.extend([(format!("{name}, HTML"), html), (format!("{name}, text"), text)]);
        shares.push(match compare(text, html) {
            Comparison::Apart { ratio, least, most } => format!(
                "{name} {:.0} % ({:.0} to {:.0})",
                (1.0 - ratio) * 100.0,
                (1.0 - most) * 100.0,
                (1.0 - least) * 100.0
            ),
            _ => format!("{name}: no telling"),
        });
    }
    Some(Figure {
        name: "extraction",
        title: "What it costs to find the title".to_owned(),
        unit: "µs of CPU a page",
        note: format!(
            "The same pages as HTML, and as plain text, which is not searched. Share of the CPU: {}.",
            shares.join("; ")
        ),
        data: bars(rows, None)?,
    })
}

fn urls_from_input(m: &Measurements) -> Option<Figure> {
    let size = *m.sizes(Experiment::UrlsFromInput).last()?;
    Some(Figure {
        name: "urls-from-input",
        title: format!("Peak memory for {} URLs from standard input", count(size)),
        unit: "MB",
        note: "One run of each: it is about memory.".to_owned(),
        data: bars(rows(m, Experiment::UrlsFromInput, size, Run::peak_mb), None)?,
    })
}

fn latency(m: &Measurements, name: &'static str, in_flight: u64) -> Option<Figure> {
    let ideal = (PAGES as u64).div_ceil(in_flight) * DELAY_MS;
    let mut rows = rows(m, Experiment::Latency, in_flight, Run::wall);
    let exact = ideal as f64 / 1e3;
    rows.push((
        "ideal".to_owned(),
        Summary { median: exact, min: exact, max: exact, runs: m.settings.runs },
    ));
    if rows.len() == 1 {
        return None;
    }
    Some(Figure {
        name,
        title: format!("{PAGES} pages of {DELAY_MS} ms each, {in_flight} in flight"),
        unit: "seconds",
        note: "The ideal is all the waiting and no work.".to_owned(),
        data: bars(rows, Some("ideal"))?,
    })
}

fn first_hello(m: &Measurements) -> Option<Figure> {
    let until = |run: &Run| run.first_output_ms().or(run.wall_ms());
    Some(Figure {
        name: "first-hello",
        title: "From the start of the program to its first Hello".to_owned(),
        unit: "ms",
        note: "Of the empty main, the whole run: what any process takes.".to_owned(),
        data: bars(rows(m, Experiment::FirstHello, 1, until), Some(ASYNCIO))?,
    })
}

fn few_pages(m: &Measurements) -> Option<Figure> {
    let size = *m.sizes(Experiment::FewPages).last()?;
    Some(Figure {
        name: "few-pages",
        title: format!("{size} pages that take no time, from start to end"),
        unit: "ms",
        note: String::new(),
        data: bars(rows(m, Experiment::FewPages, size, Run::wall_ms), Some(AIOHTTP))?,
    })
}

fn service(
    m: &Measurements,
    name: &'static str,
    title: &str,
    unit: &'static str,
    figure: fn(&Run) -> Option<f64>,
) -> Option<Figure> {
    let size = *m.sizes(Experiment::Service).last()?;
    Some(Figure {
        name,
        title: format!("{title}, the kitchen asked on {size} connections"),
        unit,
        note: "Each request reads twenty orders from PostgreSQL, on four connections.".to_owned(),
        data: bars(rows(m, Experiment::Service, size, figure), Some(FASTAPI))?,
    })
}

fn cost(
    m: &Measurements,
    name: &'static str,
    title: &str,
    unit: &'static str,
    figure: impl Fn(&Cost) -> Vec<f64>,
) -> Option<Figure> {
    let row = |cost: &Cost| Some((cost.contender.clone(), Summary::of(figure(cost))?));
    let rows: Vec<_> = m.costs.iter().filter_map(row).collect();
    // Nothing but the baseline is no answer.
    rows.iter().find(|(name, _)| name != EMPTY)?;
    Some(Figure {
        name,
        title: title.to_owned(),
        unit,
        note: String::new(),
        data: bars(rows, None)?,
    })
}

fn rows(
    m: &Measurements,
    experiment: Experiment,
    size: u64,
    figure: impl Fn(&Run) -> Option<f64>,
) -> Vec<(String, Summary)> {
    let names = m.contenders(experiment, size).into_iter();
    names
        .filter_map(|name| Some((name.to_owned(), m.summary(experiment, size, name, &figure)?)))
        .collect()
}

/// The contenders' own order, unless their names are made up for the occasion.
fn bars(mut rows: Vec<(String, Summary)>, reference: Option<&'static str>) -> Option<Data> {
    rows.sort_by_key(|(name, _)| place(name));
    let reference = reference.filter(|name| rows.iter().any(|(known, _)| known == name));
    (!rows.is_empty()).then_some(Data::Bars { rows, reference })
}

impl Figure {
    /// Every number of the figure, as rows and columns.
    pub fn table(&self) -> Table {
        match &self.data {
            Data::Bars { rows, reference } => bars_table(self.unit, rows, *reference),
            Data::Growth { of, series } => growth_table(of, self.unit, series),
        }
    }

    /// What can be concluded, and what cannot: a sentence each.
    pub fn conclusions(&self) -> Vec<String> {
        // Without a reference, nobody asks who is better.
        let Data::Bars { rows, reference: Some(_) } = &self.data else { return Vec::new() };
        let runs = rows.iter().map(|(_, summary)| summary.runs).min().unwrap_or(0);
        if runs < ENOUGH_RUNS {
            return vec![format!("Nothing can be concluded from so few runs ({runs}).")];
        }
        let alike: Vec<_> = alike(rows).iter().map(|names| listed(names)).collect();
        if alike.is_empty() {
            return Vec::new();
        }
        vec![format!("Not to be told apart, for their spreads overlap: {}.", alike.join("; "))]
    }
}

/// Groups in which every spread overlaps every other, as large as they can be.
fn alike(rows: &[(String, Summary)]) -> Vec<Vec<&str>> {
    let mut groups: Vec<Vec<&str>> = Vec::new();
    for (_, at) in rows {
        // Spreads that all overlap have a point in common, such as the beginning of one of them.
        let covers = |row: &&(String, Summary)| row.1.min <= at.min && at.min <= row.1.max;
        let group: Vec<&str> = rows.iter().filter(covers).map(|(name, _)| name.as_str()).collect();
        let within = |other: &Vec<&str>| group.iter().all(|name| other.contains(name));
        if group.len() > 1 && !groups.iter().any(within) {
            groups.retain(|other| !other.iter().all(|name| group.contains(name)));
            groups.push(group);
        }
    }
    groups
}

/// "tokio, smol and async-std"
fn listed(names: &[&str]) -> String {
    match names {
        [names @ .., last] if !names.is_empty() => format!("{} and {last}", names.join(", ")),
        _ => names.concat(),
    }
}

fn bars_table(unit: &str, rows: &[(String, Summary)], reference: Option<&str>) -> Table {
    let base = reference.and_then(|name| rows.iter().find(|(known, _)| known == name));
    let spread = rows.iter().any(|(_, summary)| summary.runs > 1 && summary.max > summary.min);
    let mut heads = vec![String::new(), unit.to_owned()];
    heads.extend(spread.then(|| "spread".to_owned()));
    heads.extend(base.map(|(name, _)| format!("of {name}")));
    let row = |(name, summary): &(String, Summary)| {
        let mut cells = vec![name.clone(), short(summary.median)];
        cells.extend(spread.then(|| spread_of(summary)));
        cells.extend(base.map(|(known, base)| match compare(*summary, *base) {
            _ if known == name => "1".to_owned(),
            Comparison::Apart { ratio, least, most } => {
                let (least, most) =
                    if ratio < 1.0 { (1.0 / most, 1.0 / least) } else { (least, most) };
                format!("{} ({}–{})", times(ratio), rounded(least), rounded(most))
            }
            Comparison::Overlapping => "no telling".to_owned(),
            Comparison::TooFewRuns => "too few runs".to_owned(),
        }));
        cells
    };
    Table { heads, rows: rows.iter().map(row).collect() }
}

fn growth_table(of: &str, unit: &str, series: &[(String, Vec<(u64, Summary)>)]) -> Table {
    let mut sizes: Vec<u64> =
        series.iter().flat_map(|(_, points)| points.iter().map(|(size, _)| *size)).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut heads = vec![format!("{unit} for {of}")];
    heads.extend(sizes.iter().map(|size| count(*size)));
    heads.push("spread up to".to_owned());
    let row = |(name, points): &(String, Vec<(u64, Summary)>)| {
        let mut cells = vec![name.clone()];
        cells.extend(sizes.iter().map(|size| {
            let found = points.iter().find(|(known, _)| known == size);
            found.map_or_else(String::new, |(_, summary)| short(summary.median))
        }));
        // In absolute figures where the median is next to nothing: a share would mislead.
        let widest =
            points.iter().map(|(_, summary)| summary.max - summary.min).fold(0.0, f64::max);
        cells.push(short(widest));
        cells
    };
    Table { heads, rows: series.iter().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_alike_when_each_overlaps_every_other() {
        let row = |name: &str, min, max| (name.to_owned(), Summary::of([min, max]).unwrap());
        let rows = [
            row("a", 1.0, 3.0),
            row("b", 2.0, 5.0),
            row("c", 4.0, 6.0),
            row("d", 4.5, 4.6),
            row("e", 9.0, 9.0),
        ];
        assert_eq!(alike(&rows), [vec!["a", "b"], vec!["b", "c", "d"]]);
        assert_eq!(listed(&["b", "c", "d"]), "b, c and d");
        assert!(alike(&rows[4..]).is_empty());
    }

    #[test]
    fn a_table_gives_no_ratio_where_spreads_overlap() {
        let summary = |figures: [f64; 4]| Summary::of(figures).unwrap();
        let rows = vec![
            ("tokio".to_owned(), summary([80.0, 81.0, 83.0, 84.0])),
            (AIOHTTP.to_owned(), summary([9.0, 10.0, 10.0, 11.0])),
            ("aiohttp (uvloop)".to_owned(), summary([10.0, 11.0, 11.0, 12.0])),
        ];
        let figure = Figure {
            name: "test",
            title: String::new(),
            unit: "pages a second",
            note: String::new(),
            data: bars(rows, Some(AIOHTTP)).unwrap(),
        };
        let table = figure.table();
        let ratios: Vec<_> = table.rows.iter().map(|row| row.last().unwrap().as_str()).collect();
        assert_eq!(ratios, ["8.2 × (7.3–9.3)", "1", "no telling"]);
        let conclusions = figure.conclusions();
        assert_eq!(conclusions.len(), 1);
        assert!(
            conclusions[0].ends_with("overlap: aiohttp and aiohttp (uvloop)."),
            "{conclusions:?}"
        );
    }
}
