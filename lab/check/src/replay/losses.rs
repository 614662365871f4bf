//! The stretches of history that a fault of Redis may have taken before they were logged.

use shared::{
    line::{Epoch, RoomEvent},
    messages::QueueEventV1,
};

use crate::{chain::LoggedEvents, faults::Fault};

/// What faults of Redis may have taken from one log.
#[derive(Debug, Default)]
pub(crate) struct Losses(Vec<Loss>);

/// From the last event that was logged to the first of the line that was built next. Only what
/// happened behind that event can be missing.
#[derive(Debug)]
struct Loss {
    /// The epoch of the last event.
    last: Epoch,
    /// The epoch that was begun; those between, if any, have no event in the log.
    begun: Epoch,
    /// When the last event happened.
    from_us: i64,
}

impl Losses {
    /// Finds where a new line was built and Redis had been broken since the event before.
    pub(crate) fn of(events: &LoggedEvents<'_>, faults: &[Fault]) -> Self {
        let (mut losses, mut last) = (Vec::new(), None::<&QueueEventV1>);
        for record in events.values().copied() {
            if let (RoomEvent::Begun { .. }, Some(last)) = (&record.event, last) {
                let (from_us, until_us) = (last.at_us, record.at_us);
                let is_cause =
                    |fault: &Fault| fault.is_of_redis() && fault.overlaps(from_us, until_us);
                if faults.iter().any(is_cause) {
                    losses.push(Loss { last: last.epoch, begun: record.epoch, from_us });
                }
            }
            last = Some(record);
        }
        Self(losses)
    }

    /// Whether what happened in this epoch at this time may be missing from the log.
    pub(crate) fn may_miss(&self, epoch: Epoch, at_us: i64) -> bool {
        let mut losses = self.0.iter();
        losses.any(|loss| (loss.last..loss.begun).contains(&epoch) && at_us >= loss.from_us)
    }

    /// Whether this epoch was begun because of a loss.
    pub(crate) fn led_to(&self, begun: Epoch) -> bool {
        self.0.iter().any(|loss| loss.begun == begun)
    }
}
