//! `{{#claim scraping-cpu: aiohttp >= 3 × tokio}}`: what a sentence says of the recorded run, and the
//! figures that it stands on. A sentence that the record does not carry is an error.
//!
//! A claim is about the ratio within each round, and holds when the whole interval of its median does: see
//! measure/statistics.rs. So `smol >= 1.1 × tokio` needs an interval that begins at 1.1 or above; and that
//! two are alike, `smol = tokio`, needs one within 5 %, for no evidence of a difference is none of equality.

use crate::measure::figures::{self, Data};
use crate::measure::numbers::{short, times};
use crate::measure::results::Measurements;
use crate::measure::statistics::{Ratio, Rounds};

/// How one contender's figure stands to another's.
#[derive(Debug, PartialEq)]
enum Relation {
    /// Within 5 %.
    Alike,
    /// At most so many times as much.
    AtMost(f64),
    /// At least so many times as much.
    AtLeast(f64),
}

/// The figures of a claim that holds: "aiohttp 240 beside tokio 47 µs of CPU a page; …".
///
/// # Errors
/// It does not hold, or there are no such figures.
pub fn claim(m: &Measurements, claim: &str) -> Result<String, String> {
    let (figure, said) = claim.split_once(": ").ok_or("a claim is FIGURE: ONE >= 3 × ANOTHER")?;
    let (one, relation, other) = parse(said)?;
    let figure = figures::named(m, figure).map_err(|e| e.to_string())?;
    let (first, second) = (rounds(&figure.data, one)?, rounds(&figure.data, other)?);
    let ratio = first.against(second).ok_or("the two took part in no round together")?;
    let [first, second] = [first, second].map(|rounds| short(rounds.spread().median));
    let numbers = format!(
        "{one} {first} beside {other} {second} {}; in each round {}",
        figure.unit,
        times(&ratio)
    );
    if holds(&ratio, &relation) {
        Ok(numbers)
    } else {
        Err(format!("the record does not carry \"{claim}\": {numbers}, rounds: {}", ratio.rounds))
    }
}

/// `ONE = ANOTHER`, `ONE <= 1.5 × ANOTHER` or `ONE >= 3 × ANOTHER`.
fn parse(said: &str) -> Result<(&str, Relation, &str), String> {
    let wrong = || format!("no claim: \"{said}\"");
    let sign = ["<=", ">=", "="].into_iter().find(|sign| said.contains(sign)).ok_or_else(wrong)?;
    let (one, other) = said.split_once(sign).ok_or_else(wrong)?;
    let (one, other) = (one.trim(), other.trim());
    if sign == "=" {
        return Ok((one, Relation::Alike, other));
    }
    let (times, other) = other.split_once('×').ok_or_else(wrong)?;
    let times = times.trim().parse().map_err(|_| wrong())?;
    let relation = if sign == "<=" { Relation::AtMost(times) } else { Relation::AtLeast(times) };
    Ok((one, relation, other.trim()))
}

fn holds(ratio: &Ratio, relation: &Relation) -> bool {
    ratio.is_enough()
        && match relation {
            Relation::Alike => ratio.is_alike(),
            Relation::AtMost(times) => ratio.high <= *times,
            Relation::AtLeast(times) => ratio.low >= *times,
        }
}

/// The figures of a contender; of one that grows, at its largest.
fn rounds<'a>(data: &'a Data, name: &str) -> Result<&'a Rounds, String> {
    let found = match data {
        Data::Bars { rows, .. } => rows.iter().find(|(known, _)| known == name).map(|row| &row.1),
        Data::Growth { series, .. } => {
            let found = series.iter().find(|(known, _)| known == name);
            found.and_then(|(_, points)| points.last()).map(|point| &point.1)
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
        assert_eq!(parse("smol = async-std"), Ok(("smol", Relation::Alike, "async-std")));
        let most = parse("tokio (hyper) <= 1.2 × curl --parallel");
        assert_eq!(most, Ok(("tokio (hyper)", Relation::AtMost(1.2), "curl --parallel")));
        assert_eq!(parse("a >= 3 × b"), Ok(("a", Relation::AtLeast(3.0), "b")));
        for wrong in ["smol", "smol ~ tokio", "smol < tokio", "a >= b", "a <= x × b"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn all_of_the_interval_has_to_lie_where_the_claim_says() {
        let ratio =
            |low, high, rounds| Ratio { median: f64::midpoint(low, high), low, high, rounds };
        assert!(holds(&ratio(1.2, 1.6, 5), &Relation::AtLeast(1.2)));
        assert!(
            !holds(&ratio(1.2, 1.6, 5), &Relation::AtLeast(1.3)),
            "the median alone is no proof"
        );
        assert!(holds(&ratio(1.2, 1.6, 5), &Relation::AtMost(1.6)));
        assert!(!holds(&ratio(1.2, 1.6, 5), &Relation::AtMost(1.5)));
        assert!(holds(&ratio(0.96, 1.04, 5), &Relation::Alike));
        assert!(!holds(&ratio(0.8, 1.3, 5), &Relation::Alike), "that 1 is inside is no proof");
        assert!(!holds(&ratio(1.2, 1.6, 4), &Relation::AtLeast(1.0)), "four rounds are too few");
    }

    #[test]
    fn a_claim_that_the_record_does_not_carry_is_an_error_with_its_figures() {
        let record = Path::new(env!("CARGO_MANIFEST_DIR")).join("measurements/recorded.json");
        let record = Measurements::read(&record).unwrap();
        let told = claim(&record, "scraping-cpu: aiohttp >= 1 × tokio").unwrap();
        assert!(told.starts_with("aiohttp ") && told.contains(" × ("), "{told}");
        let error = claim(&record, "scraping-cpu: aiohttp <= 1 × tokio").unwrap_err();
        assert!(error.starts_with("the record does not carry \"scraping-cpu: "), "{error}");
        assert!(error.contains("aiohttp ") && error.contains(" beside tokio "), "{error}");
        assert!(claim(&record, "scraping-cpu: tokio <= 1 × nobody").is_err());
        assert!(claim(&record, "no-such: tokio <= 1 × aiohttp").is_err());
    }
}
