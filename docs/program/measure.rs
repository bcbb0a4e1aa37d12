//! Measures every example beside its Python twin and the limit, on this machine.
//!
//!     cargo run -p docs -- measure --quick           three minutes: does it all work?
//!     cargo run -p docs -- measure                   all of it; the better part of an hour
//!     cargo run -p docs -- measure --only latency    one of the six groups
//!
//! How, and what is fair and what is not: docs/measurements/README.md.

mod build;
mod check;
pub mod command_spec;
mod contender;
mod cost;
mod experiment;
pub mod figures;
mod groups;
mod machine;
pub mod numbers;
pub mod page;
pub mod process;
pub mod report;
pub mod results;
mod server;
mod service;
mod setup;
pub mod statistics;
pub mod table;

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use groups::Group;
use results::{Measurements, Settings};
use setup::Setup;

/// What to measure.
#[derive(clap::Args)]
pub struct MeasureArgs {
    /// Fewer and smaller cases: three minutes, once all is built
    #[arg(long)]
    quick: bool,

    /// Measure this group only; may be given more than once
    #[arg(long, value_name = "NAME", value_enum)]
    only: Vec<Group>,

    /// Rounds; in each every contender runs once [default: 9, or 5 with --quick]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    runs: Option<u16>,

    /// The file to write the results to [default: measurements.json under target/]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Measure nothing: report what FILE has recorded
    #[arg(long, value_name = "FILE", conflicts_with_all = ["quick", "only", "runs", "output"])]
    pub show: Option<PathBuf>,

    /// The cargo profile of what is measured; any but release is for trying this command out
    #[arg(long, value_name = "NAME", default_value = "release", hide = true)]
    profile: String,
}

/// Measures and writes the results, or reads them; returns them, and their file.
///
/// # Errors
/// Something that cannot be left out is missing, or Ctrl-C was pressed.
pub fn run(args: MeasureArgs) -> Result<(Measurements, PathBuf), Box<dyn Error>> {
    let default = setup::target()?.join("measurements.json");
    if let Some(path) = &args.show {
        return Ok((Measurements::read(path)?, default));
    }
    process::end_all_at_ctrl_c()?;
    let runs = args.runs.map_or(if args.quick { 5 } else { 9 }, usize::from);
    let output = args.output.unwrap_or(default);
    may_be_written(&output)?;
    let machine = machine::machine(); // before we keep it busy ourselves
    let mut groups = Group::value_variants().to_vec();
    groups.retain(|group| args.only.is_empty() || args.only.contains(group));
    let setup = Setup::new(&args.profile, args.quick, runs)?;
    let measurements = measure(setup, machine, &output, &groups)?;
    measurements.write(&output)?;
    Ok((measurements, output))
}

/// An hour's work should not end in an error that could be seen at its start.
fn may_be_written(output: &Path) -> Result<(), String> {
    let full = std::path::absolute(output).unwrap_or_default();
    if !full.parent().is_some_and(Path::is_dir) {
        return Err(format!("cannot write {}: there is no such folder", output.display()));
    }
    if output.extension().is_some_and(|extension| extension == "html") {
        return Err(format!("cannot write {}: the figures go there", output.display()));
    }
    Ok(())
}

fn measure(
    setup: Setup,
    machine: results::Machine,
    output: &Path,
    groups: &[Group],
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
            page_bytes: setup.page_sizes.iter().sum::<u64>() / setup.page_sizes.len() as u64,
            server: None,
            server_cpu_us_per_page: None,
        },
        left_out: setup.left_out.clone(),
        runs: Vec::new(),
        costs: Vec::new(),
    };
    eprintln!("{}", plan(&measurements, groups));
    for &group in groups {
        match groups::measure(group, &setup, &mut measurements.left_out) {
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

/// What is measured, and about how long that takes.
fn plan(m: &Measurements, groups: &[Group]) -> String {
    let seconds = groups.iter().map(|group| group.seconds(m.quick));
    let seconds: usize = seconds.map(|(each, once)| each * m.settings.runs + once).sum();
    let versions = m.versions.iter().map(|(name, version)| match version.split_once(' ') {
        Some(_) => version.clone(), // it begins with the name
        None => format!("{name} {version}"),
    });
    format!(
        "{}\n{} rounds; this takes some {} minutes on a machine of two cores",
        versions.collect::<Vec<_>>().join(", "),
        m.settings.runs,
        seconds.div_ceil(60),
    )
}

/// What the server of the scraping group cost: it shares the machine with those it serves.
fn note_the_server(setup: Setup, measurements: &mut Measurements) -> Result<(), Box<dyn Error>> {
    use results::Experiment::{Hosts, Pages, Select};
    let usage = setup.server.end()?;
    let served = [Pages, Select, Hosts];
    let runs = measurements.runs.iter().filter(|run| served.contains(&run.experiment));
    let pages: u64 = runs.map(|run| run.work).sum();
    if pages > 0 {
        let settings = &mut measurements.settings;
        settings.server = Some(setup.server_name);
        settings.server_cpu_us_per_page = usage.cpu_s.map(|seconds| seconds * 1e6 / pages as f64);
    }
    Ok(())
}
