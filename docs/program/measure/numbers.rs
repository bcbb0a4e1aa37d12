//! Numbers as people read them.

use super::statistics::Summary;

/// "7.9–8.4"
pub fn spread_of(summary: &Summary) -> String {
    format!("{}–{}", short(summary.min), short(summary.max))
}

/// "3.8 ×" as much, or "1/3.8" of it.
pub fn times(ratio: f64) -> String {
    if ratio < 1.0 {
        format!("1/{}", rounded(1.0 / ratio))
    } else {
        format!("{} ×", rounded(ratio))
    }
}

/// A ratio has two digits that matter, seldom more.
pub fn rounded(ratio: f64) -> String {
    if ratio < 9.95 { format!("{ratio:.1}") } else { short(ratio.round()) }
}

/// Three digits that matter, thousands apart: 0.0123, 1.23, 123, 12,300.
pub fn short(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    // Rounded first, so that 99.96 becomes 100 and not 100.0.
    let step = 10_f64.powf(number.abs().log10().floor() - 2.0);
    let rounded = (number / step).round() * step;
    if rounded >= 1000.0 {
        return count(rounded as u64);
    }
    let decimals = (2.0 - rounded.abs().log10().floor()).clamp(0.0, 4.0) as usize;
    let text = format!("{rounded:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// 1,000,000
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_that_matter() {
        for (number, text) in [
            (0.0, "0"),
            (0.01234, "0.0123"),
            (0.5, "0.5"),
            (1.0, "1"),
            (1.234, "1.23"),
            (12.34, "12.3"),
            (99.96, "100"),
            (123.4, "123"),
            (1234.0, "1,230"),
            (24_391.0, "24,400"),
            (1_000_000.0, "1,000,000"),
        ] {
            assert_eq!(short(number), text, "{number}");
        }
        assert_eq!([times(8.24), times(0.2), times(123.4)], ["8.2 ×", "1/5.0", "123 ×"]);
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
    }
}
