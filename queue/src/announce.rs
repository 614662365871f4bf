//! Telling the room events anew who waits, for a log that has lost its beginning.

use crate::{Queue, QueueError, keys::LANES, script::LineScript};
use shared::{ids::DropId, tickets::Epoch};

static ANNOUNCE: LineScript = LineScript::open("announce", include_str!("../lua/announce.lua"));

/// Tickets of one event.
const CHUNK: u32 = 256;

impl Queue {
    /// Tells of everybody who waits that they stand where they stand, as if they had come back.
    /// Those who join meanwhile may be told twice.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn announce(&self, drop_id: DropId, epoch: Epoch) -> Result<(), QueueError> {
        for lane in LANES {
            let mut after = Some("0".to_owned());
            while let Some(score) = after {
                let args = [epoch.to_string(), lane.0.to_string(), score, CHUNK.to_string()];
                after = self.run(&ANNOUNCE, drop_id, args).await?;
            }
        }
        Ok(())
    }
}
