//! How long commands wait and batches take, for the history of their drop.

use crate::{
    app::App,
    pulse::{CommandsAtHand, CommitTimes},
    server_clock::ServerClock,
};
use database::ordering::order_batch::{BatchRecord, RecordContent};
use shared::messages::PlaceOrder;
use std::time::Duration;

/// Times the commands that were read together.
pub(super) struct Timing {
    clock: ServerClock,
    /// `None` if no record is a command.
    at_hand: Option<CommandsAtHand>,
}

impl Timing {
    /// Begins with what was read of a partition; its commands are those of one drop.
    pub(super) fn begin(app: &App, records: &[BatchRecord]) -> Self {
        let first = first_command(records);
        let at_hand = first.map(|command| app.pulse.of_commands(command.drop_id));
        Self { clock: app.clock.clone(), at_hand }
    }

    /// Notes that these are left, and wait for their turn.
    pub(super) fn left(&self, records: &[BatchRecord]) {
        if let (Some(at_hand), Some(first)) = (&self.at_hand, first_command(records)) {
            at_hand.first_is(first.admitted_at_us);
        }
    }

    /// Notes that these were committed in one batch, which took so long.
    pub(super) fn committed(&self, records: &[BatchRecord], took: Duration) {
        if let (Some(at_hand), Some(first)) = (&self.at_hand, first_command(records)) {
            let waited_us = self.clock.now().as_microsecond().saturating_sub(first.admitted_at_us);
            let waited = Duration::from_micros(u64::try_from(waited_us).unwrap_or_default());
            at_hand.committed(CommitTimes { took, waited });
        }
    }
}

fn first_command(records: &[BatchRecord]) -> Option<&PlaceOrder> {
    records.iter().find_map(|record| match &record.content {
        RecordContent::Command(command) => Some(command),
        RecordContent::Dead { .. } => None,
    })
}
