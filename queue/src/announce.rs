//! Repeating who waits as room events, for a log that has lost its beginning.

use crate::{Queue, QueueError, keys::LANES, script::LineScript};
use shared::{ids::DropId, line::Epoch};

static ANNOUNCE: LineScript = LineScript::open("announce", include_str!("../lua/announce.lua"));

/// Tickets of one event.
const CHUNK: u32 = 256;

impl Queue {
    /// Announces everybody who waits, at their own score, as if they had just come back. Those who
    /// join meanwhile may be announced twice.
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
