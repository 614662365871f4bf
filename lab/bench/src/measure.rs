//! Samples, what they say, and how far apart they are.

use serde::Serialize;
use std::time::Duration;

/// One round of a baseline or a subject.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Sample {
    /// Operations done.
    ops: f64,
    /// Wall time.
    seconds: f64,
    /// CPU of the measured process, where it was measured.
    cpu_us: Option<f64>,
}

impl Sample {
    /// A round that took this much wall time and CPU.
    pub(crate) fn new(ops: usize, wall: Duration, cpu: Option<Duration>) -> Self {
        Self { ops: ops as f64, seconds: wall.as_secs_f64(), cpu_us: cpu.map(micros) }
    }

    /// The same round, with the CPU of another process added.
    pub(crate) fn and_cpu(self, cpu: Duration) -> Self {
        Self { cpu_us: self.cpu_us.map(|cpu_us| cpu_us + micros(cpu)), ..self }
    }

    /// Operations per second.
    fn rate(&self) -> f64 {
        self.ops / self.seconds
    }

    /// CPU per operation, microseconds.
    fn cost(&self) -> Option<f64> {
        self.cpu_us.map(|cpu_us| cpu_us / self.ops)
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// All rounds of a baseline or a subject, in order.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) samples: Vec<Sample>,
}

impl Series {
    /// Begins without rounds.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), samples: Vec::new() }
    }

    /// Operations per second.
    pub(crate) fn rate(&self) -> Spread {
        Spread::of(self.samples.iter().map(Sample::rate))
    }

    /// CPU per operation, microseconds; of nothing where a round lacks it.
    pub(crate) fn cost(&self) -> Spread {
        Spread::of_measured(self.samples.iter().map(Sample::cost))
    }

    /// How many times as fast as `baseline`, round by round.
    pub(crate) fn rate_ratio(&self, baseline: &Self) -> Spread {
        let pairs = self.samples.iter().zip(&baseline.samples);
        Spread::of(pairs.map(|(subject, baseline)| subject.rate() / baseline.rate()))
    }

    /// How many times as fast as what was measured elsewhere, round by round.
    pub(crate) fn times_rate(&self, per_second: f64) -> Spread {
        Spread::of(self.samples.iter().map(|sample| sample.rate() / per_second))
    }

    /// How many times the CPU per operation of `baseline`, round by round.
    pub(crate) fn cost_ratio(&self, baseline: &Self) -> Spread {
        let pairs = self.samples.iter().zip(&baseline.samples);
        Spread::of(pairs.filter_map(|(subject, baseline)| Some(subject.cost()? / baseline.cost()?)))
    }
}

/// A median with the lowest and the highest value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Spread {
    median: f64,
    min: f64,
    max: f64,
    /// Every value, in order; empty where nothing was measured.
    rounds: Vec<f64>,
}

impl Spread {
    /// The spread of what was measured in every round; of nothing if a round lacks its value.
    pub(crate) fn of_measured(values: impl IntoIterator<Item = Option<f64>>) -> Self {
        let values: Option<Vec<f64>> = values.into_iter().collect();
        Self::of(values.unwrap_or_default())
    }

    /// The spread of these values; NaN if there are none.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let rounds: Vec<f64> = values.into_iter().collect();
        let mut sorted = rounds.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let last = sorted.len().saturating_sub(1);
        Self {
            median: f64::midpoint(at(last / 2), at(sorted.len() / 2)),
            min: at(0),
            max: at(last),
            rounds,
        }
    }

    /// Whether there are no values.
    pub(crate) const fn is_empty(&self) -> bool {
        self.rounds.is_empty()
    }

    /// The value in the middle; NaN if there are none.
    pub(crate) const fn median(&self) -> f64 {
        self.median
    }

    /// Every value, in order, for people.
    pub(crate) fn each(&self) -> String {
        let digits = self.digits();
        let rounds = self.rounds.iter().map(|value| format!("{value:.digits$}"));
        rounds.collect::<Vec<_>>().join("  ")
    }

    /// Digits behind the point that matter.
    fn digits(&self) -> usize {
        match self.median.abs() {
            median if median >= 100.0 => 0,
            median if median >= 1.0 => 2,
            _ => 4,
        }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_empty() {
            return write!(f, "not measured");
        }
        let digits = self.digits();
        write!(f, "{:.digits$} [{:.digits$}-{:.digits$}]", self.median, self.min, self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]);
        assert_eq!((spread.median, spread.min, spread.max), (2.5, 1.0, 4.0));
        assert_eq!(Spread::of([5.0, 1.0, 3.0]).median, 3.0);
    }

    #[test]
    fn what_one_round_lacks_is_not_measured() {
        let whole = Spread::of_measured([Some(4.0), Some(2.0)]);
        assert_eq!((whole.median(), whole.each()), (3.0, "4.00  2.00".to_owned()));
        let partial = Spread::of_measured([Some(4.0), None]);
        assert_eq!((partial.to_string().as_str(), partial.each().as_str()), ("not measured", ""));
    }

    #[test]
    fn a_ratio_compares_round_with_round() {
        let series = |rates: [f64; 2]| Series {
            name: String::new(),
            samples: rates.map(|ops| Sample { ops, seconds: 1.0, cpu_us: None }).to_vec(),
        };
        let ratio = series([10.0, 40.0]).rate_ratio(&series([10.0, 10.0]));
        assert_eq!((ratio.min, ratio.max), (1.0, 4.0));
        let elsewhere = series([10.0, 40.0]).times_rate(5.0);
        assert_eq!((elsewhere.min, elsewhere.max), (2.0, 8.0));
    }
}
