//! Medians and spreads.

use std::fmt;

/// The middle of the samples and how far they spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Summary {
    pub(crate) median: f64,
    /// The middle half of the samples lies between these two.
    pub(crate) quartiles: (f64, f64),
    pub(crate) mean: f64,
}

impl Summary {
    /// Of at least one sample; zero of none.
    pub(crate) fn of(mut samples: Vec<f64>) -> Self {
        samples.sort_by(f64::total_cmp);
        Self {
            median: at(&samples, 50),
            quartiles: (at(&samples, 25), at(&samples, 75)),
            mean: samples.iter().sum::<f64>() / samples.len().max(1) as f64,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = self.quartiles;
        write!(formatter, "{:.2} ({low:.2}–{high:.2})", self.median)
    }
}

/// The sample at a percentile, between two samples their mean by distance.
fn at(sorted: &[f64], percent: usize) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let (index, rest) = (last * percent / 100, last * percent % 100);
    let next = sorted[(index + 1).min(last)];
    sorted[index] + (next - sorted[index]) * rest as f64 / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!(
            Summary::of(vec![3.0, 1.0, 2.0]),
            Summary {
                median: 2.0,
                quartiles: (1.5, 2.5),
                mean: 2.0,
            }
        );
        assert_eq!(
            Summary::of(vec![4.0, 1.0, 2.0, 3.0]).median.to_bits(),
            2.5_f64.to_bits()
        );
        assert_eq!(
            Summary::of(vec![7.0]),
            Summary {
                median: 7.0,
                quartiles: (7.0, 7.0),
                mean: 7.0,
            }
        );
    }
}
