//! Which lines of several files belong beside each other.
//!
//! Files of one language are compared line by line: what all of them hold stands level, and what
//! differs between two such places forms one row. Files of different languages have no lines in
//! common: they meet where their anchored regions do, if they have the same.

use std::ops::Range;

use similar::{Algorithm, DiffOp};

use super::excerpt::SourceLine;

/// A file to be set beside others.
pub struct Column<'a> {
    /// Its language.
    pub language: &'a str,
    /// Its lines.
    pub lines: Vec<SourceLine>,
}

/// Some lines of a column, and how many rows they take.
#[derive(Debug, PartialEq)]
pub struct Cell {
    /// The lines, counted from 0.
    pub lines: Range<usize>,
    /// The rows; more than one beside columns that are cut finer.
    pub rows: usize,
    /// The columns of this language differ here.
    pub differs: bool,
    /// These lines stand in an anchored region.
    pub region: bool,
}

/// Cuts each column into cells, from top to bottom; the rows of all columns add up to the same.
pub fn align(columns: &[Column<'_>]) -> Vec<Vec<Cell>> {
    let parts: Vec<Vec<Part>> = columns.iter().map(|column| parts(&column.lines)).collect();
    let names = |parts: &[Part]| parts.iter().map(|part| part.name.clone()).collect::<Vec<_>>();
    let alike = parts.iter().all(|other| names(other) == names(&parts[0]));
    let mut cells: Vec<Vec<Cell>> = columns.iter().map(|_| Vec::new()).collect();
    if alike {
        for part in 0..parts[0].len() {
            let ranges = parts.iter().map(|parts| parts[part].lines.clone()).collect();
            let region = parts[0][part].name.is_some();
            align_part(columns, ranges, region, &mut cells);
        }
    } else {
        let ranges = columns.iter().map(|column| 0..column.lines.len()).collect();
        align_part(columns, ranges, false, &mut cells);
    }
    cells
}

/// Neighbouring lines of one region, or of none.
struct Part {
    name: Option<String>,
    lines: Range<usize>,
}

fn parts(lines: &[SourceLine]) -> Vec<Part> {
    let mut end = 0;
    let parts = lines.chunk_by(|one, next| one.region == next.region).map(|part| {
        let start = end;
        end += part.len();
        Part { name: part[0].region.clone(), lines: start..end }
    });
    parts.collect()
}

fn align_part(
    columns: &[Column<'_>],
    ranges: Vec<Range<usize>>,
    region: bool,
    cells: &mut [Vec<Cell>],
) {
    // The columns that are cut finely: those of the language that most are written in.
    let users = |name: &str| columns.iter().filter(|column| column.language == name).count();
    let language = columns.iter().map(|column| column.language).max_by_key(|name| users(name));
    let fine: Vec<usize> =
        (0..columns.len()).filter(|&place| Some(columns[place].language) == language).collect();
    let texts: Vec<Vec<&str>> = fine
        .iter()
        .map(|&column| {
            let lines = &columns[column].lines[ranges[column].clone()];
            lines.iter().map(|line| line.text.as_str()).collect()
        })
        .collect();
    let rows = rows(&texts);
    for (place, &column) in fine.iter().enumerate() {
        let start = ranges[column].start;
        for row in &rows {
            let lines = start + row.lines[place].start..start + row.lines[place].end;
            cells[column].push(Cell { lines, rows: 1, differs: row.differs, region });
        }
    }
    for column in (0..columns.len()).filter(|column| !fine.contains(column)) {
        let lines = ranges[column].clone();
        cells[column].push(Cell { lines, rows: rows.len(), differs: false, region });
    }
}

/// A row: its lines in each file, and whether they differ.
struct Row {
    lines: Vec<Range<usize>>,
    differs: bool,
}

fn rows(files: &[Vec<&str>]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut done = vec![0; files.len()];
    let ends = files.iter().map(Vec::len).collect();
    let end = SharedLines { starts: ends, length: 0 };
    for run in common_runs(files).into_iter().chain([end]) {
        if run.starts != done {
            let lines = done.iter().zip(&run.starts).map(|(&from, &to)| from..to).collect();
            rows.push(Row { lines, differs: true });
        }
        if run.length > 0 {
            let lines = run.starts.iter().map(|&from| from..from + run.length).collect();
            rows.push(Row { lines, differs: false });
        }
        done = run.starts.iter().map(|start| start + run.length).collect();
    }
    rows
}

/// Neighbouring lines that all files hold: where they start in each, and how many they are.
struct SharedLines {
    starts: Vec<usize>,
    length: usize,
}

fn common_runs(files: &[Vec<&str>]) -> Vec<SharedLines> {
    let (first, others) = files.split_first().expect("there is a file");
    let matches: Vec<Vec<Option<usize>>> =
        others.iter().map(|other| matching(first, other)).collect();
    let mut runs: Vec<SharedLines> = Vec::new();
    for line in 0..first.len() {
        let places: Option<Vec<usize>> = matches.iter().map(|places| places[line]).collect();
        let Some(places) = places else { continue };
        let starts: Vec<usize> = [line].into_iter().chain(places).collect();
        match runs.last_mut() {
            Some(run) if run.starts.iter().map(|at| at + run.length).eq(starts.clone()) => {
                run.length += 1;
            }
            _ => runs.push(SharedLines { starts, length: 1 }),
        }
    }
    runs
}

/// For each line of a file, the same line of another; in order. Lines that say something are compared; the
/// braces and empty lines beside them follow, where they are the same. Elsewhere they are chance.
pub fn matching(file: &[&str], other: &[&str]) -> Vec<Option<usize>> {
    let telling = |lines: &[&str]| -> Vec<usize> {
        (0..lines.len()).filter(|&line| says_something(lines[line])).collect()
    };
    let (ours, theirs) = (telling(file), telling(other));
    let our_texts: Vec<&str> = ours.iter().map(|&line| file[line]).collect();
    let their_texts: Vec<&str> = theirs.iter().map(|&line| other[line]).collect();
    let mut matches = vec![None; file.len()];
    for op in similar::capture_diff_slices(Algorithm::Myers, &our_texts, &their_texts) {
        if let DiffOp::Equal { .. } = op {
            for (old, new) in op.old_range().zip(op.new_range()) {
                matches[ours[old]] = Some(theirs[new]);
            }
        }
    }
    let follows = |line: usize, place: usize| {
        file.get(line).is_some_and(|text| !says_something(text) && other.get(place) == Some(text))
    };
    for line in 1..file.len() {
        let place = matches[line - 1].map(|place| place + 1);
        if let Some(place) = place.filter(|&place| matches[line].is_none() && follows(line, place))
        {
            matches[line] = Some(place);
        }
    }
    for line in (0..file.len().saturating_sub(1)).rev() {
        let place = matches[line + 1].and_then(|place: usize| place.checked_sub(1));
        let place = place.filter(|place| !matches.contains(&Some(*place)));
        if let Some(place) = place.filter(|&place| matches[line].is_none() && follows(line, place))
        {
            matches[line] = Some(place);
        }
    }
    matches
}

fn says_something(line: &str) -> bool {
    line.chars().filter(|c| c.is_alphanumeric()).count() > 2
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A column from its language and its lines, each a word: `text`, or `region/text`.
    fn column(text: &str) -> Column<'_> {
        let (language, lines) = text.split_once(' ').unwrap();
        let lines = lines.split(' ').map(|word| match word.split_once('/') {
            Some((region, text)) => SourceLine { text: text.into(), region: Some(region.into()) },
            None => SourceLine { text: word.into(), region: None },
        });
        Column { language, lines: lines.collect() }
    }

    /// `lines` of each cell, with `!` where the columns differ and `*n` for n rows.
    fn shown(columns: &[Column<'_>]) -> Vec<String> {
        let cell = |cell: &Cell| {
            let differs = if cell.differs { "!" } else { "" };
            let rows = if cell.rows == 1 { String::new() } else { format!("*{}", cell.rows) };
            format!("{}-{}{differs}{rows}", cell.lines.start, cell.lines.end)
        };
        align(columns)
            .iter()
            .map(|cells| cells.iter().map(cell).collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn what_is_the_same_stands_level() {
        for (what, columns, expected) in [
            (
                "what all have in common",
                "rust alpha tokio1 tokio2 omega | rust alpha smol omega | rust alpha omega",
                "0-1 1-3! 3-4 | 0-1 1-2! 2-3 | 0-1 1-1! 1-2",
            ),
            (
                "a line that says something brings its braces",
                "rust tokio } } spawn { x | rust smol } spawn { y",
                "0-2! 2-5 5-6! | 0-1! 1-4 4-5!",
            ),
            (
                "a brace in common is not enough",
                "rust tokio } done | rust smol } ended",
                "0-3! | 0-3!",
            ),
            (
                "another language takes all rows",
                "python import1 import2 | rust alpha tokio omega | rust alpha smol omega",
                "0-2*3 | 0-1 1-2! 2-3 | 0-1 1-2! 2-3",
            ),
            (
                "languages meet where their regions do",
                "python r/run asyncio | rust r/start r/tokio await",
                "0-1 1-2 | 0-2 2-3",
            ),
            (
                "a region is not matched with what is outside",
                "rust same r/same r/one done | rust same r/two r/same done",
                "0-1 1-1! 1-2 2-3! 3-4 | 0-1 1-2! 2-3 3-3! 3-4",
            ),
        ] {
            let columns: Vec<Column<'_>> = columns.split(" | ").map(column).collect();
            assert_eq!(shown(&columns).join(" | "), expected, "{what}");
        }
    }
}
