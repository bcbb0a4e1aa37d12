//! The table for people: a row for each page, and a waterfall that shows what ran at the same time.

use std::io::{self, Write};
use std::iter;
use std::time::Duration;

use console::{Alignment, Style, Term, measure_text_width, pad_str, style, truncate_str};
use indicatif::DecimalBytes;

use super::printable::printable;
use super::seconds;
use crate::outcome::{Outcome, Wait};

/// The width of a table that does not go to a terminal.
const DEFAULT_WIDTH: usize = 80;

/// A terminal narrower than this gets each page on lines of its own.
const NARROW: usize = 60;

/// The longest text of one cell that is kept, in characters, however wide the terminal.
const MAX_CELL: usize = 500;

/// What the table shows of a page: the table is drawn at the end, so this is held for every page.
pub(super) struct Row {
    index: usize,
    url: Box<str>,
    status: Box<str>,
    size: Box<str>,
    found: Box<str>,
    error: Option<Box<str>>,
    start: Duration,
    end: Duration,
    waits: Box<[Wait]>,
}

impl Row {
    pub(super) fn new(page: Outcome, waits: Vec<Wait>) -> Self {
        let cell = |text: &str| printable(&text.chars().take(MAX_CELL).collect::<String>()).into();
        Self {
            index: page.index,
            url: cell(&page.url),
            status: page.status.map_or("–".into(), |status| status.to_string().into()),
            size: DecimalBytes(page.bytes).to_string().into(),
            found: match &page.matches[..] {
                [] => "".into(),
                [only] => cell(only),
                [first, more @ ..] => cell(&format!("(+{}) {first}", more.len())),
            },
            error: page.error.map(|error| printable(&error.message).into()),
            start: page.start,
            end: page.start + page.elapsed,
            waits: waits.into(),
        }
    }

    fn status_style(&self) -> Style {
        if self.error.is_some() { Style::new().red() } else { Style::new().green() }
    }
}

/// The widths of the columns, in terminal cells.
struct Widths {
    url: usize,
    status: usize,
    size: usize,
    found: usize,
    bar: usize,
}

/// Draws all rows, in the order in which the pages were given, and the closing sentence.
pub(super) fn print(
    mut rows: Vec<Row>,
    css: &str,
    sentence: &str,
    output: &mut impl Write,
) -> io::Result<()> {
    rows.sort_by_key(|row| row.index);
    let width = Term::stdout().size_checked().map_or(DEFAULT_WIDTH, |(_, width)| width.into());
    draw(&rows, &printable(css), width, output)?;
    writeln!(output, "{sentence}")?;
    output.flush()
}

fn draw(rows: &[Row], css: &str, width: usize, output: &mut impl Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let end = rows.iter().map(|row| row.end).max().unwrap_or_default();
    let bold = Style::new().bold();
    if width < NARROW {
        for row in rows {
            writeln!(output, "{}", bold.apply_to(shorten(&row.url, width)))?;
            let status = row.status_style().apply_to(&row.status);
            let room = width.saturating_sub(6 + row.status.len() + row.size.len());
            writeln!(output, "  {status}  {}  {}", row.size, truncate_str(&row.found, room, "…"))?;
            writeln!(output, "  {}", bar(row, end, width.saturating_sub(2)))?;
            print_error(row, output)?;
        }
        return writeln!(output);
    }

    let widths = widths(rows, css, width);
    let scale = seconds(end);
    let header = [
        pad_str("URL", widths.url, Alignment::Left, None),
        pad_str("STATUS", widths.status, Alignment::Right, None),
        pad_str("SIZE", widths.size, Alignment::Right, None),
        pad_str(css, widths.found, Alignment::Left, Some("…")),
        pad_str("0", widths.bar - scale.len(), Alignment::Left, None) + scale.as_str(),
    ];
    writeln!(output, "{}", bold.apply_to(header.join("  ")))?;
    for row in rows {
        let status = pad_str(&row.status, widths.status, Alignment::Right, None);
        let line = format!(
            "{}  {}  {}  {}  {}",
            pad_str(&shorten(&row.url, widths.url), widths.url, Alignment::Left, None),
            row.status_style().apply_to(status),
            pad_str(&row.size, widths.size, Alignment::Right, None),
            pad_str(&row.found, widths.found, Alignment::Left, Some("…")),
            bar(row, end, widths.bar),
        );
        writeln!(output, "{}", line.trim_end())?;
        print_error(row, output)?;
    }
    writeln!(output)
}

/// Why a page failed stands under its row, uncut.
fn print_error(row: &Row, output: &mut impl Write) -> io::Result<()> {
    match &row.error {
        Some(error) => writeln!(output, "  {}", style(error).red()),
        None => Ok(()),
    }
}

/// As wide as their contents where there is room; the URL and the match share what there is.
fn widths(rows: &[Row], css: &str, width: usize) -> Widths {
    let widest = |title: &str, cell: fn(&Row) -> &str| {
        let cells = rows.iter().map(|row| measure_text_width(cell(row)));
        cells.max().unwrap_or(0).max(measure_text_width(title))
    };
    let status = widest("STATUS", |row| &row.status);
    let size = widest("SIZE", |row| &row.size);
    let bar = (width / 5).clamp(12, 40);
    let gaps = 4 * "  ".len();
    let room = width - gaps - status - size - bar;
    let (url, found) = (widest("URL", |row| &row.url), widest(css, |row| &row.found));
    let url = url.min(room - found.min(room / 3));
    Widths { url, status, size, found: found.min(room - url), bar }
}

/// When the page was tried, on a line that is as long as the run. One sees each try, as long as there is
/// room for them: it has at least one cell, and so has the gap before it.
fn bar(row: &Row, end: Duration, width: usize) -> String {
    let cell = |time: Duration| time.as_secs_f64() / end.as_secs_f64().max(1e-9) * width as f64;
    let starts = iter::once(row.start).chain(row.waits.iter().map(|wait| wait.end));
    let ends = row.waits.iter().map(|wait| wait.start).chain([row.end]);
    let mut line = String::new();
    let mut drawn = 0;
    for (later, (start, end)) in (0..=row.waits.len()).rev().zip(starts.zip(ends)) {
        let gap = usize::from(drawn > 0);
        let room = width.saturating_sub(2 * later); // up to where the later ones need theirs
        let first = (cell(start) as usize).min(room.saturating_sub(1)).max(drawn + gap);
        let last = (cell(end).ceil() as usize).min(room).max(first + 1);
        if last > width.max(1) {
            break;
        }
        line += &" ".repeat(first - drawn);
        line += &style("━".repeat(last - first)).cyan().to_string();
        drawn = last;
    }
    line
}

/// Shortens in the middle: what tells URLs of one site apart is mostly at the end.
fn shorten(text: &str, width: usize) -> String {
    if measure_text_width(text) <= width {
        return text.to_owned();
    }
    let head = truncate_str(text, width / 2, "…");
    let room = width.saturating_sub(measure_text_width(&head));
    let mut tail = text;
    while measure_text_width(tail) > room {
        let mut letters = tail.chars();
        letters.next();
        tail = letters.as_str();
    }
    format!("{head}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(index: usize, url: &str, found: &str, start: u64, end: u64) -> Row {
        Row {
            index,
            url: url.into(),
            status: "200".into(),
            size: "1.23 kB".into(),
            found: found.into(),
            error: None,
            start: Duration::from_millis(start),
            end: Duration::from_millis(end),
            waits: Box::default(),
        }
    }

    fn lines(rows: &[Row], width: usize) -> Vec<String> {
        let mut output = Vec::new();
        draw(rows, "title", width, &mut output).unwrap();
        String::from_utf8(output).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn one_sees_each_try() {
        let tried = |waits: &[(u64, u64)]| {
            let at = Duration::from_millis;
            let waits = waits.iter().map(|&(start, end)| Wait { start: at(start), end: at(end) });
            let row = Row { waits: waits.collect(), ..row(0, "http://a", "A", 100, 1000) };
            bar(&row, at(1000), 10)
        };
        assert_eq!(tried(&[]), " ━━━━━━━━━");
        assert_eq!(tried(&[(300, 700)]), " ━━    ━━━");
        assert_eq!(tried(&[(101, 500), (501, 998)]), " ━   ━   ━");
        assert_eq!(tried(&[(300, 301), (302, 303)]), " ━━ ━ ━━━━");
        assert_eq!(tried(&[(998, 998), (999, 999)]), " ━━━━━ ━ ━");
        assert_eq!(tried(&[(101, 101), (101, 101)]), " ━ ━ ━━━━━");
        let many: Vec<_> = (0..50).map(|n| (101 + n * 10, 105 + n * 10)).collect();
        assert_eq!(tried(&many), "━ ━ ━ ━ ━");
    }

    #[test]
    fn the_waterfall_shows_what_overlaps() {
        let rows = [row(0, "http://a", "A", 0, 500), row(1, "http://b", "B", 500, 1000)];
        let lines = lines(&rows, 80);
        assert_eq!(lines[0], "URL       STATUS     SIZE  title  0          1.0 s");
        assert_eq!(lines[1], "http://a     200  1.23 kB  A      ━━━━━━━━");
        assert_eq!(lines[2], "http://b     200  1.23 kB  B              ━━━━━━━━");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let long = "http://example.com/".to_owned() + &"path/".repeat(50) + "end";
        let wide = "漢字".repeat(50);
        let rows = [row(0, &long, &wide, 0, 10), row(1, "http://a", "", 5, 7)];
        for width in [1, 2, 10, 20, 40, 59, 60, 61, 79, 80, 81, 120, 300] {
            for line in lines(&rows, width) {
                let limit = width.max(24); // status and size need so much
                assert!(measure_text_width(&line) <= limit, "{width}: {line}");
            }
        }
        assert!(lines(&rows, 80)[1].contains("…"));
        assert!(lines(&rows, 80)[1].contains("path/end"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_steers_the_terminal(
            text in ".*|[\\x00-\\x20\\x7f-\\xa0\u{2000}-\u{2070}漢]*",
            width in 0..200_usize,
        ) {
            let mut row = row(0, &printable(&text), &printable(&text), 0, 1);
            row.error = Some(printable(&text).into());
            for line in lines(&[row], width) {
                assert!(!line.contains(super::super::printable::is_hidden), "{line:?}");
            }
        }
    }
}
