//! Keeping the stream of room events short.

use crate::{Queue, QueueError, args::Args, script::LineScript};
use shared::{ids::DropId, line::EventPoint};

static TRIM: LineScript = LineScript::unguarded("trim events", include_str!("../lua/trim.lua"));

/// Events kept of those that the log has, at most: more than happen between two reads.
const EVENTS_KEPT: u64 = 10_000;

/// What they may take, in bytes: a full join is 18 kB.
const BYTES_KEPT: u64 = 8 << 20;

impl Queue {
    /// Deletes events that the log has, up to and including `through`, but for the latest 10 000
    /// or 8 MiB of them, whichever is less. Returns how many it deleted.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn trim_events(
        &self,
        drop_id: DropId,
        through: EventPoint,
    ) -> Result<u64, QueueError> {
        let args = Args::none().text(through.evn).text(EVENTS_KEPT).text(BYTES_KEPT);
        self.run(&TRIM, drop_id, through.epoch, &args).await
    }
}
