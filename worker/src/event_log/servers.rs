//! One look at the servers for the rooms of all loops: a Redis that was restarted, replaced or wiped
//! has to be noticed soon, also where nothing happens and no room is asked.

use super::feed::Feed;
use queue::{Queue, ServersMark};
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Pause between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Pause after a look that failed.
const PAUSE: Duration = Duration::from_secs(5);

/// Looks until told to stop. While the servers cannot be seen, each room is looked at.
pub(super) async fn watch(queue: &Queue, feed: &Feed, stop: CancellationToken) {
    let mut known = None;
    while !stop.is_cancelled() {
        let seen = look(queue).await;
        if may_lack_rooms(known.as_ref(), seen.as_ref()) {
            feed.note_reconnect();
        }
        let pause = if seen.is_some() { LOOK_EVERY } else { PAUSE };
        known = seen;
        stop.run_until_cancelled(sleep(pause)).await;
    }
}

async fn look(queue: &Queue) -> Option<ServersMark> {
    let seen = queue.servers_mark().await;
    seen.inspect_err(|error| tracing::debug!(%error, "could not look at the servers of Redis")).ok()
}

/// What was not seen, before or now, may be another server.
fn may_lack_rooms(known: Option<&ServersMark>, seen: Option<&ServersMark>) -> bool {
    let (Some(known), Some(seen)) = (known, seen) else { return true };
    seen.may_lack_rooms_of(known)
}
