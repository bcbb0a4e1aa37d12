//! What was measured, every single run of it: the one JSON file that the figures are made
//! from.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::statistics::Rounds;

/// One recorded run of `measure`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurements {
    /// Whether it was a quick run: fewer and smaller cases, to see that all works.
    pub quick: bool,
    /// The day, such as 2026-11-22 (UTC).
    pub date: String,
    /// The commit that was measured.
    pub commit: String,
    /// Whether files differed from it.
    pub dirty: bool,
    /// Where.
    pub machine: Machine,
    /// Versions of compiler, libraries and tools, by name.
    pub versions: BTreeMap<String, String>,
    /// What all had in common.
    pub settings: Settings,
    /// What was not measured, and why.
    pub left_out: Vec<String>,
    /// Every single run.
    pub runs: Vec<Sample>,
    /// What the programs cost at rest.
    pub costs: Vec<Cost>,
}

/// Where it was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Its processor.
    pub cpu: String,
    /// How many of its processors this program may use.
    pub cores: usize,
    /// Its memory.
    pub memory_bytes: u64,
    /// The system.
    pub system: String,
    /// Processes that were ready to run, on average over the minute before the first run.
    pub load_before: Option<f64>,
}

/// What all contenders had in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The cargo profile of the Rust programs.
    pub profile: String,
    /// Rounds of each case; in each round every contender runs once.
    pub runs: usize,
    /// Requests in flight, where nothing else is said.
    pub concurrency: usize,
    /// The size of a page, on average.
    pub page_bytes: u64,
    /// The server of the pages, and why it was taken.
    pub server: Option<String>,
    /// Processor time of the server for each page that it served, in microseconds.
    pub server_cpu_us_per_page: Option<f64>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Experiment {
    /// `size` hello-worlds at once.
    Hello,
    /// `size` pages of 10 KB.
    Pages,
    /// The same pages, searched with a selector.
    Select,
    /// As many pages as scrapers are compared with, on `size` hosts.
    Hosts,
    /// 100 pages that each take 300 ms, `size` in flight.
    Latency,
    /// The time until a program prints Hello.
    FirstHello,
    /// Requests to a web service, on `size` connections.
    Service,
}

/// One run of one program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// What was done.
    pub experiment: Experiment,
    /// How many, of what the experiment counts.
    pub size: u64,
    /// The contender.
    pub contender: String,
    /// The round: what ran in the same one can be compared.
    pub round: usize,
    /// Pages or hello-worlds that were done, counted in its output.
    pub work: u64,
    /// Wall time.
    pub wall_s: f64,
    /// Processor time (Unix).
    pub cpu_s: Option<f64>,
    /// Peak memory (Unix).
    pub peak_bytes: Option<u64>,
    /// The time until it printed something, where that was asked for.
    pub first_output_s: Option<f64>,
}

/// What it takes to have a program at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Whose program it is.
    pub contender: String,
    /// Each clean release build, in seconds.
    pub build_s: Vec<f64>,
    /// The release binary without debug information.
    pub binary_bytes: u64,
}

impl Measurements {
    /// Reads a recorded run.
    ///
    /// # Errors
    /// The file cannot be read, or is not such a record.
    pub fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let told = |error: &dyn Error| format!("cannot read {}: {error}", path.display());
        let text = fs::read_to_string(path).map_err(|error| told(&error))?;
        Ok(serde_json::from_str(&text).map_err(|error| told(&error))?)
    }

    /// Writes the record.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        Ok(fs::write(path, text)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?)
    }

    /// The sizes that an experiment was made with, in order.
    pub fn sizes(&self, experiment: Experiment) -> Vec<u64> {
        let mut sizes: Vec<u64> = self.of(experiment).map(|run| run.size).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    /// The contenders of an experiment of this size, in the order of tables.
    pub fn contenders(&self, experiment: Experiment, size: u64) -> Vec<&str> {
        let runs = self.of(experiment).filter(|run| run.size == size);
        let mut names: Vec<&str> = runs.map(|run| run.contender.as_str()).collect();
        names.sort_by_key(|name| (super::contender::rank(name), *name));
        names.dedup();
        names
    }

    /// One figure of a contender, in each round; `None` when it is not known.
    pub fn rounds(
        &self,
        experiment: Experiment,
        size: u64,
        contender: &str,
        figure: impl Fn(&Sample) -> Option<f64>,
    ) -> Option<Rounds> {
        let runs = self.of(experiment);
        let runs = runs.filter(|run| run.size == size && run.contender == contender);
        Rounds::of(runs.filter_map(|run| Some((run.round, figure(run)?))))
    }

    /// The size at which scrapers are compared: of all, the one with the most runs.
    pub fn compared_size(&self) -> Option<u64> {
        let runs = |size: &u64| self.of(Experiment::Pages).filter(|run| run.size == *size).count();
        self.sizes(Experiment::Pages).into_iter().max_by_key(runs)
    }

    fn of(&self, experiment: Experiment) -> impl Iterator<Item = &Sample> {
        self.runs.iter().filter(move |run| run.experiment == experiment)
    }
}

impl Sample {
    /// Pages, or hello-worlds, a second.
    pub fn rate(&self) -> Option<f64> {
        Some(self.work as f64 / self.wall_s)
    }

    /// Processor time for one page, in microseconds.
    pub fn cpu_us_per_page(&self) -> Option<f64> {
        self.cpu_s.map(|seconds| seconds * 1e6 / self.work as f64)
    }

    /// Peak memory, in megabytes.
    pub fn peak_mb(&self) -> Option<f64> {
        self.peak_bytes.map(|bytes| bytes as f64 / 1e6)
    }
}
