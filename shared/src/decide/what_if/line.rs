//! Who has come, and how long each waited.

use super::plan::WhatIfPlan;
use std::collections::VecDeque;

/// The people who come, those who wait, and the waits of those who do not any more.
#[derive(Clone, Debug)]
pub(super) struct Line {
    people: u32,
    at_opening: u32,
    over_us: f64,
    joined: u32,
    waiting: u32,
    /// Those who wait, by when they came: the first first.
    groups: VecDeque<Group>,
    /// How long those who were let in had waited, microseconds, in the order of their turns.
    waits: Vec<(u64, u32)>,
}

/// People who came in the same tick.
#[derive(Clone, Copy, Debug)]
struct Group {
    came_us: u64,
    people: u32,
}

impl Line {
    pub(super) fn of(plan: &WhatIfPlan) -> Self {
        let percent = u64::from(plan.at_opening_percent.min(100));
        let at_opening = u64::from(plan.people) * percent / 100;
        Self {
            people: plan.people,
            at_opening: at_opening as u32,
            over_us: f64::from(plan.over_s) * 1e6,
            joined: 0,
            waiting: 0,
            groups: VecDeque::new(),
            waits: Vec::new(),
        }
    }

    /// Has those join who have come by now.
    pub(super) fn arrive(&mut self, now_us: u64) {
        let later = f64::from(self.people - self.at_opening);
        let share = if self.over_us > 0.0 { (now_us as f64 / self.over_us).min(1.0) } else { 1.0 };
        let come = self.at_opening + (later * share).floor() as u32;
        let people = come - self.joined;
        if people > 0 {
            self.groups.push_back(Group { came_us: now_us, people });
            self.joined += people;
            self.waiting += people;
        }
    }

    /// Takes so many out of the line, who came first; no more than wait.
    pub(super) fn let_in(&mut self, people: u32, now_us: u64) {
        let mut left = people.min(self.waiting);
        self.waiting -= left;
        while left > 0
            && let Some(group) = self.groups.front_mut()
        {
            let n_taken = left.min(group.people);
            self.waits.push((now_us - group.came_us, n_taken));
            group.people -= n_taken;
            left -= n_taken;
            if group.people == 0 {
                self.groups.pop_front();
            }
        }
    }

    pub(super) const fn joined(&self) -> u32 {
        self.joined
    }

    pub(super) const fn waiting(&self) -> u32 {
        self.waiting
    }

    /// Whether nobody else comes.
    pub(super) const fn has_all(&self) -> bool {
        self.joined == self.people
    }

    /// Returns the waits that so many percent of those let in did not exceed, seconds; none where nobody
    /// was let in.
    pub(super) fn percentiles<const N: usize>(mut self, percents: [u64; N]) -> [Option<u32>; N] {
        self.waits.sort_unstable();
        let people: u64 = self.waits.iter().map(|(_, people)| u64::from(*people)).sum();
        percents.map(|percent| {
            let rank = (people * percent).div_ceil(100);
            let mut n_so_far = 0;
            let reached = self.waits.iter().find(|(_, people)| {
                n_so_far += u64::from(*people);
                n_so_far >= rank
            });
            reached.map(|(wait_us, _)| wait_us.div_ceil(1_000_000) as u32)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::what_if::plan::PLAN;

    const SECOND_US: u64 = 1_000_000;

    #[test]
    fn some_are_there_at_the_opening_and_the_others_come_evenly() {
        let plan = WhatIfPlan { people: 100, at_opening_percent: 20, over_s: 40, ..PLAN };
        let mut line = Line::of(&plan);
        let joined = [0, 10, 20, 40, 90].map(|second| {
            line.arrive(second * SECOND_US);
            line.joined()
        });
        assert_eq!(joined, [20, 40, 60, 100, 100]);
        assert!(line.has_all());
        let mut at_once = Line::of(&WhatIfPlan { over_s: 0, ..plan });
        at_once.arrive(0);
        assert_eq!(at_once.waiting(), 100);
    }

    #[test]
    fn who_came_first_is_let_in_first_and_each_wait_counts() {
        let mut line =
            Line::of(&WhatIfPlan { people: 10, at_opening_percent: 50, over_s: 10, ..PLAN });
        line.arrive(0);
        line.arrive(10 * SECOND_US);
        line.let_in(6, 11 * SECOND_US);
        line.let_in(100, 30 * SECOND_US);
        assert_eq!(line.waiting(), 0);
        assert_eq!(line.percentiles([1, 50, 60, 90]), [Some(1), Some(11), Some(11), Some(20)]);
        assert_eq!(Line::of(&PLAN).percentiles([50]), [None]);
    }
}
