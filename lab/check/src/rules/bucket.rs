//! "No window gets more than rate × window + burst", checked in one pass.
//!
//! A bucket leaks at the rate and is filled by what happens. It is above its burst if and only if
//! some window had too much. When the rate changes, the level stays, capped at the new burst: a
//! changed rate brings no second burst.

/// Allows for times that are rounded to whole microseconds.
const SLACK: f64 = 0.05;

/// A rate and when it began.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RateFrom {
    pub(super) at_us: i64,
    pub(super) per_second: f64,
}

/// What may happen at once: as much as the rate brings in 100 ms, and at least one. Said here once
/// more, so that a mistake in the product's own reckoning is seen.
fn burst(per_second: f64) -> f64 {
    (per_second / 10.0).ceil().max(1.0)
}

/// Finds the moments at which too much had happened: when, the bucket's level, and its burst.
/// `happened` and `rates` are sorted by time; the first rate also holds for everything before it.
pub(super) fn overflows(happened: &[(i64, u32)], rates: &[RateFrom]) -> Vec<(i64, f64, f64)> {
    let mut rates = rates.iter().copied().peekable();
    let Some(mut rate) = rates.next() else { return Vec::new() };
    let (mut level, mut now_us, mut found) = (0.0_f64, i64::MIN, Vec::new());
    for &(at_us, n) in happened {
        while let Some(next) = rates.next_if(|next| next.at_us <= at_us) {
            level = leak(level, rate.per_second, now_us, next.at_us).min(burst(next.per_second));
            now_us = now_us.max(next.at_us);
            rate = next;
        }
        level = leak(level, rate.per_second, now_us, at_us) + f64::from(n);
        now_us = at_us;
        let most = burst(rate.per_second);
        if level > most + SLACK {
            found.push((at_us, level, most));
        }
    }
    found
}

fn leak(level: f64, per_second: f64, from_us: i64, to_us: i64) -> f64 {
    let passed_us = to_us.saturating_sub(from_us).max(0);
    (level - per_second * passed_us as f64 / 1e6).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(at_us: i64, per_second: f64) -> RateFrom {
        RateFrom { at_us, per_second }
    }

    #[test]
    fn a_burst_is_what_comes_in_a_tenth_of_a_second() {
        for (per_second, most) in
            [(0.01, 1.0), (10.0, 1.0), (11.0, 2.0), (70.0, 7.0), (110.0, 11.0)]
        {
            assert!((burst(per_second) - most).abs() < f64::EPSILON, "{per_second}");
        }
    }

    #[test]
    fn a_steady_flow_and_one_burst_fit() {
        let flow: Vec<_> = (0..1_000).map(|n| (n * 10_000, 1)).collect();
        assert!(overflows(&flow, &[rate(0, 100.0)]).is_empty());
        assert!(overflows(&[(0, 10), (100_000, 10)], &[rate(0, 100.0)]).is_empty());
    }

    #[test]
    fn twice_the_rate_around_the_edge_of_a_fixed_window_does_not() {
        let edge = [(990_000, 100), (1_010_000, 100)];
        assert_eq!(overflows(&edge, &[rate(0, 100.0)]).len(), 2);
    }

    #[test]
    fn a_changed_rate_brings_no_second_burst() {
        let rates = [rate(0, 10.0), rate(1_000_000, 1_000.0)];
        assert!(overflows(&[(1_000_000, 100)], &rates).is_empty());
        assert_eq!(overflows(&[(999_999, 1), (1_000_000, 100)], &rates).len(), 1);
    }
}
