//! How far a planned change of limits has come.
//!
//! It is worked out from the time alone: a worker that was away takes the step that is due now, and two
//! that take one at once come to the same limits.

use crate::drops::Limits;

/// How long each step of a ramp lasts.
const STEP_US: i64 = 1_000_000;

/// A change of limits that was planned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlannedLimits {
    /// What the limits were when it was planned, and are until it begins.
    pub before: Limits,
    /// What they are at its end.
    pub target: Limits,
    /// When it begins, in microseconds since 1970.
    pub begins_at_us: i64,
    /// Seconds over which the admission rate moves from the one to the other; 0 for a change at once.
    pub over_seconds: u32,
}

/// What a plan calls for now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlanStep {
    /// Nothing yet.
    Wait {
        /// When it begins, in microseconds since 1970.
        until_us: i64,
    },
    /// The rate is on its way; all other limits are those of the end.
    Ramp {
        /// The limits of this second.
        limits: Limits,
        /// When the next step is due, in microseconds since 1970.
        next_us: i64,
    },
    /// The limits are those of the end.
    Done,
}

impl PlannedLimits {
    /// Returns what the plan calls for at a moment, in microseconds since 1970.
    #[must_use]
    pub fn step_at(&self, now_us: i64) -> PlanStep {
        if now_us < self.begins_at_us {
            return PlanStep::Wait { until_us: self.begins_at_us };
        }
        let (step, n_steps) =
            ((now_us - self.begins_at_us) / STEP_US, i64::from(self.over_seconds));
        if step >= n_steps {
            return PlanStep::Done;
        }
        let share = step as f64 / n_steps as f64;
        let [from, to] = [self.before, self.target].map(|limits| limits.admission_rate_per_second);
        let limits =
            Limits { admission_rate_per_second: from + (to - from) * share, ..self.target };
        PlanStep::Ramp { limits, next_us: self.begins_at_us + (step + 1) * STEP_US }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN_US: i64 = 1_700_000_000_000_000;

    fn limits(rate: f64, cap: u32) -> Limits {
        Limits {
            admission_rate_per_second: rate,
            occupancy_cap: cap,
            order_rate_per_second: 200.0,
            line_cap: None,
            no_show_percent: None,
        }
    }

    fn plan(from: f64, to: f64, over_seconds: u32) -> PlannedLimits {
        PlannedLimits {
            before: limits(from, 10),
            target: limits(to, 20),
            begins_at_us: BEGIN_US,
            over_seconds,
        }
    }

    /// The rate so many microseconds after the begin; `None` unless the plan is on its way.
    fn rate(plan: &PlannedLimits, after_us: i64) -> Option<f64> {
        match plan.step_at(BEGIN_US + after_us) {
            PlanStep::Ramp { limits, .. } => Some(limits.admission_rate_per_second),
            PlanStep::Wait { .. } | PlanStep::Done => None,
        }
    }

    #[test]
    fn a_rate_moves_in_steps_of_a_second_from_the_one_to_the_other() {
        let plan = plan(10.0, 50.0, 4);
        let rates = [0, 999_999, 1_000_000, 2_500_000, 3_999_999].map(|us| rate(&plan, us));
        assert_eq!(rates, [10.0, 10.0, 20.0, 30.0, 40.0].map(Some));
        assert_eq!(plan.step_at(BEGIN_US + 4_000_000), PlanStep::Done);
        assert_eq!(plan.step_at(i64::MAX), PlanStep::Done, "however late it is looked at");
    }

    #[test]
    fn a_rate_that_falls_stays_above_the_one_it_falls_to() {
        let plan = plan(100_000.0, 0.001, 86_400);
        for second in 0..86_400 {
            let rate = rate(&plan, second * STEP_US).unwrap();
            assert!((0.001..=100_000.0).contains(&rate), "{rate} after {second} s");
        }
    }

    #[test]
    fn the_other_limits_change_when_a_ramp_begins() {
        let plan = plan(10.0, 50.0, 4);
        let PlanStep::Ramp { limits, next_us } = plan.step_at(BEGIN_US) else { panic!() };
        assert_eq!((limits.occupancy_cap, next_us), (20, BEGIN_US + STEP_US));
    }

    #[test]
    fn a_change_at_a_time_waits_for_it_and_is_made_at_once() {
        let plan = plan(10.0, 50.0, 0);
        assert_eq!(plan.step_at(BEGIN_US - 1), PlanStep::Wait { until_us: BEGIN_US });
        assert_eq!(plan.step_at(BEGIN_US), PlanStep::Done);
    }
}
