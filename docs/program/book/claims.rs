//! `{{#claim scraping-cpu: aiohttp >= 3 × tokio}}`: what a sentence says of the recorded run, and the
//! figures that it stands on. A sentence that the record contradicts is an error.

use crate::measure::figures::{self, Data};
use crate::measure::numbers::short;
use crate::measure::results::Measurements;
use crate::measure::statistics::{Comparison, Summary, compare};

/// How one contender's figure stands to another's.
#[derive(Debug, PartialEq)]
enum Relation {
    /// Less, beyond what may be chance.
    Less,
    /// At most so many times as much.
    AtMost(f64),
    /// At least so many times as much.
    AtLeast(f64),
}

/// The figures of a claim that holds: "tokio 31.2, aiohttp 151 µs of CPU a page".
///
/// # Errors
/// It does not hold, or there are no such figures.
pub fn claim(m: &Measurements, claim: &str) -> Result<String, String> {
    let (figure, said) = claim.split_once(": ").ok_or("a claim is FIGURE: ONE < ANOTHER")?;
    let (one, relation, other) = parse(said)?;
    let figure = figures::named(m, figure).map_err(|e| e.to_string())?;
    let (first, second) = (number(&figure.data, one)?, number(&figure.data, other)?);
    let numbers =
        format!("{one} {}, {other} {} {}", short(first.median), short(second.median), figure.unit);
    if holds(first, &relation, second) {
        Ok(numbers)
    } else {
        Err(format!("the record contradicts \"{claim}\": {numbers}"))
    }
}

/// `ONE < ANOTHER`, `ONE <= 1.5 × ANOTHER` or `ONE >= 3 × ANOTHER`. There is none that two are alike: that
/// their spreads overlap is no proof of it.
fn parse(said: &str) -> Result<(&str, Relation, &str), String> {
    let wrong = || format!("no claim: \"{said}\"");
    let sign = ["<=", ">=", "<"].into_iter().find(|sign| said.contains(sign)).ok_or_else(wrong)?;
    let (one, other) = said.split_once(sign).ok_or_else(wrong)?;
    let (one, other) = (one.trim(), other.trim());
    if sign == "<" {
        return Ok((one, Relation::Less, other));
    }
    let (times, other) = other.split_once('×').ok_or_else(wrong)?;
    let times = times.trim().parse().map_err(|_| wrong())?;
    let relation = if sign == "<=" { Relation::AtMost(times) } else { Relation::AtLeast(times) };
    Ok((one, relation, other.trim()))
}

fn holds(one: Summary, relation: &Relation, other: Summary) -> bool {
    match relation {
        Relation::Less => {
            matches!(compare(one, other), Comparison::Apart { ratio, .. } if ratio < 1.0)
        }
        Relation::AtMost(times) => one.median <= times * other.median,
        Relation::AtLeast(times) => one.median >= times * other.median,
    }
}

/// The figure of a contender; of one that grows, at its largest.
fn number(data: &Data, name: &str) -> Result<Summary, String> {
    let found = match data {
        Data::Bars { rows, .. } => rows.iter().find(|(known, _)| known == name).map(|row| row.1),
        Data::Growth { series, .. } => {
            let found = series.iter().find(|(known, _)| known == name);
            found.and_then(|(_, points)| points.last()).map(|point| point.1)
        }
    };
    found.ok_or_else(|| format!("the record has no {name} in this figure"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_claim_is_read() {
        assert_eq!(parse("smol < async-std"), Ok(("smol", Relation::Less, "async-std")));
        let most = parse("tokio (hyper) <= 1.2 × curl --parallel");
        assert_eq!(most, Ok(("tokio (hyper)", Relation::AtMost(1.2), "curl --parallel")));
        assert_eq!(parse("a >= 3 × b"), Ok(("a", Relation::AtLeast(3.0), "b")));
        for wrong in ["smol", "smol = tokio", "smol ~ tokio", "a >= b", "a <= x × b"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn less_is_more_than_chance() {
        let summary = |figures: [f64; 4]| Summary::of(figures).unwrap();
        let (low, high) = (summary([1.0, 1.1, 1.2, 1.3]), summary([1.4, 1.5, 1.6, 1.7]));
        let wide = summary([1.2, 1.5, 1.6, 1.7]);
        assert!(holds(low, &Relation::Less, high) && !holds(high, &Relation::Less, low));
        assert!(!holds(low, &Relation::Less, wide), "their spreads overlap");
        assert!(holds(high, &Relation::AtLeast(1.3), low));
        assert!(!holds(high, &Relation::AtLeast(1.4), low));
        assert!(holds(high, &Relation::AtMost(1.4), low));
        assert!(!holds(high, &Relation::AtMost(1.3), low));
    }

    #[test]
    fn a_claim_that_the_record_contradicts_is_an_error_with_its_figures() {
        let record = Path::new(env!("CARGO_MANIFEST_DIR")).join("measurements/recorded.json");
        let record = Measurements::read(&record).unwrap();
        let told = claim(&record, "scraping-cpu: tokio < aiohttp").unwrap();
        assert!(told.starts_with("tokio ") && told.ends_with(" µs of CPU a page"), "{told}");
        let error = claim(&record, "scraping-cpu: aiohttp < tokio").unwrap_err();
        assert!(error.starts_with("the record contradicts \"scraping-cpu: "), "{error}");
        assert!(error.contains("aiohttp ") && error.contains(", tokio "), "{error}");
        assert!(claim(&record, "scraping-cpu: tokio < nobody").is_err());
        assert!(claim(&record, "no-such: tokio < aiohttp").is_err());
    }
}
