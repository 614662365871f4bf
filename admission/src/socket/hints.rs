//! Hints tell at once what happened to tickets past waiting. One that is lost costs seconds, never
//! an answer: the fan-out asks Redis anyway, and at once when the subscription was made anew.

use crate::room::Rooms;
use queue::{HintMessage, Queue};
use std::{sync::Arc, time::Instant};
use tokio_util::sync::CancellationToken;

/// Hands hints to the rooms until the soft stop.
pub async fn run(rooms: Arc<Rooms>, queue: Queue, soft: CancellationToken) {
    let mut hints = queue.hints();
    loop {
        let message = tokio::select! {
            () = soft.cancelled() => return,
            message = hints.next() => message,
        };
        match message {
            HintMessage::Hint { drop_id, ticket_id, hint } => {
                if let Some(room) = rooms.known(drop_id) {
                    room.hub.hint(ticket_id, hint, Instant::now());
                }
            }
            HintMessage::Subscribed => rooms.all().iter().for_each(|room| room.hub.ask_all()),
        }
    }
}
