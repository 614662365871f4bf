//! Hints tell at once what happened to tickets past waiting. A lost one costs seconds, never an
//! answer: the fan-out asks Redis anyway, and at once after the subscription was renewed.

use super::Hubs;
use queue::{HintMessage, Queue};
use std::{sync::Arc, time::Instant};
use tokio_util::sync::CancellationToken;

/// Hands hints to the hubs until the soft stop.
pub(crate) async fn run(hubs: Arc<Hubs>, queue: Queue, soft: CancellationToken) {
    let mut hints = queue.hints();
    while let Some(message) = soft.run_until_cancelled(hints.next()).await {
        match message {
            HintMessage::Hint { drop_id, ticket_id, hint } => {
                if let Some(hub) = hubs.known(drop_id) {
                    hub.hint(ticket_id, hint, Instant::now());
                }
            }
            HintMessage::Subscribed => {
                hubs.all().iter().for_each(|hub| hub.ask_all(Instant::now()));
            }
        }
    }
}
