//! Looking up which lines a room has.

use crate::{DropKeys, Queue, QueueError, lines::RoomLines, wire::Reader};
use shared::ids::DropId;
use std::sync::Arc;

const LOOK_UP: Reader = Reader("look up lines");

impl Queue {
    /// Returns the lines of a room as far as they are known, else looks them up.
    pub(crate) async fn lines(&self, drop_id: DropId) -> Result<Arc<RoomLines>, QueueError> {
        match self.known_lines.get(drop_id) {
            Some(lines) => Ok(lines),
            None => self.look_up_lines(drop_id).await,
        }
    }

    /// Looks up the lines of a room. Those of one that is half gone follow from its settings, and
    /// are not kept.
    pub(crate) async fn look_up_lines(
        &self,
        drop_id: DropId,
    ) -> Result<Arc<RoomLines>, QueueError> {
        let mut command = redis::cmd("HGET");
        command.arg(DropKeys::new(drop_id).named("ep")).arg("lines");
        let packed: Option<Vec<u8>> = self.command(LOOK_UP.0, &command).await?;
        if let Some(packed) = packed {
            let lines = Arc::new(RoomLines::unpacked(LOOK_UP, &packed)?);
            self.known_lines.keep(drop_id, &lines);
            return Ok(lines);
        }
        self.known_lines.forget(drop_id);
        self.lines_of_settings(drop_id).await
    }

    async fn lines_of_settings(&self, drop_id: DropId) -> Result<Arc<RoomLines>, QueueError> {
        let mut command = redis::cmd("HMGET");
        command.arg(DropKeys::new(drop_id).named("cfg")).arg("variants").arg("lanes");
        let (variants, lanes): (Option<Vec<u8>>, Option<String>) =
            self.command(LOOK_UP.0, &command).await?;
        let variants = LOOK_UP.ids(&variants.unwrap_or_default())?;
        let lanes = LOOK_UP.lanes(&lanes.unwrap_or_default())?;
        let lanes = lanes.iter().map(|share| share.lane).collect();
        Ok(Arc::new(RoomLines::of(variants.into_iter().collect(), lanes)))
    }
}
