//! Waiting for the events of many rooms.
//!
//! | module | holds |
//! |---|---|
//! | `blocking` | all rooms on one server: one read that waits |
//! | `slots` | rooms in the slots of a cluster: read when a message says so |
//! | `news` | what those messages say |

mod blocking;
mod news;
mod slots;

use crate::{EventBatch, Queue, QueueError, servers::Servers};
use blocking::BlockingReader;
use shared::{ids::DropId, line::EventPoint};
use slots::SlotReader;
use std::{sync::Arc, time::Duration};

/// Reads the events of many rooms as they happen.
pub struct EventReader(Kind);

enum Kind {
    Blocking(Box<BlockingReader>),
    Slots(SlotReader),
}

impl Queue {
    /// Creates a reader. It connects at its first read, and again whenever the connection breaks.
    #[must_use]
    pub fn event_reader(&self) -> EventReader {
        EventReader(match &self.servers {
            Servers::Cluster(nodes, _) => {
                Kind::Slots(SlotReader::new(Arc::clone(nodes), self.timeout))
            }
            servers => {
                let reader = BlockingReader::new(servers.clone(), self.timeout);
                Kind::Blocking(Box::new(reader))
            }
        })
    }
}

impl EventReader {
    /// Waits up to `block` for events behind the given points. Returns up to `count` per room, as
    /// far as they can be read, and only rooms that have any. In a cluster, a room whose node is away
    /// is left out.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn read(
        &mut self,
        rooms: &[(DropId, EventPoint)],
        block: Duration,
        count: u32,
    ) -> Result<Vec<(DropId, EventBatch)>, QueueError> {
        if rooms.is_empty() {
            return Ok(Vec::new());
        }
        match &mut self.0 {
            Kind::Blocking(reader) => reader.read(rooms, block, count).await,
            Kind::Slots(reader) => reader.read(rooms, block, count).await,
        }
    }
}

impl std::fmt::Debug for EventReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventReader").finish_non_exhaustive()
    }
}
