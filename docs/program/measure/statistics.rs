//! Medians, spreads, and what may be concluded from them.

/// With fewer runs of each, two contenders that are alike keep their spreads apart too often by
/// chance: with 3 and 3 runs in 10 cases of 100, with 4 and 4 in 3, with 5 and 5 in 1.
pub const ENOUGH_RUNS: usize = 4;

/// One figure over several runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    pub median: f64,
    /// The spread: the least and the greatest. Nothing is thrown away.
    pub min: f64,
    pub max: f64,
    pub runs: usize,
}

impl Summary {
    /// The summary of these figures; `None` of no figures.
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let (min, max, runs) = (*figures.first()?, *figures.last()?, figures.len());
        let median = f64::midpoint(figures[(runs - 1) / 2], figures[runs / 2]);
        Some(Self { median, min, max, runs })
    }

    /// The same in another unit, or less a fixed amount.
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        let (min, max) = (change(self.min), change(self.max));
        Self { median: change(self.median), min: min.min(max), max: max.max(min), ..self }
    }
}

/// How one contender's figure stands to another's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Comparison {
    /// Their spreads are apart: this many times as much, in the worst and in the best case.
    Apart { ratio: f64, least: f64, most: f64 },
    /// Their spreads overlap, so the difference may be chance.
    Overlapping,
    /// Too few runs to tell anything.
    TooFewRuns,
}

/// Compares a figure with a reference.
pub fn compare(figure: Summary, reference: Summary) -> Comparison {
    if figure.runs.min(reference.runs) < ENOUGH_RUNS {
        Comparison::TooFewRuns
    } else if figure.min <= reference.max && reference.min <= figure.max {
        Comparison::Overlapping
    } else {
        Comparison::Apart {
            ratio: figure.median / reference.median,
            least: figure.min / reference.max,
            most: figure.max / reference.min,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(figures: &[f64]) -> Summary {
        Summary::of(figures.iter().copied()).unwrap()
    }

    #[test]
    fn the_median_is_the_middle_and_the_spread_is_all() {
        let odd = summary(&[5.0, 1.0, 3.0]);
        assert_eq!((odd.median, odd.min, odd.max, odd.runs), (3.0, 1.0, 5.0, 3));
        assert_eq!(summary(&[1.0, 2.0, 4.0, 100.0]).median, 3.0);
        assert_eq!(summary(&[7.0]).median, 7.0);
        assert_eq!(Summary::of([]), None);
    }

    #[test]
    fn another_unit_may_turn_the_spread_round() {
        let rate = summary(&[1.0, 2.0, 4.0]).map(|seconds| 8.0 / seconds);
        assert_eq!((rate.median, rate.min, rate.max), (4.0, 2.0, 8.0));
    }

    #[test]
    fn spreads_that_are_apart_allow_a_conclusion() {
        let comparison = compare(summary(&[8.0, 9.0, 10.0, 10.0]), summary(&[1.0, 2.0, 2.0, 2.0]));
        assert_eq!(comparison, Comparison::Apart { ratio: 4.75, least: 4.0, most: 10.0 });
    }

    #[test]
    fn spreads_that_overlap_or_touch_allow_none() {
        let reference = summary(&[1.0, 2.0, 3.0, 4.0]);
        for figures in [[4.0, 5.0, 6.0, 7.0], [0.0, 0.5, 0.7, 1.0], [2.0, 2.1, 2.2, 2.3]] {
            assert_eq!(compare(summary(&figures), reference), Comparison::Overlapping);
        }
        // One slow run is enough to hide a difference of the medians.
        let with_outlier = summary(&[9.0, 9.0, 9.0, 3.5]);
        assert_eq!(compare(with_outlier, reference), Comparison::Overlapping);
    }

    #[test]
    fn three_runs_are_too_few() {
        let few = summary(&[1.0, 1.0, 1.0]);
        assert_eq!(compare(few, summary(&[9.0; 5])), Comparison::TooFewRuns);
        assert_eq!(compare(summary(&[9.0; 5]), few), Comparison::TooFewRuns);
    }
}
