//! Runs contenders in turn, round after round, so that whatever else the machine does hits them all.

use std::error::Error;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use super::command_spec::{CommandSpec, Usage};
use super::process::Running;
use super::results::{Experiment, Sample};

/// A contender that is not done after so many seconds hangs: it is ended, and named.
const LIMIT_S: f64 = 600.0;

/// One contender with one thing to do.
pub struct Trial {
    pub experiment: Experiment,
    pub size: u64,
    pub contender: &'static str,
    pub spec: CommandSpec,
    /// How many rounds there are; the same for all of an experiment.
    pub rounds: usize,
    /// Reads its output: how much was done, or why that is not what was asked for.
    pub check: Check,
}

/// See [`Trial::check`].
pub type Check = Box<dyn Fn(&Path) -> Result<u64, String>>;

/// Runs them all. One that does not do its work is left out from then on, and named.
///
/// # Errors
/// Ctrl-C was pressed, or a program cannot be started.
pub fn run_interleaved(
    title: &str,
    mut trials: Vec<Trial>,
    folder: &Path,
    left_out: &mut Vec<String>,
) -> Result<Vec<Sample>, Box<dyn Error>> {
    let rounds = trials.iter().map(|trial| trial.rounds).max().unwrap_or(0);
    let bar = progress(title, rounds * trials.len());
    let mut runs = Vec::new();
    for round in 0..rounds {
        let mut failed = Vec::new();
        for trial in &trials {
            bar.set_message(format!("{} of {rounds}, {}", round + 1, trial.contender));
            match run_once(trial, folder)? {
                Ok((usage, work)) => runs.push(record(trial, round, work, &usage)),
                Err(reason) => {
                    bar.suspend(|| eprintln!("{title}: {} failed: {reason}", trial.contender));
                    failed.push(trial.contender);
                    left_out.push(format!("{title}, {}: {reason}", trial.contender));
                }
            }
            bar.inc(1);
        }
        trials.retain(|trial| !failed.contains(&trial.contender));
        let first = usize::from(!trials.is_empty());
        trials.rotate_left(first); // the first of one round is the last of the next
    }
    bar.finish_and_clear();
    Ok(runs)
}

/// The outer error ends everything; the inner one is the contender's own.
fn run_once(trial: &Trial, folder: &Path) -> Result<Result<(Usage, u64), String>, Box<dyn Error>> {
    let output = folder.join("output.txt");
    let messages = folder.join("messages.txt");
    let spec = CommandSpec {
        stdout: Some(output.clone()),
        stderr: Some(messages.clone()),
        limit_s: Some(LIMIT_S),
        ..trial.spec.clone()
    };
    let usage = Running::start(&spec)?.wait()?;
    if !usage.success {
        let words = std::fs::read_to_string(messages).unwrap_or_default();
        let last = words.lines().last().unwrap_or("no reason given").to_owned();
        return Ok(Err(format!("{}: {last}", usage.ending)));
    }
    Ok((trial.check)(&output).map(|work| (usage, work)))
}

fn record(trial: &Trial, round: usize, work: u64, usage: &Usage) -> Sample {
    Sample {
        experiment: trial.experiment,
        size: trial.size,
        contender: trial.contender.to_owned(),
        round,
        work,
        wall_s: usage.wall_s,
        cpu_s: usage.cpu_s,
        peak_bytes: usage.peak_bytes,
        first_output_s: usage.first_output_s,
    }
}

/// A bar on a terminal; elsewhere one line, so that a log shows how far it came.
fn progress(title: &str, total: usize) -> ProgressBar {
    let bar = ProgressBar::new(total as u64);
    if bar.is_hidden() {
        eprintln!("{title}: {total} runs");
    }
    let style =
        ProgressStyle::with_template("{prefix:<24} {bar:20} {pos}/{len}, {eta} to go, round {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(title.to_owned());
    bar
}
