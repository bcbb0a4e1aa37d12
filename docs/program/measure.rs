//! Measures every example beside its Python twin and the limit, on this machine.
//!
//!     cargo run -p docs -- measure --quick           a minute or two: does it all work?
//!     cargo run -p docs -- measure                   all of it; the better part of an hour
//!     cargo run -p docs -- measure --only latency    one of the six groups
//!
//! How, and what is fair and what is not: docs/measurements/README.md.

mod check;
pub mod contender;
mod cost;
mod experiment;
pub mod figures;
mod groups;
mod machine;
pub mod numbers;
mod order;
pub mod process;
mod python;
pub mod report;
pub mod results;
mod server;
mod service;
mod setup;
pub mod statistics;

use std::error::Error;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::charts;
use groups::Group;
use results::{Measurements, Settings};
use setup::Setup;

/// What to measure.
#[derive(clap::Args)]
pub struct MeasureArgs {
    /// Fewer and smaller cases: a minute or two, once all is built
    #[arg(long)]
    quick: bool,

    /// Measure this group only; may be given more than once
    #[arg(long, value_name = "NAME", value_enum)]
    only: Vec<Group>,

    /// Rounds; in each every contender runs once [default: 5, or 4 with --quick]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    runs: Option<u16>,

    /// The file to write the results to [default: measurements.json under target/]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Measure nothing: report what FILE has recorded
    #[arg(long, value_name = "FILE", conflicts_with_all = ["quick", "only", "runs", "output"])]
    show: Option<PathBuf>,

    /// The cargo profile of what is measured; any but release is for trying this command out
    #[arg(long, value_name = "NAME", default_value = "release", hide = true)]
    profile: String,
}

/// Measures, writes the results and reports them.
///
/// # Errors
/// Something that cannot be left out is missing, or Ctrl-C was pressed.
pub fn run(args: MeasureArgs) -> Result<(), Box<dyn Error>> {
    let default = setup::target()?.join("measurements.json");
    let (measurements, output) = match &args.show {
        Some(path) => (Measurements::read(path)?, default),
        None => {
            process::end_all_at_ctrl_c()?;
            let runs = args.runs.map_or(if args.quick { 4 } else { 5 }, usize::from);
            let output = args.output.unwrap_or(default);
            may_be_written(&output)?;
            let machine = machine::machine(); // before we keep it busy ourselves
            let setup = Setup::new(&args.profile, args.quick, runs)?;
            let only = |group: &Group| args.only.is_empty() || args.only.contains(group);
            let measurements = measure(setup, machine, &output, only)?;
            measurements.write(&output)?;
            (measurements, output)
        }
    };
    let page = output.with_extension("html");
    fs::write(&page, charts::page(&measurements)?)
        .map_err(|error| format!("cannot write {}: {error}", page.display()))?;
    let mut text = report::text(&measurements);
    if args.show.is_none() {
        text += &format!("Every single run is in {}.\n", output.display());
    }
    text += &format!("The charts are in {}.\n", page.display());
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()), // whoever closes the pipe has read enough
    }
}

/// An hour's work should not end in an error that could be seen at its start.
fn may_be_written(output: &Path) -> Result<(), String> {
    let full = std::path::absolute(output).unwrap_or_default();
    if !full.parent().is_some_and(Path::is_dir) {
        return Err(format!("cannot write {}: there is no such folder", output.display()));
    }
    if output.extension().is_some_and(|extension| extension == "html") {
        return Err(format!("cannot write {}: the charts go there", output.display()));
    }
    Ok(())
}

fn measure(
    setup: Setup,
    machine: results::Machine,
    output: &Path,
    only: impl Fn(&Group) -> bool,
) -> Result<Measurements, Box<dyn Error>> {
    let (commit, dirty) = machine::commit(&setup.workspace);
    let mut measurements = Measurements {
        quick: setup.quick,
        date: time::OffsetDateTime::now_utc().date().to_string(),
        commit,
        dirty,
        machine,
        versions: machine::versions(&setup.workspace, &setup.programs),
        settings: Settings {
            profile: setup.profile.clone(),
            runs: setup.runs,
            concurrency: setup::CONCURRENCY,
            page_bytes: setup.pages.sizes.iter().sum::<u64>() / setup.pages.sizes.len() as u64,
            server: None,
            server_cpu_us_per_page: None,
        },
        left_out: setup.left_out.clone(),
        runs: Vec::new(),
        costs: Vec::new(),
    };
    for group in <Group as clap::ValueEnum>::value_variants().iter().filter(|group| only(group)) {
        match groups::measure(*group, &setup, &mut measurements.left_out) {
            Ok((runs, costs)) => {
                measurements.runs.extend(runs);
                measurements.costs.extend(costs);
            }
            Err(error) if measurements.runs.is_empty() => return Err(error),
            Err(error) => {
                let unfinished = output.with_extension("unfinished.json");
                measurements.write(&unfinished)?;
                eprintln!("what was measured before is in {}", unfinished.display());
                return Err(error);
            }
        }
    }
    note_the_server(setup, &mut measurements)?;
    Ok(measurements)
}

/// What the server of the scraping group cost: it shares the machine with those it serves.
fn note_the_server(setup: Setup, measurements: &mut Measurements) -> Result<(), Box<dyn Error>> {
    use results::Experiment::{Hosts, Pages, PerHost, PlainText, Retries, UrlsFromInput};
    let usage = setup.server.end()?;
    let served = [Pages, PlainText, UrlsFromInput, Hosts, PerHost, Retries];
    let runs = measurements.runs.iter().filter(|run| served.contains(&run.experiment));
    let pages: u64 = runs.map(|run| run.work).sum();
    if pages > 0 {
        let settings = &mut measurements.settings;
        settings.server = Some(setup.server_name);
        settings.server_cpu_us_per_page = usage.cpu_s.map(|seconds| seconds * 1e6 / pages as f64);
    }
    Ok(())
}
