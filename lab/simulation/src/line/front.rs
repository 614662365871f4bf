//! What the model knows of the front of its lines.

use shared::{
    ids::{TicketId, VariantId},
    line::Lane,
};
use std::collections::BTreeMap;

/// What is known of the front of a line, and who was seen there.
#[derive(Clone, Debug, Default)]
pub struct ModelFront {
    /// When each ticket was seen last, in microseconds.
    pub here: BTreeMap<TicketId, i64>,
    /// When somebody said last that they watch.
    pub watched_us: Option<i64>,
    /// Since when somebody watches without a silence.
    pub since_us: Option<i64>,
    /// How far the front of each line reaches.
    pub lines: BTreeMap<(Lane, VariantId), FrontBound>,
}

/// How far the front of a line reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrontBound {
    /// The last score within it; 0 if nobody was there.
    pub reach: u64,
    /// When that was.
    pub at_us: i64,
    /// Whoever stands up to this score was within it at the look before, too.
    pub sure: u64,
}

impl ModelFront {
    /// Notes when somebody was seen.
    pub(super) fn see(&mut self, ticket_id: TicketId, seen_us: i64) {
        let before = self.here.get(&ticket_id).copied().unwrap_or(i64::MIN);
        self.here.insert(ticket_id, before.max(seen_us));
    }

    /// Notes how far a front reaches, unless that was noted a moment ago. Returns who stood there for
    /// a while.
    pub(super) fn note(
        &mut self,
        line: (Lane, VariantId),
        now_us: i64,
        settles_us: i64,
        reach: u64,
    ) -> u64 {
        let before = self.lines.get(&line).copied();
        if let Some(before) = before.filter(|before| now_us - before.at_us < settles_us) {
            return before.sure;
        }
        let sure = before.map_or(0, |before| before.reach).min(reach);
        self.lines.insert(line, FrontBound { reach, at_us: now_us, sure });
        sure
    }
}
