//! Who was let in, and when, by the room's events.

use crate::sale_drops::SaleDrop;
use queue::Queue;
use shared::{
    ids::TicketId,
    line::{EventPoint, RoomEvent},
};
use std::{collections::HashMap, time::Duration};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Pause between two looks: events stay for much longer.
const PAUSE: Duration = Duration::from_millis(100);
/// Events of one look.
const CHUNK: u32 = 1_000;

/// When each ticket was let in, in microseconds of Redis time.
pub(super) type AdmittedAt = HashMap<TicketId, i64>;

/// Follows the events of one room.
pub(super) struct Admissions {
    stop: CancellationToken,
    watching: JoinHandle<anyhow::Result<AdmittedAt>>,
}

impl Admissions {
    pub(super) fn watch(queue: Queue, sale: SaleDrop) -> Self {
        let stop = CancellationToken::new();
        let watching = tokio::spawn(watch(queue, sale, stop.clone()));
        Self { stop, watching }
    }

    /// Stops, and returns everybody who was let in.
    pub(super) async fn seen(&mut self) -> anyhow::Result<AdmittedAt> {
        self.stop.cancel();
        (&mut self.watching).await?
    }
}

async fn watch(
    queue: Queue,
    sale: SaleDrop,
    stop: CancellationToken,
) -> anyhow::Result<AdmittedAt> {
    let mut after = EventPoint { epoch: sale.epoch, evn: 0 };
    let mut admitted = AdmittedAt::new();
    loop {
        // What happened until the stop is read once more.
        let is_last = stop.is_cancelled();
        let batch = queue.events_after(sale.drop_id, after, CHUNK).await?.complete()?;
        let is_empty = batch.is_empty();
        for stored in batch {
            after = stored.point;
            if let RoomEvent::Admitted { tickets } = stored.event {
                admitted.extend(tickets.iter().map(|ticket| (ticket.ticket_id, stored.at_us)));
            }
        }
        if is_last && is_empty {
            return Ok(admitted);
        }
        if is_empty {
            tokio::time::sleep(PAUSE).await;
        }
    }
}
