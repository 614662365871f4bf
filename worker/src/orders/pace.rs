//! How many commands to try now: a governor before the drop's row, which alone is exact.
//!
//! Without it every wake-up would lock the row to hear "not yet".

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use shared::gcra;
use std::{num::NonZeroU32, time::Duration};

/// The pace of a partition. A drop's rate can change at any time.
#[derive(Debug, Default)]
pub(super) struct Pacer {
    limiter: Option<(f64, DefaultDirectRateLimiter)>,
}

impl Pacer {
    /// Waits until about half a burst of `rate` may pass, so that a slow drop is not worked off
    /// in transactions of a single order. Returns how many to try, at most `want`.
    pub(super) async fn turn(&mut self, rate: Option<f64>, want: usize) -> usize {
        let Some(limiter) = self.limiter(rate) else { return want };
        let half = half_burst(rate.unwrap_or_default(), want);
        if limiter.until_n_ready(half).await.is_err() {
            return want;
        }
        let mut turn = half.get() as usize;
        while turn < want && limiter.check().is_ok() {
            turn += 1;
        }
        turn
    }

    /// A limiter that is swapped for another rate has its burst again; the drop's row has not.
    fn limiter(&mut self, rate: Option<f64>) -> Option<&DefaultDirectRateLimiter> {
        let rate = rate.filter(|rate| *rate > 0.0 && rate.is_finite())?;
        if self.limiter.as_ref().is_none_or(|(known, _)| (known - rate).abs() > f64::EPSILON) {
            let quota = Quota::with_period(Duration::try_from_secs_f64(1.0 / rate).ok()?)?
                .allow_burst(NonZeroU32::new(gcra::burst(rate) as u32)?);
            self.limiter = Some((rate, RateLimiter::direct(quota)));
        }
        self.limiter.as_ref().map(|(_, limiter)| limiter)
    }
}

fn half_burst(rate: f64, want: usize) -> NonZeroU32 {
    let half = (gcra::burst(rate) / 2.0).floor() as u32;
    let want = u32::try_from(want).unwrap_or(u32::MAX);
    NonZeroU32::new(half.min(want)).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[tokio::test]
    async fn a_turn_is_never_more_than_a_burst() {
        let (mut pacer, begun) = (Pacer::default(), Instant::now());
        let turn = pacer.turn(Some(200.0), 500).await;
        // And what was earned meanwhile.
        let most = 20.0 + 200.0 * begun.elapsed().as_secs_f64();
        assert!(turn >= 20 && turn as f64 <= most, "{turn}, not {most}");
        assert_eq!(pacer.turn(Some(200.0), 3).await, 3);
        assert_eq!(pacer.turn(None, 500).await, 500);
    }

    #[tokio::test]
    async fn odd_rates_do_not_stop_it() {
        let mut pacer = Pacer::default();
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(pacer.turn(Some(rate), 7).await, 7);
        }
        assert_eq!(pacer.turn(Some(1.0 / 60.0), 7).await, 1, "one a minute");
        assert_eq!(pacer.turn(Some(100_000.0), 500).await, 500);
    }
}
