//! The table of a figure, and what may be concluded from it, in words.

use super::figures::{Data, Figure};
use super::numbers::{count, short, spread_of, times};
use super::statistics::{ENOUGH_ROUNDS, Ratio, Rounds};

/// A table: the heads of its columns, and its rows.
pub struct Table {
    /// The heads.
    pub heads: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

impl Figure {
    /// Every number of the figure, as rows and columns.
    pub fn table(&self) -> Table {
        match &self.data {
            Data::Bars { rows, reference } => bars_table(self.unit, rows, *reference),
            Data::Growth { of, series } => growth_table(of, self.unit, series),
        }
    }

    /// What must be known to read it, what is as good as the same, and what cannot be told apart.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = vec![self.note.clone()];
        if let Data::Bars { rows, reference: Some(reference) } = &self.data {
            notes.extend(conclusions(rows, reference));
        }
        notes.retain(|note| !note.is_empty());
        notes
    }
}

fn conclusions(rows: &[(String, Rounds)], reference: &str) -> Vec<String> {
    let ratios: Vec<(&str, Ratio)> = rows
        .iter()
        .filter(|(name, _)| name != reference)
        .filter_map(|(name, rounds)| Some((name.as_str(), ratio(rounds, rows, reference)?)))
        .collect();
    if ratios.iter().any(|(_, ratio)| !ratio.is_enough()) {
        return vec![format!("From fewer than {ENOUGH_ROUNDS} rounds nothing can be concluded.")];
    }
    let named = |belongs: fn(&Ratio) -> bool| {
        let names = ratios.iter().filter(|(_, ratio)| belongs(ratio)).map(|(name, _)| *name);
        names.collect::<Vec<_>>().join(", ")
    };
    let alike = named(Ratio::is_alike);
    let unknown = named(|ratio| !ratio.differs() && !ratio.is_alike());
    let sentence = |names: String, said: &str| {
        (!names.is_empty()).then(|| format!("{said} {reference}: {names}."))
    };
    [sentence(alike, "Within 5 % of"), sentence(unknown, "Not to be told apart from")]
        .into_iter()
        .flatten()
        .collect()
}

/// How a row stands to that of the reference.
pub fn ratio(rounds: &Rounds, rows: &[(String, Rounds)], reference: &str) -> Option<Ratio> {
    rounds.against(&rows.iter().find(|(known, _)| known == reference)?.1)
}

fn bars_table(unit: &str, rows: &[(String, Rounds)], reference: Option<&str>) -> Table {
    let has_spread = rows.iter().any(|(_, rounds)| rounds.count() > 1);
    let mut heads = vec![String::new(), unit.to_owned()];
    heads.extend(has_spread.then(|| "spread".to_owned()));
    heads.extend(reference.map(|name| format!("times {name}, by round")));
    let row = |(name, rounds): &(String, Rounds)| {
        let spread = rounds.spread();
        let mut cells = vec![name.clone(), short(spread.median)];
        cells.extend(has_spread.then(|| spread_of(&spread)));
        cells.extend(reference.map(|reference| match ratio(rounds, rows, reference) {
            _ if reference == name => "1".to_owned(),
            Some(ratio) if ratio.is_enough() => times(&ratio),
            _ => "too few rounds".to_owned(),
        }));
        cells
    };
    Table { heads, rows: rows.iter().map(row).collect() }
}

/// The sizes that were measured, in order.
pub fn sizes(series: &[(String, Vec<(u64, Rounds)>)]) -> Vec<u64> {
    let points = series.iter().flat_map(|(_, points)| points);
    let mut sizes: Vec<u64> = points.map(|(size, _)| *size).collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

fn growth_table(of: &str, unit: &str, series: &[(String, Vec<(u64, Rounds)>)]) -> Table {
    let sizes = sizes(series);
    let mut heads = vec![format!("{unit} for {of}")];
    heads.extend(sizes.iter().map(|size| count(*size)));
    heads.push("spread up to".to_owned());
    let row = |(name, points): &(String, Vec<(u64, Rounds)>)| {
        let mut cells = vec![name.clone()];
        cells.extend(sizes.iter().map(|size| {
            let found = points.iter().find(|(known, _)| known == size);
            found.map_or_else(String::new, |(_, rounds)| short(rounds.spread().median))
        }));
        let width = |rounds: &Rounds| rounds.spread().max - rounds.spread().min;
        let widest = points.iter().map(|(_, rounds)| width(rounds)).fold(0.0, f64::max);
        cells.push(short(widest));
        cells
    };
    Table { heads, rows: series.iter().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(figures: &[(&str, &[f64])]) -> Vec<(String, Rounds)> {
        let row = |(name, figures): &(&str, &[f64])| {
            ((*name).to_owned(), Rounds::of(figures.iter().copied().enumerate()).unwrap())
        };
        figures.iter().map(row).collect()
    }

    #[test]
    fn a_table_gives_the_ratio_within_rounds_and_words_say_what_it_does_not_tell() {
        let rows = rows(&[
            ("tokio", &[10.0, 20.0, 30.0, 40.0, 50.0]),
            ("smol", &[13.0, 26.0, 39.0, 52.0, 65.0]),
            ("alike", &[10.1, 20.2, 30.0, 40.0, 49.0]),
            ("either", &[9.0, 30.0, 31.0, 39.0, 60.0]),
        ]);
        let table = bars_table("µs", &rows, Some("tokio"));
        let last: Vec<_> = table.rows.iter().map(|row| row.last().unwrap().as_str()).collect();
        assert_eq!(last, ["1", "1.30 × (1.30–1.30)", "1.00 × (0.980–1.01)", "1.03 × (0.900–1.50)"]);
        let told = conclusions(&rows, "tokio");
        assert_eq!(
            told,
            ["Within 5 % of tokio: alike.", "Not to be told apart from tokio: either."]
        );
    }

    #[test]
    fn four_rounds_tell_nothing() {
        let rows = rows(&[("tokio", &[1.0; 4]), ("smol", &[9.0; 4])]);
        let table = bars_table("µs", &rows, Some("tokio"));
        assert_eq!(table.rows[1][3], "too few rounds");
        let told = conclusions(&rows, "tokio");
        assert_eq!(told, ["From fewer than 5 rounds nothing can be concluded."]);
    }
}
