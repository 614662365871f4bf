//! Which part of those who are let in comes from each line of a room. Pure: no I/O, the time is passed in.
//!
//! Several lanes take turns by the shares that their drop gives them. In a lane it is what was seen
//! lately; before much was, the lines' lengths say it.

use shared::{
    ids::VariantId,
    line::{Lane, LaneShare},
};
use std::collections::BTreeMap;

/// What names a line.
pub(crate) type LineKey = (Lane, VariantId);

/// How many wait in each line.
pub(super) type LineLengths = [(LineKey, u64)];

/// Time after which an admission counts for a third of what it did.
const FADES_WITHIN_S: f64 = 300.0;
/// So many admissions weigh as much as the lines' lengths.
const BELIEVED: f64 = 20.0;

/// The lanes of a room, and admissions of late.
#[derive(Clone, Debug, Default)]
pub(super) struct LineShares {
    /// All lanes with their shares; none while there is one.
    lanes: Vec<LaneShare>,
    /// By line.
    admitted: BTreeMap<LineKey, f64>,
}

impl LineShares {
    /// Takes over the lanes that there are beside the normal one.
    pub(super) fn set_lanes(&mut self, beside: &[LaneShare]) {
        self.lanes.clear();
        if !beside.is_empty() {
            self.lanes.extend_from_slice(beside);
            let percent = LaneShare::left_of(beside);
            self.lanes.push(LaneShare { lane: Lane::NORMAL, percent });
        }
    }

    /// Notes somebody who was let in.
    pub(super) fn note(&mut self, line: LineKey) {
        *self.admitted.entry(line).or_default() += 1.0;
    }

    /// Lets time pass.
    pub(super) fn fade(&mut self, seconds: f64) {
        let kept = (-seconds.max(0.0) / FADES_WITHIN_S).exp();
        self.admitted.values_mut().for_each(|admitted| *admitted *= kept);
    }

    /// The part of a line among these, up to 1. It is 0 for a lane that moves when no other one can,
    /// while others can; and that of its lane for a line that is none of them.
    pub(super) fn of(&self, line: LineKey, among: &LineLengths) -> f64 {
        if self.lanes.is_empty() {
            return self.within(line, among);
        }
        let of_lane = among.iter().copied().filter(|((lane, _), _)| *lane == line.0);
        self.of_lane(line.0, among) * self.within(line, &of_lane.collect::<Vec<_>>())
    }

    /// The part of a lane. What others do not use, since nobody waits there, is for those who do.
    fn of_lane(&self, lane: Lane, among: &LineLengths) -> f64 {
        let has_people = |one: &&LaneShare| {
            one.lane == lane || among.iter().any(|((of, _), n)| *of == one.lane && *n > 0)
        };
        let used = self.lanes.iter().filter(has_people).map(|one| f64::from(one.percent));
        let used: f64 = used.sum();
        let own = self.lanes.iter().find(|one| one.lane == lane);
        match own {
            Some(own) if used > 0.0 => f64::from(own.percent) / used,
            _ => 1.0,
        }
    }

    /// The part of a line among these of its lane, above 0 and up to 1; 1 if it is none of them.
    fn within(&self, line: LineKey, among: &LineLengths) -> f64 {
        let Some((_, own)) = among.iter().find(|(key, _)| *key == line) else { return 1.0 };
        // Nobody may be told that they never get in.
        let length = |waiting: u64| waiting.max(1) as f64;
        let waiting: f64 = among.iter().map(|(_, waiting)| length(*waiting)).sum();
        let admitted: f64 = among.iter().map(|(key, _)| self.admitted(*key)).sum();
        let believed = BELIEVED * length(*own) / waiting;
        (self.admitted(line) + believed) / (admitted + BELIEVED)
    }

    fn admitted(&self, line: LineKey) -> f64 {
        self.admitted.get(&line).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(found: f64, wanted: f64) -> bool {
        (found - wanted).abs() < 0.01
    }

    #[test]
    fn lengths_count_until_enough_were_let_in() {
        let [long, short] = [VariantId::generate(), VariantId::generate()].map(|id| (Lane(0), id));
        let among = [(long, 300), (short, 100)];
        let mut shares = LineShares::default();
        assert!(is_near(shares.of(long, &among), 0.75) && is_near(shares.of(short, &among), 0.25));
        assert!(is_near(shares.of(long, &among[..1]), 1.0), "alone it has all");
        for _ in 0..500 {
            shares.note(long);
            shares.note(short);
        }
        assert!(is_near(shares.of(long, &among), 0.505), "whatever the lengths are");
        shares.fade(3000.0);
        assert!(is_near(shares.of(long, &among), 0.75), "that is long ago");
    }

    #[test]
    fn lanes_take_turns_by_their_shares_whatever_was_let_in_before() {
        let variant_id = VariantId::generate();
        let [normal, early, friends] = [0, 1, 2].map(|lane| (Lane(lane), variant_id));
        let mut shares = LineShares::default();
        let share = |lane, percent| LaneShare { lane: Lane(lane), percent };
        shares.set_lanes(&[share(1, 20), share(2, 0)]);
        (0..100).for_each(|_| shares.note(normal));
        let all = [(normal, 900), (early, 3), (friends, 5)];
        let of = |line| shares.of(line, &all);
        assert!(is_near(of(normal), 0.8) && is_near(of(early), 0.2));
        assert!(of(friends) < f64::EPSILON, "its turn comes when nobody else waits");
        assert!(is_near(shares.of(normal, &[(normal, 900), (early, 0)]), 1.0), "nobody is early");
        assert!(is_near(shares.of(friends, &[(normal, 0), (friends, 5)]), 1.0), "they are alone");
        shares.set_lanes(&[]);
        assert!(is_near(shares.of(normal, &[(normal, 900)]), 1.0));
    }

    #[test]
    fn a_line_that_nobody_was_let_in_from_has_a_part_too() {
        let [first, second] = [Lane(0), Lane(1)].map(|lane| (lane, VariantId::generate()));
        let mut shares = LineShares::default();
        (0..100).for_each(|_| shares.note(first));
        let among = [(first, 10), (second, 0)];
        let share = shares.of(second, &among);
        assert!(share > 0.0 && is_near(shares.of(first, &among) + share, 1.0), "{share}");
        assert!(is_near(shares.of(second, &among[..1]), 1.0), "it is none of them");
    }
}
