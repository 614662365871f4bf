//! Who stood where: positions at any point of a log, all answered in one pass over it.

use std::collections::BTreeMap;

use shared::line::{EventPoint, Score};

use crate::lives::LineName;

/// A ticket that came into line or left it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineChange {
    /// The event that did it.
    pub(crate) point: EventPoint,
    pub(crate) line: LineName,
    pub(crate) score: Score,
    /// Whether it stands in line afterwards.
    pub(crate) stands: bool,
}

/// Asks for a ticket's position just after an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RankQuestion {
    pub(crate) point: EventPoint,
    pub(crate) line: LineName,
    pub(crate) score: Score,
}

/// Answers questions in their order: people ahead in the same line + 1; `None` for a ticket that
/// did not stand in line then. The changes are those of a whole log, in its order.
pub(crate) fn ranks(changes: &[LineChange], questions: &[RankQuestion]) -> Vec<Option<u64>> {
    let mut lines = LineRanks::all(changes);
    let mut by_point: Vec<usize> = (0..questions.len()).collect();
    by_point.sort_unstable_by_key(|n| questions[*n].point);
    let mut answers = vec![None; questions.len()];
    let mut changes = changes.iter().peekable();
    for n in by_point {
        let RankQuestion { point, line, score } = questions[n];
        while let Some(change) = changes.next_if(|change| change.point <= point) {
            if let Some(ranks) = lines.get_mut(&change.line) {
                ranks.put(change.score, change.stands);
            }
        }
        answers[n] = lines.get(&line).and_then(|ranks| ranks.rank(score));
    }
    answers
}

/// One line: a Fenwick tree over all scores that ever stood in it.
#[derive(Debug)]
struct LineRanks {
    /// In order, each once.
    scores: Vec<Score>,
    stands: Vec<bool>,
    /// Entry `i` is node `i + 1` in the textbook's numbering.
    sums: Vec<u64>,
}

impl LineRanks {
    fn all(changes: &[LineChange]) -> BTreeMap<LineName, Self> {
        let mut scores: BTreeMap<LineName, Vec<Score>> = BTreeMap::new();
        for change in changes {
            scores.entry(change.line).or_default().push(change.score);
        }
        scores.into_iter().map(|(line, scores)| (line, Self::new(scores))).collect()
    }

    fn new(mut scores: Vec<Score>) -> Self {
        scores.sort_unstable();
        scores.dedup();
        Self { stands: vec![false; scores.len()], sums: vec![0; scores.len()], scores }
    }

    fn put(&mut self, score: Score, stands: bool) {
        let Ok(index) = self.scores.binary_search(&score) else { return };
        if std::mem::replace(&mut self.stands[index], stands) == stands {
            return;
        }
        let mut node = index + 1;
        while node <= self.sums.len() {
            let sum = &mut self.sums[node - 1];
            *sum = if stands { *sum + 1 } else { *sum - 1 };
            node += node & node.wrapping_neg();
        }
    }

    fn rank(&self, score: Score) -> Option<u64> {
        let index = self.scores.binary_search(&score).ok().filter(|index| self.stands[*index])?;
        let (mut node, mut ahead) = (index, 0);
        while node > 0 {
            ahead += self.sums[node - 1];
            node &= node - 1;
        }
        Some(ahead + 1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shared::{
        ids::VariantId,
        line::{Epoch, Lane},
    };
    use uuid::Uuid;

    use super::*;

    fn named(lane: u8, variant: u128) -> LineName {
        LineName { lane: Lane(lane), variant_id: VariantId::from_uuid(Uuid::from_u128(variant)) }
    }

    fn point(evn: u64) -> EventPoint {
        EventPoint { epoch: Epoch(1), evn }
    }

    fn score(number: u64) -> Score {
        Score::new(Epoch(1), number)
    }

    #[test]
    fn ranks_are_those_of_a_sorted_set_at_each_point() {
        let (mut changes, mut questions, mut expected) = (Vec::new(), Vec::new(), Vec::new());
        let mut in_line = BTreeSet::new();
        for evn in 1..500 {
            // A walk that comes back to each number, in and out.
            let score = score(evn * 7919 % 97 + 1);
            let stands = in_line.insert(score) || !in_line.remove(&score);
            changes.push(LineChange { point: point(evn), line: named(0, 1), score, stands });
            let asked = self::score(evn * 31 % 97 + 1);
            questions.push(RankQuestion { point: point(evn), line: named(0, 1), score: asked });
            let ahead = in_line.range(..asked).count() as u64;
            expected.push(in_line.contains(&asked).then_some(ahead + 1));
        }
        assert_eq!(ranks(&changes, &questions), expected);
        questions.reverse();
        expected.reverse();
        assert_eq!(ranks(&changes, &questions), expected);
    }

    #[test]
    fn lines_do_not_count_each_other() {
        let stands = |line, number| {
            let score = score(number);
            LineChange { point: point(1), line, score, stands: true }
        };
        let (first, lane, variant) = (named(0, 1), named(1, 1), named(0, 2));
        let changes = [stands(first, 1), stands(lane, 2), stands(variant, 3), stands(first, 4)];
        let of = |line, number, evn| {
            let score = score(number);
            RankQuestion { point: point(evn), line, score }
        };
        let questions = [of(first, 4, 1), of(lane, 2, 1), of(variant, 3, 1), of(variant, 4, 1)];
        assert_eq!(ranks(&changes, &questions), [Some(2), Some(1), Some(1), None]);
        assert_eq!(ranks(&changes, &[of(first, 4, 0)]), [None]);
    }
}
