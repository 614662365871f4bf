//! The rule behind every admission rate, stated a second time: nothing of `shared::gcra` is used,
//! so that a mistake there shows as a difference.
//!
//! A bucket of `burst` admissions earns one per interval. What was spent is kept as the time at
//! which the bucket will be full again (`tat`). The operations on floats follow ADMIT and
//! CONFIGURE, since the time in Redis is compared to the last bit.

/// Share of an interval that rounding may take from a full bucket.
const ROUNDING: f64 = 1e-9;

/// A rate with its bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RateRule {
    per_second: f64,
}

impl RateRule {
    pub(crate) const fn per_second(per_second: f64) -> Self {
        Self { per_second }
    }

    fn interval_us(self) -> f64 {
        1_000_000.0 / self.per_second
    }

    /// How many pass at once after a quiet period: the worth of 100 ms, rounded up, at least one.
    pub(crate) fn burst(self) -> f64 {
        let of_100_ms = (self.per_second / 10.0).ceil();
        if of_100_ms < 1.0 { 1.0 } else { of_100_ms }
    }

    /// How long an empty bucket takes to fill, in microseconds.
    fn full_us(self) -> f64 {
        self.burst() * self.interval_us()
    }

    /// How long the bucket takes to be full again; one that was never used is empty.
    fn missing_us(self, tat_us: Option<f64>, now_us: f64) -> f64 {
        match tat_us {
            None => self.full_us(),
            Some(tat_us) if tat_us > now_us => tat_us - now_us,
            Some(_) => 0.0,
        }
    }

    /// Counts how many may pass now, `at_most` or more being the same: the nth may as long as no
    /// more than a full bucket is missing once it has passed.
    pub(crate) fn n_free(self, tat_us: Option<f64>, now_us: f64, at_most: usize) -> usize {
        let missing_us = self.missing_us(tat_us, now_us);
        let passes = |nth: &usize| {
            missing_us + (*nth as f64 - ROUNDING) * self.interval_us() <= self.full_us()
        };
        (1..=at_most).take_while(passes).count()
    }

    /// Returns the `tat` once `n` have passed.
    pub(crate) fn after(self, tat_us: Option<f64>, now_us: f64, n: usize) -> f64 {
        let from_us = match tat_us {
            None => now_us + self.full_us(),
            Some(tat_us) if tat_us > now_us => tat_us,
            Some(_) => now_us,
        };
        from_us + n as f64 * self.interval_us()
    }

    /// Returns how long until the next one may pass, in whole microseconds.
    pub(crate) fn next_due_us(self, tat_us: Option<f64>, now_us: f64) -> f64 {
        let due_us = self.after(tat_us, now_us, 0) - now_us + self.interval_us() - self.full_us();
        due_us.max(0.0).ceil()
    }

    /// Returns the `tat` under this rate of one under `old`: as many admissions are missing from
    /// the bucket, but never more than it holds.
    pub(crate) fn carry_over(self, old: Self, tat_us: f64, now_us: f64) -> f64 {
        let missing_us = old.missing_us(Some(tat_us), now_us);
        let missing_us = missing_us * self.interval_us() / old.interval_us();
        now_us + if missing_us < self.full_us() { missing_us } else { self.full_us() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_US: f64 = 1_000_000.0;

    #[test]
    fn a_bucket_holds_the_worth_of_100_ms_and_at_least_one() {
        let bursts = [
            (1.0 / 60.0, 1.0),
            (1.0, 1.0),
            (10.0, 1.0),
            (11.0, 2.0),
            (50.0, 5.0),
            (55.0, 6.0),
            (400.0, 40.0),
            (1_000.0, 100.0),
            (100_000.0, 10_000.0),
        ];
        for (rate, burst) in bursts {
            assert_eq!(RateRule::per_second(rate).burst(), burst, "{rate}/s");
        }
    }

    #[test]
    fn a_full_bucket_lets_five_pass_at_50_a_second_and_then_one_each_20_ms() {
        let rule = RateRule::per_second(50.0);
        assert_eq!(rule.n_free(Some(0.0), NOW_US, 9), 5);
        assert_eq!(rule.n_free(Some(0.0), NOW_US, 3), 3);
        let tat_us = rule.after(Some(0.0), NOW_US, 5);
        assert_eq!(tat_us, 1_100_000.0);
        for (now_us, n_free) in [(NOW_US, 0), (1_019_999.0, 0), (1_020_000.0, 1), (1_100_000.0, 5)]
        {
            assert_eq!(rule.n_free(Some(tat_us), now_us, 9), n_free, "at {now_us}");
        }
    }

    #[test]
    fn the_next_one_is_due_when_the_bucket_holds_one() {
        let rule = RateRule::per_second(50.0);
        let dues =
            [(1_100_000.0, 20_000.0), (1_090_000.0, 10_000.0), (1_080_000.0, 0.0), (0.0, 0.0)];
        for (tat_us, due_us) in dues {
            assert_eq!(rule.next_due_us(Some(tat_us), NOW_US), due_us, "{tat_us}");
            assert_eq!(rule.n_free(Some(tat_us), NOW_US + due_us, 1), 1, "{tat_us}");
        }
        assert_eq!(rule.next_due_us(None, NOW_US), 20_000.0);
    }

    #[test]
    fn an_unused_bucket_is_empty_and_fills_from_its_first_use() {
        let rule = RateRule::per_second(50.0);
        assert_eq!(rule.n_free(None, NOW_US, 9), 0);
        assert_eq!(rule.after(None, NOW_US, 0), 1_100_000.0);
    }

    #[test]
    fn a_new_rate_keeps_what_is_missing_up_to_its_own_bucket() {
        let (slow, fast) = (RateRule::per_second(10.0), RateRule::per_second(1_000.0));
        // One is missing: 100 ms at 10 a second, 1 ms at 1000 a second.
        assert_eq!(fast.carry_over(slow, 1_100_000.0, NOW_US), 1_001_000.0);
        // A hundred are missing, of which the smaller bucket holds one.
        assert_eq!(slow.carry_over(fast, 1_100_000.0, NOW_US), 1_100_000.0);
        assert_eq!(slow.carry_over(fast, 0.0, NOW_US), NOW_US);
    }
}
