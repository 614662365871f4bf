//! Who is there near the front.

use crate::{Queue, QueueError, args::Args, script::LineScript};
use shared::{
    ids::DropId,
    line::{Epoch, PresenceMark},
};

static HERE: LineScript = LineScript::open(
    "here",
    concat!(include_str!("../lua/presence.lua"), include_str!("../lua/here.lua")),
);

/// Tickets of one call: few enough that nobody else has to wait long.
const CHUNK: usize = 500;

impl Queue {
    /// Marks tickets as seen, and says that the front of this room is watched; without any marks, that
    /// nobody is there. Nothing happens in a room where nobody is missed. Returns when it was, in
    /// microseconds of Redis time.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn here(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        marks: &[PresenceMark],
    ) -> Result<i64, QueueError> {
        // Not before the last of them are marked does it count as watched.
        let (before, last) = marks.split_at(marks.len().saturating_sub(1) / CHUNK * CHUNK);
        for chunk in before.chunks(CHUNK) {
            self.run::<i64>(&HERE, drop_id, epoch, &arguments(chunk, false)).await?;
        }
        self.run(&HERE, drop_id, epoch, &arguments(last, true)).await
    }
}

fn arguments(marks: &[PresenceMark], last: bool) -> Args {
    let mut args = Args::none().text(u8::from(last));
    for mark in marks {
        args.push(*mark.ticket_id.as_bytes());
        args.push_text(mark.ahead.as_micros());
    }
    args
}
