//! Writes room events to Kafka in their order, and rebuilds rooms whose Redis was lost.
//!
//! | file | holds |
//! |---|---|
//! | `line` | the loop of one drop: a usable room, then batch after batch |
//! | `room_logs` | what the loops of all drops share |
//! | `feed` | one reader of the events of all rooms |
//! | `servers` | one look at the servers for all rooms |
//! | `lookout` | when a room itself is looked at |
//! | `opening` | the log of a drop as a writer before has left it |
//! | `writer` | `ev` → `queue-events`: chained, acknowledged, cursor moved, `ev` trimmed |
//! | [`history`] | reading a drop's own chain back from the log |
//! | `rebuild` | the one procedure for a first room, a restarted and a wiped Redis |
//! | `folding` | for a rebuild: what the line begins with, by Postgres, the log and the commands |
//! | `in_flight` | for a rebuild: the commands that the processor will still meet |
//!
//! Content and order of the records follow from the events alone. Two writers at once write equal
//! records; the slower one finds the cursor moved, and readers pass over what does not continue
//! the chain.

mod error;
mod feed;
mod folding;
pub mod history;
mod in_flight;
mod line;
mod lookout;
mod opening;
mod rebuild;
mod room_logs;
mod servers;
mod writer;

pub use error::LogError;

use crate::{app::App, ownership};
use feed::Feed;
use room_logs::RoomLogs;
use shared::shutdown::Shutdown;

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    let feed = Feed::default();
    let logs = RoomLogs::new(&app, &feed);
    let keys = |app: App| async move { app.drops.now().keys().copied().collect() };
    let work = move |_: App, drop_id, stop| line::run(logs.clone(), drop_id, stop);
    let soft = shutdown.soft();
    tokio::join!(
        feed.clone().run(app.queue.event_reader(), soft.clone()),
        servers::watch(&app.queue, &feed, soft),
        ownership::run_owned(app.clone(), shutdown, "log", keys, work),
    );
}
