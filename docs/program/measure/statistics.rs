//! What may be concluded from rounds in which every contender ran once, one after the other.
//!
//! Whatever else the machine does falls on the runs of one round alike. So two contenders are compared
//! within each round, and it is the ratios of all rounds from which something is concluded. Nothing is
//! supposed of how figures are distributed: the interval is that of the sign test.

use std::collections::BTreeMap;

/// How often, at most, an interval may miss the median that endless rounds would have. Five rounds are the
/// fewest that allow it: all of five ratios lie on one side of that median in 2 of 2⁵ cases.
const MISSED: f64 = 1.0 / 16.0;

/// With fewer rounds nothing is concluded.
pub const ENOUGH_ROUNDS: usize = 5;

/// Two contenders are alike when all of the interval is as near to 1 as this.
pub const ALIKE: f64 = 0.05;

/// One figure of a contender, by round.
#[derive(Debug, Clone, PartialEq)]
pub struct Rounds(BTreeMap<usize, f64>);

/// The middle of some figures, and their ends. Nothing is thrown away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The median.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

/// How many times as much one contender's figure is as another's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The median of the ratios within each round.
    pub median: f64,
    /// The interval: it misses the median of endless rounds in one of sixteen cases, or fewer.
    pub low: f64,
    /// Where the interval ends.
    pub high: f64,
    /// The rounds in which both took part.
    pub rounds: usize,
}

impl Rounds {
    /// The figures of these rounds; `None` of no figures.
    pub fn of(figures: impl IntoIterator<Item = (usize, f64)>) -> Option<Self> {
        let figures: BTreeMap<usize, f64> = figures.into_iter().collect();
        (!figures.is_empty()).then_some(Self(figures))
    }

    /// The same in another unit, or less a fixed amount.
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self(self.0.into_iter().map(|(round, figure)| (round, change(figure))).collect())
    }

    /// How many rounds there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The median, the least and the greatest.
    pub fn spread(&self) -> Spread {
        let sorted = sorted(self.0.values().copied());
        Spread { median: median(&sorted), min: sorted[0], max: sorted[sorted.len() - 1] }
    }

    /// How this stands to a reference, round by round; `None` where no round has both.
    pub fn against(&self, reference: &Self) -> Option<Ratio> {
        let pairs = self.0.iter().filter_map(|(round, one)| Some((one, reference.0.get(round)?)));
        let ratios = sorted(pairs.map(|(one, other)| one / other));
        let rounds = ratios.len();
        let outside = outside(rounds);
        let (low, high) = (*ratios.get(outside)?, *ratios.get(rounds - 1 - outside)?);
        Some(Ratio { median: median(&ratios), low, high, rounds })
    }
}

impl Ratio {
    /// Whether there are enough rounds to conclude anything.
    pub fn is_enough(&self) -> bool {
        self.rounds >= ENOUGH_ROUNDS
    }

    /// Whether one is more than the other, or less, beyond what may be chance.
    pub fn differs(&self) -> bool {
        self.is_enough() && (self.low > 1.0 || self.high < 1.0)
    }

    /// Whether the two are as good as the same. That an interval contains 1 is no evidence of it.
    pub fn is_alike(&self) -> bool {
        self.is_enough() && self.low >= 1.0 - ALIKE && self.high <= 1.0 + ALIKE
    }
}

/// How many of so many ratios, at either end, lie outside of the interval: as many as [`MISSED`] allows.
/// The median of endless rounds lies beyond the outermost k of n with the chance that a coin, thrown n
/// times, shows heads k times or fewer.
fn outside(rounds: usize) -> usize {
    let (mut outside, mut missed) = (0, 0.0);
    let mut chance = 2.0 * 0.5_f64.powf(rounds as f64); // of no heads, or no tails
    for heads in 0..rounds / 2 {
        missed += chance;
        if missed > MISSED {
            break;
        }
        outside = heads;
        chance *= (rounds - heads) as f64 / (heads + 1) as f64;
    }
    outside
}

fn sorted(figures: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures
}

fn median(sorted: &[f64]) -> f64 {
    f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(figures: &[f64]) -> Rounds {
        Rounds::of(figures.iter().copied().enumerate()).unwrap()
    }

    #[test]
    fn the_median_is_the_middle_and_the_spread_is_all() {
        let spread = |figures: &[f64]| rounds(figures).spread();
        assert_eq!(spread(&[5.0, 1.0, 3.0]), Spread { median: 3.0, min: 1.0, max: 5.0 });
        assert_eq!(spread(&[1.0, 2.0, 4.0, 100.0]).median, 3.0);
        assert_eq!(Rounds::of([]), None);
        let rate = rounds(&[1.0, 2.0, 4.0]).map(|seconds| 8.0 / seconds).spread();
        assert_eq!(rate, Spread { median: 4.0, min: 2.0, max: 8.0 });
    }

    #[test]
    fn pairs_tell_apart_what_the_machine_moves_together() {
        // The spreads overlap: 12 to 36 and 10 to 30. In each round it is a fifth more.
        let reference = rounds(&[10.0, 20.0, 30.0, 15.0, 25.0]);
        let ratio = reference.clone().map(|figure| figure * 1.2).against(&reference).unwrap();
        assert!(ratio.differs() && ratio.low > 1.19 && ratio.high < 1.21, "{ratio:?}");
        // Only rounds that both have are compared.
        let other = Rounds::of([(1, 40.0), (7, 1.0)]).unwrap();
        assert_eq!(other.against(&reference).unwrap().median, 2.0);
        assert_eq!(Rounds::of([(7, 1.0)]).unwrap().against(&reference), None);
    }

    #[test]
    fn alike_needs_evidence_of_its_own() {
        let reference = rounds(&[1.0; 5]);
        let against = |figures: &[f64]| rounds(figures).against(&reference).unwrap();
        let wide = against(&[0.9, 0.99, 1.0, 1.01, 1.1]);
        assert!(!wide.differs() && !wide.is_alike(), "there is no telling: {wide:?}");
        let narrow = against(&[0.97, 0.99, 1.0, 1.01, 1.04]);
        assert!(!narrow.differs() && narrow.is_alike(), "{narrow:?}");
    }

    #[test]
    fn the_interval_is_that_of_the_sign_test() {
        // From a table of the binomial distribution; the level is that of the narrowest that is allowed.
        for (rounds, cut) in [(1, 0), (4, 0), (5, 0), (8, 0), (9, 1), (11, 1), (12, 2), (20, 5)] {
            assert_eq!(outside(rounds), cut, "{rounds}");
        }
        let reference = rounds(&[1.0; 9]);
        let ratio = rounds(&[9.0, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 0.1]).against(&reference);
        assert_eq!(ratio, Some(Ratio { median: 1.5, low: 1.2, high: 1.8, rounds: 9 }));
    }
}
