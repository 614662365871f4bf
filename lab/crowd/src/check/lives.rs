//! One ticket's way through the line.

use shared::{
    drops::CloseReason,
    ids::ShopperId,
    tickets::{Epoch, Lane, Score},
};

/// Where a ticket stands in line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In line.
    Waiting,
    /// Let in.
    Admitted,
    /// Went away.
    Left,
    /// Told the end.
    Closed(CloseReason),
}

/// Half-open spans of microseconds.
pub(super) type Spans = Vec<(i64, i64)>;

/// A ticket's way through the line.
#[derive(Debug, Clone)]
pub struct Life {
    /// Whose it is.
    pub shopper_id: ShopperId,
    /// Its lane.
    pub lane: Lane,
    /// Its place in the order of the lane.
    pub score: Score,
    /// What it wants.
    pub units: u32,
    /// Where it went when, microseconds of Redis time; the first one is the join.
    pub changes: Vec<(i64, Standing)>,
    /// Its join was lost with a store: the log met it first when its browser brought it back.
    pub was_lost: bool,
    pub(super) admitted_in: Option<Epoch>,
}

impl Life {
    /// Where it stands at the end of the log.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.changes.last().map_or(Standing::Waiting, |(_, standing)| *standing)
    }

    /// When it was last let in.
    #[must_use]
    pub fn admitted_at_us(&self) -> Option<i64> {
        let admitted = self.changes.iter().rev();
        admitted.filter(|(_, to)| *to == Standing::Admitted).map(|(at_us, _)| *at_us).next()
    }

    /// When it was live: from the join or return to its end, half-open.
    pub(super) fn live_spans(&self, order_ended_us: Option<i64>) -> Spans {
        let mut spans = Spans::new();
        for (n, (at_us, standing)) in self.changes.iter().enumerate() {
            let until = self.changes.get(n + 1).map(|(at_us, _)| *at_us);
            match standing {
                Standing::Waiting => spans.push((*at_us, until.unwrap_or(i64::MAX))),
                Standing::Admitted => {
                    spans.push((*at_us, until.or(order_ended_us).unwrap_or(i64::MAX)));
                }
                Standing::Left | Standing::Closed(_) => {}
            }
        }
        spans
    }
}
