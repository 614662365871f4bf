//! Who waits, and what happens next: the same for both sides.

use rand::{Rng as _, SeedableRng as _, rngs::SmallRng};
use shared::{
    ids::{TicketId, VariantId},
    line::{Epoch, Lane, Score, TicketScore},
};

/// For so many positions, one person leaves and one is let in.
const ASKED_PER_CHANGE: usize = 100;

/// Everybody who joined, by queue number; number 0 is nobody's.
pub(super) struct People {
    pub(super) variant_id: VariantId,
    ids: Vec<TicketId>,
    waits: Vec<bool>,
    /// Nobody with a lower number waits.
    front: usize,
    random: SmallRng,
}

/// What happens at once, and who is asked about afterwards.
#[derive(Default)]
pub(super) struct LineStep {
    pub(super) left: Vec<TicketScore>,
    pub(super) admitted: Vec<TicketScore>,
    pub(super) asked: Vec<TicketScore>,
}

impl People {
    /// So many people, all of whom wait.
    pub(super) fn new(n_people: u64) -> Self {
        let mut waits = vec![true; n_people as usize + 1];
        waits[0] = false;
        Self {
            variant_id: VariantId::generate(),
            ids: waits.iter().map(|_| TicketId::generate()).collect(),
            waits,
            front: 1,
            random: SmallRng::seed_from_u64(7),
        }
    }

    /// Everybody who joined.
    pub(super) fn all(&self) -> impl Iterator<Item = TicketScore> {
        (1..self.ids.len()).map(|number| self.ticket(number))
    }

    /// Lets so many of a hundred leave, wherever they stand.
    pub(super) fn abandonment(&mut self, percent: u64) -> [LineStep; 1] {
        let leaving = (1..self.ids.len()).filter(|_| self.random.random_range(0..100) < percent);
        let leaving: Vec<usize> = leaving.collect();
        [LineStep { left: self.remove(&leaving), ..LineStep::default() }]
    }

    /// Lets some leave and some be let in; then so many are asked about.
    pub(super) fn step(&mut self, n_asked: usize) -> LineStep {
        let n_changed = n_asked / ASKED_PER_CHANGE;
        let mut left = Vec::with_capacity(n_changed);
        for _ in 0..n_changed {
            let number = self.anybody();
            left.extend(self.remove(&[number]));
        }
        let mut admitted = Vec::with_capacity(n_changed);
        for _ in 0..n_changed {
            while !self.waits[self.front] {
                self.front += 1;
            }
            admitted.extend(self.remove(&[self.front]));
        }
        let asked = (0..n_asked).map(|_| self.anybody()).collect::<Vec<_>>();
        let asked = asked.into_iter().map(|number| self.ticket(number)).collect();
        LineStep { left, admitted, asked }
    }

    /// The number of somebody who waits.
    fn anybody(&mut self) -> usize {
        loop {
            let number = self.random.random_range(self.front..self.waits.len());
            if self.waits[number] {
                return number;
            }
        }
    }

    fn remove(&mut self, numbers: &[usize]) -> Vec<TicketScore> {
        for number in numbers {
            self.waits[*number] = false;
        }
        numbers.iter().map(|number| self.ticket(*number)).collect()
    }

    fn ticket(&self, number: usize) -> TicketScore {
        let score = Score::new(Epoch(1), number as u64);
        TicketScore { ticket_id: self.ids[number], lane: Lane(0), score }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn nobody_goes_twice_and_only_those_who_wait_are_asked_about() {
        let mut people = People::new(2_000);
        let mut waiting: BTreeSet<Score> = people.all().map(|ticket| ticket.score).collect();
        let [first] = people.abandonment(30);
        let steps = std::iter::once(first).chain((0..5).map(|_| people.step(500)));
        for LineStep { left, admitted, asked } in steps.collect::<Vec<_>>() {
            assert!(left.iter().all(|ticket| waiting.remove(&ticket.score)));
            for ticket in admitted {
                assert_eq!(waiting.pop_first(), Some(ticket.score));
            }
            assert!(asked.iter().all(|ticket| waiting.contains(&ticket.score)));
        }
        assert!((1_250..1_500).contains(&waiting.len()), "{}", waiting.len());
    }
}
