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
        if let Some(lines) = self.lines_in(drop_id, "ep").await? {
            self.known_lines.keep(drop_id, &lines);
            return Ok(lines);
        }
        self.known_lines.forget(drop_id);
        Ok(self.lines_in(drop_id, "cfg").await?.unwrap_or_default())
    }

    async fn lines_in(
        &self,
        drop_id: DropId,
        key: &str,
    ) -> Result<Option<Arc<RoomLines>>, QueueError> {
        let mut command = redis::cmd("HGET");
        command.arg(DropKeys::new(drop_id).named(key)).arg("variants");
        let packed: Option<Vec<u8>> = self.command(LOOK_UP.0, &command).await?;
        packed.map(|packed| Ok(Arc::new(RoomLines::unpacked(LOOK_UP, &packed)?))).transpose()
    }
}
