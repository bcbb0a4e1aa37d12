//! `{{#claim scraping-cpu: aiohttp >= 3 × tokio}}`: what a sentence says of the recorded run, and the
//! figures that it stands on. A sentence that the record does not carry is an error.
//!
//! A claim is about the ratio within each round, and holds when the whole interval of its median does: see
//! measure/statistics.rs. So `smol >= 1.1 × tokio` needs an interval that begins at 1.1 or above; and that
//! two are alike, `smol = tokio`, needs one within 5 %, for no evidence of a difference is none of equality.

use std::ops::RangeInclusive;

use crate::measure::figures::{self, Data};
use crate::measure::numbers::{short, times};
use crate::measure::results::Measurements;
use crate::measure::statistics::{ALIKE, Ratio, Rounds};

/// The figures of a claim that holds: "aiohttp 240 beside tokio 47 µs of CPU a page; …".
///
/// # Errors
/// It does not hold, or there are no such figures.
pub fn claim(m: &Measurements, claim: &str) -> Result<String, String> {
    let (figure, said) = claim.split_once(": ").ok_or("a claim is FIGURE: ONE >= 3 × ANOTHER")?;
    let (one, wanted, other) = parse(said).ok_or_else(|| format!("no claim: \"{said}\""))?;
    let figure = figures::named(m, figure).map_err(|e| e.to_string())?;
    let (first, second) = (rounds(&figure.data, one)?, rounds(&figure.data, other)?);
    let ratio = first.against(second).ok_or("the two took part in no round together")?;
    let [first, second] = [first, second].map(|rounds| short(rounds.spread().median));
    let numbers = format!(
        "{one} {first} beside {other} {second} {}; by round {}",
        figure.unit,
        times(&ratio)
    );
    if holds(&ratio, &wanted) {
        Ok(numbers)
    } else {
        Err(format!("the record does not carry \"{claim}\": {numbers}, rounds: {}", ratio.rounds))
    }
}

/// `ONE = ANOTHER`, `ONE = 1.1 to 1.6 × ANOTHER`, `ONE <= 1.5 × ANOTHER` or `ONE >= 3 × ANOTHER`: how many
/// times as much it may be.
fn parse(said: &str) -> Option<(&str, RangeInclusive<f64>, &str)> {
    let sign = ["<=", ">=", "="].into_iter().find(|sign| said.contains(sign))?;
    let (one, other) = said.split_once(sign)?;
    let (wanted, other) = match (sign, other.split_once('×')) {
        ("=", None) => (1.0 - ALIKE..=1.0 + ALIKE, other),
        ("=", Some((wanted, other))) => {
            let (low, high) = wanted.split_once(" to ")?;
            (low.trim().parse().ok()?..=high.trim().parse().ok()?, other)
        }
        ("<=", Some((most, other))) => (0.0..=most.trim().parse().ok()?, other),
        (_, Some((least, other))) => (least.trim().parse().ok()?..=f64::INFINITY, other),
        (_, None) => return None,
    };
    Some((one.trim(), wanted, other.trim()))
}

fn holds(ratio: &Ratio, wanted: &RangeInclusive<f64>) -> bool {
    ratio.is_enough() && wanted.contains(&ratio.low) && wanted.contains(&ratio.high)
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
        assert_eq!(parse("smol = async-std"), Some(("smol", 0.95..=1.05, "async-std")));
        assert_eq!(parse("a = 1.1 to 1.6 × b"), Some(("a", 1.1..=1.6, "b")));
        let most = parse("tokio (hyper) <= 1.2 × curl --parallel");
        assert_eq!(most, Some(("tokio (hyper)", 0.0..=1.2, "curl --parallel")));
        assert_eq!(parse("a >= 3 × b"), Some(("a", 3.0..=f64::INFINITY, "b")));
        for wrong in ["smol", "smol ~ tokio", "smol < tokio", "a >= b", "a <= x × b", "a = 2 × b"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn all_of_the_interval_has_to_lie_where_the_claim_says() {
        let ratio =
            |low, high, rounds| Ratio { median: f64::midpoint(low, high), low, high, rounds };
        let holds = |claim: &str, ratio| holds(&ratio, &parse(claim).unwrap().1);
        assert!(holds("a >= 1.2 × b", ratio(1.2, 1.6, 5)));
        assert!(!holds("a >= 1.3 × b", ratio(1.2, 1.6, 5)), "the median alone is no proof");
        assert!(holds("a = 1.2 to 1.6 × b", ratio(1.2, 1.6, 5)));
        assert!(!holds("a <= 1.5 × b", ratio(1.2, 1.6, 5)));
        assert!(holds("a = b", ratio(0.96, 1.04, 5)));
        assert!(!holds("a = b", ratio(0.8, 1.3, 5)), "that 1 is inside is no proof");
        assert!(!holds("a >= 1 × b", ratio(1.2, 1.6, 4)), "four rounds are too few");
    }

    #[test]
    fn a_claim_is_about_what_was_measured() {
        let record = Path::new(env!("CARGO_MANIFEST_DIR")).join("measurements/recorded.json");
        let record = Measurements::read(&record).unwrap();
        assert!(claim(&record, "scraping-cpu: tokio <= 1 × nobody").is_err());
        assert!(claim(&record, "no-such: tokio <= 1 × aiohttp").is_err());
    }
}
