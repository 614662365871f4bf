//! A room: its settings, its header and how many tickets are where.

use super::{Configured, Epoch, Lane, LaneShare, Presence, Score};
use crate::{
    drops::{CloseReason, DropMode},
    ids::{SellerId, VariantId},
    text_enum,
};

/// What is known of a room without looking at its tickets.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomHeader {
    /// Generation of the room's state.
    pub epoch: Epoch,
    /// Number of its last event.
    pub evn: u64,
    /// Whether it can be used.
    pub state: RoomState,
    /// Whether it was built on this run of the server; if not, it must be rebuilt.
    pub trusted: bool,
    /// Limits, mode and times.
    pub config: RoomConfig,
    /// What is left, one for each variant whose stock the line knows; none in a room without stock.
    pub units: Vec<VariantUnits>,
    /// Tickets admitted and not finished.
    pub occupied: u32,
    /// Until when only earlier tickets may come back, in microseconds of Redis time; 0 for no
    /// grace.
    pub grace_until_us: i64,
    /// Redis time, in microseconds.
    pub now_us: i64,
}

/// What is left of a variant, as the line knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariantUnits {
    /// The variant that is sold.
    pub variant_id: VariantId,
    /// Units that nobody has: the next in line get them.
    pub left: u32,
    /// Units of those who were let in and have not paid; they may come back.
    pub held: u32,
}

/// Whether a room can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomState {
    /// Everything but the steps of a rebuild works.
    Open,
    /// Only the steps of a rebuild work.
    Rebuilding,
}

/// Limits, mode and times of a room.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomConfig {
    /// What the room may do.
    pub mode: DropMode,
    /// When maintenance is said to end, in microseconds since 1970; told, and nothing more.
    pub mode_until_us: Option<i64>,
    /// Admissions per second; fractions are allowed.
    pub admission_rate_per_second: f64,
    /// Admitted and unfinished tickets, at most.
    pub occupancy_cap: u32,
    /// Waiting tickets, at most.
    pub capacity: u32,
    /// When joins begin, in microseconds since 1970.
    pub opens_at_us: i64,
    /// When joins and admissions end, in microseconds since 1970; `None` for no end.
    pub closes_at_us: Option<i64>,
    /// Units of one ticket, at most.
    pub max_units_per_ticket: u32,
    /// Whether each ticket takes as many, since its shopper chooses once they are held. It takes fewer
    /// once fewer are all that is left.
    pub takes_most: bool,
    /// What can be bought.
    pub variants: Vec<VariantId>,
    /// Whether units are what is waited for. A room without stock lets in by rate and occupancy
    /// alone, and never runs out.
    pub has_stock: bool,
    /// The lanes beside the normal one, by number; the normal one has the rest of the admissions.
    pub lanes: Vec<LaneShare>,
    /// Whose numbers may come in, where that is counted by hand; `None` for a room that goes by its
    /// rate.
    pub manual: Option<ServedNumbers>,
    /// The seller whose members alone may join; `None` for anybody.
    pub members_of: Option<SellerId>,
    /// Whether only those may join who have a lane grant.
    pub invite_only: bool,
    /// How it is told who is absent near the front; `None` where nobody is missed.
    pub presence: Option<Presence>,
    /// The seller's or an operator's message to those who wait, as it is kept; see
    /// [`DropMessage`](crate::drop_message::DropMessage).
    pub message: Option<String>,
    /// Why the line ended, once it has.
    pub ended: Option<CloseReason>,
    /// `limits_version` of the drop's row; an older one never replaces a newer one.
    pub version: i64,
}

impl RoomConfig {
    /// Returns what shoppers and replicas are told; when it changes, that is a room event.
    #[must_use]
    pub fn told(&self) -> Configured {
        Configured {
            mode: self.mode,
            mode_until_us: self.mode_until_us,
            admission_rate_micro: (self.admission_rate_per_second * 1e6).round() as u64,
            occupancy_cap: self.occupancy_cap,
            message: self.message.clone(),
        }
    }

    /// Returns whether the room has this lane.
    #[must_use]
    pub fn has_lane(&self, lane: Lane) -> bool {
        lane == Lane::NORMAL || self.lanes.iter().any(|share| share.lane == lane)
    }
}

/// Which queue numbers may come in, in a room whose seller counts people in by hand. Numbers go on
/// there from one epoch to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServedNumbers {
    /// The last number that was given before the line was last reset: whoever has it, or a lower one,
    /// is not let in any more.
    pub after: u64,
    /// The last number that may come in. It may be one that nobody has yet.
    pub up_to: u64,
}

impl ServedNumbers {
    /// Works out which numbers may come in. `counter` is how many may since the reset; one below 0
    /// lets in nobody.
    #[must_use]
    pub fn new(reset_number: u64, counter: i64) -> Self {
        let up_to = reset_number.saturating_add_signed(counter).min(Score::MAX_NUMBER);
        Self { after: reset_number, up_to }
    }

    /// Whether the ticket with this score may come in.
    #[must_use]
    pub const fn includes(self, score: Score) -> bool {
        let number = score.number();
        self.after < number && number <= self.up_to
    }
}

/// What a new configuration did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigChange {
    /// When, in microseconds of Redis time.
    pub at_us: i64,
    /// Number of the room's last event.
    pub evn: u64,
    /// Whether the given version was stored; `false` if a newer one was there.
    pub applied: bool,
    /// Whether mode, its end, rate, cap or message changed, which is an event.
    pub changed: bool,
}

/// How many tickets are where, at one instant.
///
/// QUEUE-2: joined = waiting + missed + occupied + left + closed + ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoomCounts {
    /// Number of the room's last event.
    pub evn: u64,
    /// In line.
    pub waiting: u64,
    /// Absent near the front.
    pub missed: u64,
    /// Let in, without a row in Postgres. Also part of `occupied`.
    pub in_flight: u64,
    /// Admitted and not finished.
    pub occupied: u64,
    /// All tickets that the room knows of.
    pub joined: u64,
    /// Left by their shoppers.
    pub left: u64,
    /// Closed before their turn.
    pub closed: u64,
    /// Past an order that is over.
    pub ordered: u64,
}

text_enum! {
    /// How a room differs from the one the caller knows; the words of `queue/lua/guard.lua`.
    EpochProblem {
        /// There is no room.
        Missing = "missing",
        /// It has another epoch; for the begin of a new one, an epoch that is not lower.
        Stale = "stale",
        /// It was built on another run of the server.
        OtherServer = "other_server",
        /// It is being rebuilt.
        Rebuilding = "rebuilding",
        /// It is open, and the call is a step of a rebuild.
        Open = "open",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_served_from_behind_the_reset_up_to_the_counter() {
        let includes = |reset_number, counter, number| {
            ServedNumbers::new(reset_number, counter).includes(Score::new(Epoch(3), number))
        };
        assert!(includes(0, 2, 1) && includes(0, 2, 2) && !includes(0, 2, 3));
        assert!(!includes(10, 2, 10) && includes(10, 2, 11) && !includes(10, 2, 13));
        for taken_back in [0, -1, -5, i64::MIN] {
            assert!(!includes(10, taken_back, 11) && !includes(10, taken_back, 6), "{taken_back}");
        }
        assert_eq!(ServedNumbers::new(10, i64::MAX).up_to, Score::MAX_NUMBER);
    }
}
