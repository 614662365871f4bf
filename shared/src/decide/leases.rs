//! What has to be done about a ticket in flight whose lease has run out.

use super::boundaries::Boundary;
use crate::{lifecycle::TicketState, line::LogPosition};

/// What has to be done about an expired lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseAction {
    /// Postgres has its row.
    Settle(TicketState),
    /// The processor will come to its command, or nobody can see now whether it will.
    Wait,
    /// Its command is nowhere, or was passed over.
    Produce,
}

/// How far a partition is processed, and where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogReach {
    /// The next command to be processed; `None` when no processor has begun.
    pub processed: Option<Boundary>,
    /// Behind the last command; `None` while Kafka is away.
    pub end: Option<i64>,
}

impl LeaseAction {
    /// Decides about one lease, given where its command was written and the state of its row.
    ///
    /// A row settles it whatever else is known. Nothing is produced twice just because the processor
    /// is slow, or because Kafka is away.
    #[must_use]
    pub fn of(position: Option<LogPosition>, row: Option<TicketState>, reach: LogReach) -> Self {
        if let Some(state) = row {
            return Self::Settle(state);
        }
        let Some(end) = reach.end else { return Self::Wait };
        let Some(LogPosition { generation, offset, .. }) = position else { return Self::Produce };
        let ahead = reach.processed.is_none_or(|processed| {
            processed.generation == generation && processed.offset <= offset
        });
        if ahead && offset < end { Self::Wait } else { Self::Produce }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(generation: i64, offset: i64) -> Option<LogPosition> {
        Some(LogPosition { generation, partition: 0, offset })
    }

    const fn reach(generation: i64, offset: i64, end: i64) -> LogReach {
        LogReach { processed: Some(Boundary { generation, offset }), end: Some(end) }
    }

    const UNREAD: LogReach = LogReach { processed: None, end: Some(6) };
    const AWAY: LogReach = LogReach { end: None, ..reach(1, 5, 0) };

    #[test]
    fn a_row_settles_whatever_else_is_known() {
        let state = TicketState::Reserved;
        for reach in [UNREAD, AWAY] {
            assert_eq!(LeaseAction::of(None, Some(state), reach), LeaseAction::Settle(state));
        }
    }

    #[test]
    fn a_slow_processor_is_waited_for() {
        assert_eq!(LeaseAction::of(at(1, 5), None, reach(1, 5, 6)), LeaseAction::Wait);
        assert_eq!(LeaseAction::of(at(1, 5), None, UNREAD), LeaseAction::Wait);
    }

    #[test]
    fn nothing_is_produced_while_kafka_is_away() {
        assert_eq!(LeaseAction::of(None, None, AWAY), LeaseAction::Wait);
        assert_eq!(LeaseAction::of(at(1, 3), None, AWAY), LeaseAction::Wait);
    }

    #[test]
    fn a_lost_command_is_produced_again() {
        let passed_over = LeaseAction::of(at(1, 5), None, reach(1, 6, 6));
        let log_replaced = LeaseAction::of(at(1, 5), None, reach(2, 0, 9));
        let log_cut_short = LeaseAction::of(at(1, 5), None, reach(1, 3, 4));
        let never_written = LeaseAction::of(None, None, reach(1, 5, 6));
        for action in [passed_over, log_replaced, log_cut_short, never_written] {
            assert_eq!(action, LeaseAction::Produce);
        }
    }
}
