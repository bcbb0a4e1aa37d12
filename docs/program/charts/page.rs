//! A page of its own with all charts and tables of a run, to be opened in a browser.

use std::error::Error;

use super::picture;
use crate::html::escape;
use crate::measure::figures;
use crate::measure::report::where_and_when;
use crate::measure::results::Measurements;
use crate::measure::table::Table;

const STYLE: &str = "
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1.1rem; margin: 3rem 0 .5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0; }
.scroll { overflow-x: auto; }
th, td { padding: .15rem .8rem .15rem 0; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
thead th { font-weight: normal; opacity: .7; border-bottom: 1px solid; }
tbody th { font-weight: normal; }
p { max-width: 40rem; }
";

/// All figures of a run, as one HTML file without anything beside it.
///
/// # Errors
/// A chart cannot be drawn.
pub fn page(m: &Measurements) -> Result<String, Box<dyn Error>> {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Measured side by side</title>\n<style>{STYLE}</style>\n\
         <h1>Measured side by side</h1>\n<p>{}</p>\n",
        escape(&where_and_when(m))
    );
    for name in picture::names(m) {
        let figure = figures::named(m, name)?;
        html += &format!("<h2>{} ({})</h2>\n", escape(&figure.title), escape(figure.unit));
        html += &picture::render(m, name)?;
        html += &table(&figure.table());
        html.extend(figure.notes().iter().map(|note| format!("<p>{}</p>\n", escape(note))));
    }
    html += "</html>\n";
    Ok(html)
}

fn table(table: &Table) -> String {
    let cells = |tag: &str, cells: &[String]| -> String {
        cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect()
    };
    let row = |row: &Vec<String>| format!("<tr>{}</tr>\n", cells("td", row));
    format!(
        "<div class=\"scroll\"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table></div>\n",
        cells("th", &table.heads),
        table.rows.iter().map(row).collect::<String>()
    )
}
