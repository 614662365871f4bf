//! How it went, in a bounded number of points.

use crate::text_enum;

/// Points of a course, at most; it may end with one more.
pub const MAX_POINTS: usize = 300;
/// Ticks of a second; points are whole seconds apart.
pub(super) const TICKS_PER_S: u64 = 10;

text_enum! {
    /// What bounds how many are let in.
    LineBound {
        /// The admission rate.
        Rate = "rate",
        /// The occupancy cap.
        Occupancy = "occupancy",
        /// Orders are behind: fewer are let in, or nobody.
        Commands = "commands_wait",
        /// No units are free.
        Stock = "stock",
    }
}

/// How it is at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CoursePoint {
    /// People who have joined.
    pub joined: u32,
    /// Those among them who wait.
    pub waiting: u32,
    /// Those who were let in.
    pub admitted: u32,
    /// Units held for those who have not paid, or people inside.
    pub held: u32,
    /// Units sold.
    pub sold: u32,
    /// Units that are free; `None` where units are not what is waited for.
    pub available: Option<u32>,
}

/// How a sale would go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// Seconds between two points.
    pub step_s: u32,
    /// The first is the opening.
    pub points: Vec<CoursePoint>,
    /// Whether it came to its end within the time that is looked at.
    pub is_over: bool,
    /// How long was looked, seconds after the opening.
    pub looked_s: u32,
    /// When the last unit was sold, likewise; `None` if some are left.
    pub sold_out_after_s: Option<u32>,
    /// People who were not let in.
    pub not_let_in: u32,
    /// Waits that half, and nine in ten, of those let in did not exceed, seconds.
    pub wait_p50_s: Option<u32>,
    /// See `wait_p50_s`.
    pub wait_p90_s: Option<u32>,
    /// What bounded most of the time how many were let in, while somebody waited.
    pub held_up_by: Option<LineBound>,
}

/// Points that are gathered; the longer it takes, the further apart they are.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    ticks_apart: u64,
    points: Vec<CoursePoint>,
}

impl Default for Curve {
    fn default() -> Self {
        Self { ticks_apart: TICKS_PER_S, points: Vec::with_capacity(MAX_POINTS) }
    }
}

impl Curve {
    /// Takes in how it is after a tick; they are told in their order, and each of them.
    pub(super) fn add(&mut self, tick: u64, point: CoursePoint) {
        if !tick.is_multiple_of(self.ticks_apart) {
            return;
        }
        if self.points.len() == MAX_POINTS {
            let mut is_kept = false;
            self.points.retain(|_| {
                is_kept = !is_kept;
                is_kept
            });
            self.ticks_apart *= 2;
        }
        self.points.push(point);
    }

    /// Returns the points and the seconds between two of them; what is between the last one and the end
    /// is in one more.
    pub(super) fn end(mut self, tick: u64, point: CoursePoint) -> (u32, Vec<CoursePoint>) {
        if !tick.is_multiple_of(self.ticks_apart) {
            self.points.push(point);
        }
        ((self.ticks_apart / TICKS_PER_S) as u32, self.points)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(tick: u64) -> CoursePoint {
        CoursePoint { joined: tick as u32, ..CoursePoint::default() }
    }

    fn curve(n_ticks: u64) -> (u32, Vec<u32>) {
        let mut curve = Curve::default();
        for tick in 0..=n_ticks {
            curve.add(tick, point(tick));
        }
        let (step_s, points) = curve.end(n_ticks, point(n_ticks));
        (step_s, points.iter().map(|point| point.joined).collect())
    }

    #[test]
    fn a_short_course_has_a_point_each_second_and_its_end() {
        assert_eq!(curve(25), (1, vec![0, 10, 20, 25]));
        assert_eq!(curve(30), (1, vec![0, 10, 20, 30]));
    }

    #[test]
    fn a_long_course_has_no_more_points_and_all_are_equally_far_apart() {
        for n_ticks in [2_990, 3_000, 3_005, 6_000, 50_001, 216_000] {
            let (step_s, points) = curve(n_ticks);
            assert!(points.len() <= MAX_POINTS + 1, "{n_ticks}: {}", points.len());
            let apart = u64::from(step_s) * TICKS_PER_S;
            for (n, joined) in (0..).zip(&points) {
                assert_eq!(u64::from(*joined), (n * apart).min(n_ticks), "{n_ticks}: {n}");
            }
            assert_eq!(points.last().copied().map(u64::from), Some(n_ticks));
        }
    }
}
