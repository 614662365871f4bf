//! Where a log is read from that is no longer as we know it.
//!
//! In front of a drop's own commands its log may have those of former drops. Whoever read them again
//! would find nothing new, and put aside again what was put aside before.

use super::understand::understand;
use crate::{
    app::App,
    kafka_log::{KafkaLogError, KnownLog},
};
use broker::RangeReader;
use database::{line::epochs, ordering::order_batch::RecordContent};
use shared::ids::DropId;
use std::ops::Range;

/// Where to read such a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LogStart {
    /// The first offset.
    pub(super) offset: i64,
    /// How many records of the drop are gone that nobody has read.
    pub(super) n_gone: i64,
}

impl LogStart {
    /// Finds it for the log of a drop, or of none that is being sold.
    pub(super) async fn find(
        app: &App,
        drop_id: Option<DropId>,
        log: &KnownLog,
    ) -> Result<Self, KafkaLogError> {
        let own = match drop_id {
            Some(drop_id) => own_start(app, drop_id, log).await?,
            None => None,
        };
        Ok(Self::of(log.known.next_offset, &log.offsets, own))
    }

    /// Decides it by what was read, what is kept, and where the drop's own commands begin. Where that
    /// is not known, everything that is kept is read.
    fn of(next_offset: i64, kept: &Range<i64>, own: Option<i64>) -> Self {
        let unread = own.map_or(next_offset, |own| own.max(next_offset));
        Self {
            offset: own.map_or(kept.start, |own| own.max(kept.start)),
            n_gone: (kept.start - unread).max(0),
        }
    }
}

/// Returns where the drop's own commands begin; `None` if that is not known of this log.
///
/// Should it be taken for the one that it was although it is not, the commands that are passed over
/// come back when their leases are over.
async fn own_start(
    app: &App,
    drop_id: DropId,
    log: &KnownLog,
) -> Result<Option<i64>, KafkaLogError> {
    let Some(first) = epochs::first_boundary(&app.pool, drop_id).await? else { return Ok(None) };
    if first.generation != log.known.generation || first.offset > log.offsets.end {
        return Ok(None);
    }
    // In another log the drop's commands would stand there, too.
    let is_another = first.offset > log.offsets.start
        && is_command_of(app, drop_id, log.known.partition, first.offset - 1).await?;
    Ok((!is_another).then_some(first.offset))
}

/// Whether the record at `offset` is a command of this drop.
async fn is_command_of(
    app: &App,
    drop_id: DropId,
    partition: i32,
    offset: i64,
) -> Result<bool, KafkaLogError> {
    let (topic, range) = (&app.topics.order_commands, offset..offset + 1);
    let mut reader = RangeReader::open(&app.ranges, topic, partition, range).await?;
    let record = reader.next().await?.and_then(|batch| batch.into_iter().next());
    let content = record.map(|record| understand(record, &app.command_keys).content);
    Ok(matches!(content, Some(RecordContent::Command(command)) if command.drop_id == drop_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For a log that ends at 50.
    fn start(next_offset: i64, kept_from: i64, own: Option<i64>) -> (i64, i64) {
        let start = LogStart::of(next_offset, &(kept_from..50), own);
        (start.offset, start.n_gone)
    }

    #[test]
    fn what_former_drops_have_left_is_not_read_again() {
        assert_eq!(start(90, 0, Some(30)), (30, 0));
        assert_eq!(start(90, 0, None), (0, 0), "nobody knows where the drop begins");
        assert_eq!(start(90, 40, Some(30)), (40, 0), "all that is kept is its own");
    }

    #[test]
    fn commands_that_were_cut_off_before_they_were_read_are_counted() {
        assert_eq!(start(10, 40, Some(5)), (40, 30));
        assert_eq!(start(10, 40, Some(25)), (40, 15), "before, they were not the drop's");
        assert_eq!(start(10, 40, Some(45)), (45, 0), "none of them was the drop's");
        assert_eq!(start(10, 40, None), (40, 30));
    }
}
