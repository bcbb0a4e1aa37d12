//! Numbers as people read them.

use indicatif::HumanCount;

use super::statistics::{Ratio, Spread};

/// "7.9–8.4"
pub fn spread_of(spread: &Spread) -> String {
    format!("{}–{}", short(spread.min), short(spread.max))
}

/// "1.30 × (1.24–1.61)": the median of the ratios, and the interval. A round's ratio is finer than what it is
/// made from, for what else the machine does falls on both.
pub fn times(ratio: &Ratio) -> String {
    let [median, low, high] = [ratio.median, ratio.low, ratio.high].map(|it| digits(it, 3));
    format!("{median} × ({low}–{high})")
}

/// Two digits that matter, thousands apart: 0.012, 1.2, 120, 12,000. No more can be measured here.
pub fn short(number: f64) -> String {
    let text = digits(number, 2);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// So many digits that matter; of two, 2 is 2.0.
fn digits(number: f64, many: i32) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    // Rounded first, so that 9.96 becomes 10 and not 10.0.
    let behind_the_first = f64::from(many - 1);
    let step = 10_f64.powf(number.abs().log10().floor() - behind_the_first);
    let rounded = (number / step).round() * step;
    let decimals = (behind_the_first - rounded.abs().log10().floor()).clamp(0.0, 4.0) as usize;
    if rounded >= 1000.0 { count(rounded as u64) } else { format!("{rounded:.decimals$}") }
}

/// 1,000,000
pub fn count(number: u64) -> String {
    HumanCount(number).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_two_digits_that_matter() {
        for (number, text) in [
            (0.0, "0"),
            (0.01234, "0.012"),
            (0.5, "0.5"),
            (1.0, "1"),
            (1.234, "1.2"),
            (9.96, "10"),
            (12.34, "12"),
            (99.96, "100"),
            (123.4, "120"),
            (24_391.0, "24,000"),
            (1_000_000.0, "1,000,000"),
        ] {
            assert_eq!(short(number), text, "{number}");
        }
        let ratio = Ratio { median: 1.96, low: 0.984, high: 23.4, rounds: 5 };
        assert_eq!(times(&ratio), "1.96 × (0.984–23.4)");
    }
}
