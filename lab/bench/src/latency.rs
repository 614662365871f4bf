//! How long single calls took: what people wait for is not the mean.

use std::time::Duration;

/// Times of single calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    /// Adds the time of a call.
    pub(crate) fn push(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// Adds the times of other calls.
    pub(crate) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// How many calls there were.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// The time, in milliseconds, that this share of the calls took at most; NaN without calls.
    pub(crate) fn quantile_ms(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (share.clamp(0.0, 1.0) * sorted.len() as f64).ceil() as usize;
        let took = sorted.get(rank.saturating_sub(1));
        took.map_or(f64::NAN, |took| took.as_secs_f64() * 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_time_of_a_call() {
        let mut latencies = Latencies::default();
        assert!(latencies.quantile_ms(0.99).is_nan());
        (1..=200).rev().for_each(|ms| latencies.push(Duration::from_millis(ms)));
        assert_eq!(latencies.quantile_ms(0.5), 100.0);
        assert_eq!(latencies.quantile_ms(0.99), 198.0);
        assert_eq!(latencies.quantile_ms(1.0), 200.0);
        assert_eq!(latencies.quantile_ms(0.0), 1.0);
    }
}
