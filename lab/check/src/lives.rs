//! One ticket's way through the line.

use shared::{
    drops::CloseReason,
    ids::{ShopperId, VariantId},
    line::{Epoch, Lane, Score},
};

/// Where a ticket stands, as far as the line knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Waiting,
    /// Absent when it was its turn; keeps its place.
    Missed,
    Admitted,
    Left,
    Closed(CloseReason),
}

/// Those among whom a position counts: who want the same variant in the same lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LineName {
    pub(crate) lane: Lane,
    pub(crate) variant_id: VariantId,
}

/// Half-open spans of microseconds.
pub(crate) type Spans = Vec<(i64, i64)>;

/// A ticket's way through the line.
#[derive(Debug, Clone)]
pub(crate) struct TicketLife {
    pub(crate) shopper_id: ShopperId,
    pub(crate) line: LineName,
    pub(crate) score: Score,
    pub(crate) units: u32,
    /// Where it went when, in microseconds of Redis time; the first change is the join.
    pub(crate) changes: Vec<(i64, Standing)>,
    /// Its join is not in the log, which first met it when its browser brought it back or by its
    /// command.
    pub(crate) was_lost: bool,
    /// The epoch of its last admission, unless a rebuild took that back.
    pub(crate) admitted_in: Option<Epoch>,
}

impl Standing {
    /// Whether it stands in line, or keeps a place there.
    pub(crate) const fn is_in_line(self) -> bool {
        matches!(self, Self::Waiting | Self::Missed)
    }
}

impl TicketLife {
    /// Returns where it stands at the end of the log.
    pub(crate) fn standing(&self) -> Standing {
        self.changes.last().map_or(Standing::Waiting, |(_, standing)| *standing)
    }

    /// Returns when it was last admitted.
    pub(crate) fn admitted_at_us(&self) -> Option<i64> {
        let admitted = self.changes.iter().rev();
        admitted.filter(|(_, to)| *to == Standing::Admitted).map(|(at_us, _)| *at_us).next()
    }

    /// Returns when it was missed.
    pub(crate) fn missed_at_us(&self) -> impl Iterator<Item = i64> {
        let missed = self.changes.iter().filter(|(_, to)| *to == Standing::Missed);
        missed.map(|(at_us, _)| *at_us)
    }

    /// Whether it has been out of line at some time until then.
    pub(crate) fn has_left_line(&self, until_us: i64) -> bool {
        let mut changes = self.changes.iter();
        changes.any(|(at_us, to)| !to.is_in_line() && *at_us <= until_us)
    }

    /// Returns when it was live: from the join or return to its end, half-open.
    pub(crate) fn live_spans(&self, order_ended_us: Option<i64>) -> Spans {
        let mut spans = Spans::new();
        for (n, (at_us, standing)) in self.changes.iter().enumerate() {
            let until = self.changes.get(n + 1).map(|(at_us, _)| *at_us);
            match standing {
                Standing::Waiting | Standing::Missed => {
                    spans.push((*at_us, until.unwrap_or(i64::MAX)));
                }
                Standing::Admitted => {
                    spans.push((*at_us, until.or(order_ended_us).unwrap_or(i64::MAX)));
                }
                Standing::Left | Standing::Closed(_) => {}
            }
        }
        spans
    }
}
