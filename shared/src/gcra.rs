//! The generic cell rate algorithm: the one rule behind every rate.
//!
//! A theoretical arrival time `tat` says when the bucket will be full again. Taking `n` moves it
//! on by `n · T`, `T` being the time of one, but never to more than `b · T` past now. So at most
//! `r · W + b` get through in any window W.
//! Source: ITU-T I.371 (virtual scheduling form). ADMIT computes the same in Lua.

/// A rate with its burst.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gcra {
    /// Time that one takes, in microseconds.
    pub interval_us: f64,
    /// How many may pass at once after a quiet period.
    pub burst: f64,
}

impl Gcra {
    /// Creates the rule for a rate, with a burst of 100 ms' worth, at least one. Returns `None`
    /// unless the rate is positive and finite.
    #[must_use]
    pub fn per_second(rate: f64) -> Option<Self> {
        (rate > 0.0 && rate.is_finite())
            .then(|| Self { interval_us: 1e6 / rate, burst: burst(rate) })
    }

    /// Takes up to `want` at `now_us`. Returns how many were taken and the new theoretical arrival
    /// time.
    ///
    /// A missing `tat_us` starts with an empty bucket, never a full one.
    #[must_use]
    pub fn take(&self, tat_us: Option<f64>, now_us: f64, want: u32) -> (u32, f64) {
        let full = self.burst * self.interval_us;
        let tat_us = tat_us.map_or(now_us + full, |tat| tat.max(now_us));
        // The difference first: a present-day time in microseconds is exact to a quarter of one
        // only, and a full bucket that is a hair short of full would never let anybody in.
        let room = ((full - (tat_us - now_us)) / self.interval_us + 1e-9).floor().max(0.0);
        let taken = f64::from(want).min(room);
        (taken as u32, tat_us + taken * self.interval_us)
    }

    /// Returns how long until one more may pass, in microseconds.
    #[must_use]
    pub fn wait_us(&self, tat_us: f64, now_us: f64) -> f64 {
        ((tat_us - now_us) + self.interval_us - self.burst * self.interval_us).max(0.0)
    }

    /// Converts a `tat` stored under `old` to this rate, keeping the share of the bucket in use.
    #[must_use]
    pub fn rescale(&self, old: &Self, tat_us: f64, now_us: f64) -> f64 {
        let ahead = (tat_us - now_us).max(0.0) * self.interval_us / old.interval_us;
        now_us + ahead.min(self.burst * self.interval_us)
    }
}

/// Returns the burst of a rate: 100 ms' worth, at least one.
#[must_use]
pub fn burst(rate_per_second: f64) -> f64 {
    (rate_per_second / 10.0).ceil().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_what_comes_in_a_tenth_of_a_second() {
        for (rate, most) in [(0.01, 1.0), (10.0, 1.0), (11.0, 2.0), (70.0, 7.0), (110.0, 11.0)] {
            assert!((burst(rate) - most).abs() < f64::EPSILON, "{rate}");
        }
    }

    #[test]
    fn a_missing_time_starts_empty() {
        let rule = Gcra::per_second(100.0).unwrap();
        assert_eq!(rule.take(None, 0.0, 50).0, 0);
    }

    #[test]
    fn no_window_gets_more_than_rate_and_burst() {
        let rule = Gcra::per_second(1000.0).unwrap();
        let (mut tat, mut total) = (None, 0);
        for tick in 0..1000 {
            let (taken, next) = rule.take(tat, f64::from(tick) * 1000.0, 1000);
            total += taken;
            tat = Some(next);
        }
        assert!((999..=1100).contains(&total), "{total}");
    }

    #[test]
    fn one_a_minute_is_exact() {
        let rule = Gcra::per_second(1.0 / 60.0).unwrap();
        let (taken, tat) = rule.take(Some(0.0), 0.0, 5);
        assert_eq!(taken, 1);
        assert_eq!(rule.take(Some(tat), 59_000_000.0, 5).0, 0);
        assert_eq!(rule.take(Some(tat), 60_000_000.0, 5).0, 1);
    }

    #[test]
    fn a_full_bucket_lets_somebody_in_at_any_rate_and_date() {
        let now_us = 1_795_270_776_340_519.0;
        for rate in [0.3, 0.7, 1.0, 3.0, 6.0, 7.0, 9.0, 11.0, 33.0, 333.0, 7777.0] {
            let rule = Gcra::per_second(rate).unwrap();
            assert!(rule.take(Some(0.0), now_us, 1).0 == 1, "{rate}");
        }
    }

    #[test]
    fn a_changed_rate_gives_nobody_a_second_burst() {
        let slow = Gcra::per_second(10.0).unwrap();
        let fast = Gcra::per_second(1000.0).unwrap();
        let (_, tat) = slow.take(Some(0.0), 0.0, 1);
        assert!(fast.rescale(&slow, tat, 0.0) <= fast.burst * fast.interval_us);
    }
}
