//! The report on the terminal: where it was measured, a table for each figure, what it allows.

use textwrap::{Options, WordSplitter};

use super::figures;
use super::numbers::short;
use super::results::Measurements;
use super::table::Table;

const WIDTH: usize = 80;

/// All of it, 80 columns wide.
pub fn text(m: &Measurements) -> String {
    let mut text = format!("\n{}\n\n", wrap(&where_and_when(m)));
    for figure in figures::all(m) {
        text += &format!("{}\n{}\n", wrap(&figure.title), terminal(&figure.table()));
        text.extend(figure.notes().iter().map(|note| wrap(note) + "\n"));
        text.push('\n');
    }
    text += &format!("{}\n", wrap(READING));
    text.extend(floor(m).map(|floor| wrap(&floor) + "\n"));
    text.extend(
        m.left_out
            .iter()
            .map(|line| wrap(&format!("Left out: {}.", line.trim_end_matches('.'))) + "\n"),
    );
    text
}

/// How to read the tables.
const READING: &str = "The figures are medians, and the spread goes from the least to the greatest run. \
    Contenders are compared within each round, for what else the machine does falls on one round \
    alike: given are the median of the ratios and, in brackets, an interval. Of sixteen such intervals \
    at most one misses the ratio that endless rounds would give. Where 1 is inside, there is no telling \
    which of the two takes more.";

/// One paragraph: what a figure of this run belongs to.
pub fn where_and_when(m: &Measurements) -> String {
    let machine = &m.machine;
    let quick = if m.quick { "A quick run, to see that all works" } else { "Measured" };
    let load = machine.load_before.filter(|load| *load > 0.5);
    let load = load.map_or_else(String::new, |load| {
        format!(" It was not idle before: its load was {load:.1}.")
    });
    let python = m.versions.get("Python").map_or(String::new(), |version| format!("{version}; "));
    format!(
        "{quick}: {}, {}, {} cores, {:.0} GB of memory, {}; {}; {python}profile {}; commit {}{}; rounds: {}.{load}",
        m.date,
        machine.cpu,
        machine.cores,
        machine.memory_bytes as f64 / 1e9,
        machine.system,
        m.versions.get("rustc").map_or("rustc unknown", String::as_str),
        m.settings.profile,
        m.commit.get(..9).unwrap_or(&m.commit),
        if m.dirty { " with changes" } else { "" },
        m.settings.runs,
    )
}

/// What the least process takes: no contender can be below it.
fn floor(m: &Measurements) -> Option<String> {
    use super::contender::EMPTY;
    use super::results::{Experiment::FirstHello, Sample};
    let peak = m.rounds(FirstHello, 1, EMPTY, Sample::peak_mb)?;
    let wall = m.rounds(FirstHello, 1, EMPTY, |run| Some(run.wall_s * 1e3))?;
    Some(format!(
        "The floor: a program that does nothing takes {} ms and {} MB here; both are in all figures.",
        short(wall.spread().median),
        short(peak.spread().median),
    ))
}

/// The first column to the left, numbers to the right.
fn terminal(table: &Table) -> String {
    let all = || std::iter::once(&table.heads).chain(&table.rows);
    let width = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..table.heads.len()).map(width).collect();
    let mut text = String::new();
    for row in all() {
        let mut line = format!("  {:<1$}", row[0], widths[0]);
        for (cell, width) in row.iter().zip(&widths).skip(1) {
            line += &format!("  {cell:>width$}");
        }
        text += line.trim_end();
        text.push('\n');
    }
    text.pop();
    text
}

fn wrap(text: &str) -> String {
    textwrap::fill(text, Options::new(WIDTH).word_splitter(WordSplitter::NoHyphenation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_and_numbers_are_aligned() {
        let text = wrap(READING);
        assert!(text.lines().count() > 2 && text.lines().all(|line| line.chars().count() <= WIDTH));
        let cells = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let table = Table {
            heads: cells(["", "µs"]),
            rows: vec![cells(["tokio", "7"]), cells(["smol", "1,000"])],
        };
        assert_eq!(terminal(&table), "            µs\n  tokio      7\n  smol   1,000");
    }
}
