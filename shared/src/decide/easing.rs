//! How many fewer are let in while what stands behind the line is strained, before anything is so bad that
//! nobody is.
//!
//! Three things are looked at: the seconds of work that wait, how long batches of orders take, and the calls
//! to the payment provider without a clear answer. Each leaves a share of the rate, and the smallest counts.
//! It falls at once and comes back by a quarter a second, and what is let in never depends on a rate beyond
//! twice what is handled: so the line finds the pace that is bearable, and does not swing around it.

use std::time::Duration;

/// Seconds of work that may wait before fewer are let in, and with which the least share is.
const LAG_S: (f64, f64) = (5.0, 10.0);
/// Seconds that a batch of orders may take, likewise.
const COMMIT_S: (f64, f64) = (2.0, 8.0);
/// Calls that may fail for each person who could be let in, likewise. One card may cost several of them.
const FAILED: (f64, f64) = (1.0, 3.0);
/// Share that is let in however bad it is: nobody would notice otherwise that it is better.
const LEAST: f64 = 0.1;
/// How much of the share comes back in a second.
const BACK_PER_SECOND: f64 = 0.25;
/// Time between two looks that counts, in seconds: what was not let in then is not made up for.
const LONGEST_S: f64 = 1.0;
/// A rate beyond so many times the pace at which commands are handled says nothing.
const BEYOND_PACE: f64 = 2.0;

/// What was seen behind the line of a drop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strain {
    /// Admissions per second, by the drop's limits.
    pub rate_per_second: f64,
    /// Order commands that can be handled per second.
    pub pace_per_second: f64,
    /// Seconds of work that wait at that pace.
    pub lag_s: f64,
    /// How long the slowest batch of orders took lately, in seconds; 0 if there was none.
    pub commit_s: f64,
    /// Calls to the payment provider without a clear answer, per second.
    pub failed_per_second: f64,
}

/// Why fewer are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrainCause {
    /// Much work waits.
    Lag,
    /// Batches of orders take long.
    Commits,
    /// Calls to the payment provider fail.
    Provider,
}

/// How many of a drop's people are let in, from look to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Easing {
    share: f64,
    /// Part of a person who may be let in by the next look.
    rest: f64,
    cause: StrainCause,
}

impl Default for Easing {
    fn default() -> Self {
        Self { share: 1.0, rest: 0.0, cause: StrainCause::Lag }
    }
}

impl Easing {
    /// Takes in a look, so long after the one before. Returns how many may be let in until the next, and
    /// why no more; `None` while the limits alone decide.
    pub fn look(&mut self, strain: &Strain, elapsed: Duration) -> Option<(u32, StrainCause)> {
        let (target, cause) = strain.share();
        let seconds = elapsed.as_secs_f64().min(LONGEST_S);
        if target <= self.share {
            (self.share, self.cause) = (target, cause);
        } else {
            self.share = target.min(self.share + BACK_PER_SECOND * seconds);
        }
        if self.share >= 1.0 {
            self.rest = 0.0;
            return None;
        }
        let due = self.rest + self.share * strain.bearable_rate() * seconds;
        self.rest = due.fract();
        Some((due.floor() as u32, self.cause))
    }
}

impl Strain {
    /// Returns the share of the rate that is let in, and what makes it so small.
    fn share(&self) -> (f64, StrainCause) {
        let failed = self.failed_per_second / self.bearable_rate().max(f64::MIN_POSITIVE);
        let shares = [
            (falling(self.lag_s, LAG_S), StrainCause::Lag),
            (falling(self.commit_s, COMMIT_S), StrainCause::Commits),
            (falling(failed, FAILED), StrainCause::Provider),
        ];
        let smallest = shares.into_iter().min_by(|one, other| one.0.total_cmp(&other.0));
        let (share, cause) = smallest.unwrap_or((1.0, StrainCause::Lag));
        (share.clamp(LEAST, 1.0), cause)
    }

    /// The rate, as far as it says anything.
    fn bearable_rate(&self) -> f64 {
        self.rate_per_second.min(BEYOND_PACE * self.pace_per_second)
    }
}

/// Falls from 1 at the first of two bounds to 0 at the second.
fn falling(value: f64, (from, to): (f64, f64)) -> f64 {
    (to - value) / (to - from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_millis(500);
    /// Nothing is wrong.
    const WELL: Strain = Strain {
        rate_per_second: 100.0,
        pace_per_second: 200.0,
        lag_s: 0.0,
        commit_s: 0.02,
        failed_per_second: 0.0,
    };

    /// How many are let in, look by look.
    fn looks(easing: &mut Easing, strain: &Strain, n: usize) -> Vec<u32> {
        let look = |_| easing.look(strain, EVERY).map_or(u32::MAX, |(n, _)| n);
        (0..n).map(look).collect()
    }

    fn first(strain: Strain) -> Option<(u32, StrainCause)> {
        Easing::default().look(&strain, EVERY)
    }

    #[test]
    fn while_nothing_is_strained_the_limits_alone_decide() {
        assert_eq!(first(WELL), None);
        assert_eq!(first(Strain { lag_s: 5.0, commit_s: 2.0, ..WELL }), None);
        assert_eq!(first(Strain { failed_per_second: 100.0, ..WELL }), None, "some always fail");
    }

    #[test]
    fn the_more_is_strained_the_fewer_are_let_in_and_never_nobody() {
        let by_lag = |lag_s| first(Strain { lag_s, ..WELL });
        assert_eq!(by_lag(6.0), Some((40, StrainCause::Lag)));
        assert_eq!(by_lag(7.5), Some((25, StrainCause::Lag)));
        assert_eq!(by_lag(60.0), Some((5, StrainCause::Lag)));
        let by_commits = |commit_s| first(Strain { commit_s, ..WELL });
        assert_eq!(by_commits(5.0), Some((25, StrainCause::Commits)));
        assert_eq!(by_commits(30.0), Some((5, StrainCause::Commits)));
        let by_calls = |failed_per_second| first(Strain { failed_per_second, ..WELL });
        assert_eq!(by_calls(200.0), Some((25, StrainCause::Provider)));
        assert_eq!(by_calls(500.0), Some((5, StrainCause::Provider)));
    }

    #[test]
    fn the_worst_of_them_counts() {
        let strain = Strain { lag_s: 6.0, commit_s: 5.0, failed_per_second: 150.0, ..WELL };
        assert_eq!(first(strain), Some((25, StrainCause::Commits)));
    }

    #[test]
    fn fewer_are_let_in_at_once_and_more_again_little_by_little() {
        let mut easing = Easing::default();
        let slow = Strain { commit_s: 5.0, ..WELL };
        assert_eq!(looks(&mut easing, &slow, 2), [25, 25]);
        assert_eq!(looks(&mut easing, &WELL, 4), [31, 37, 44, u32::MAX]);
    }

    #[test]
    fn a_small_rate_is_eased_too_and_loses_nobody() {
        let mut easing = Easing::default();
        let small = Strain { rate_per_second: 1.0, commit_s: 5.0, ..WELL };
        let n_let_in: u32 = looks(&mut easing, &small, 400).iter().sum();
        assert_eq!(n_let_in, 100, "half of one a second for 200 s");
    }

    /// Lets people in for so many seconds at this rate while so many are handled, and returns the seconds
    /// of work that wait, look by look.
    fn lags(rate_per_second: f64, pace_per_second: f64, seconds: u32) -> Vec<f64> {
        let (mut easing, mut waiting, mut lags) = (Easing::default(), 0.0_f64, Vec::new());
        for _ in 0..seconds * 2 {
            let lag_s = waiting / pace_per_second;
            let strain = Strain { rate_per_second, pace_per_second, lag_s, ..WELL };
            let most = rate_per_second * EVERY.as_secs_f64();
            let n_let_in = easing.look(&strain, EVERY).map_or(most, |(n, _)| f64::from(n));
            waiting += n_let_in - pace_per_second * EVERY.as_secs_f64();
            waiting = waiting.max(0.0);
            lags.push(lag_s);
        }
        lags
    }

    #[test]
    fn with_slow_processors_the_line_finds_their_pace_and_does_not_swing() {
        for rate in [40.0, 100.0, 5000.0] {
            let lags = lags(rate, 30.0, 300);
            let settled = &lags[400..];
            let (least, most) = settled
                .iter()
                .fold((f64::MAX, 0.0_f64), |(least, most), lag| (least.min(*lag), most.max(*lag)));
            assert!(most < 10.0 && least > 5.0, "at {rate}: {least} to {most}");
            assert!(most - least < 1.0, "at {rate}: {least} to {most}");
        }
    }
}
