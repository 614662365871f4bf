//! What the loops of all drops share.

use super::feed::Feed;
use crate::app::App;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Rooms that are built, or whose logs are opened, at one time. After a loss of Redis all are: they
/// come back in turn, and one that fails goes to the end of the queue.
const AT_ONE_TIME: usize = 16;

/// What the loops of all drops share; a clone is cheap.
#[derive(Clone)]
pub(super) struct RoomLogs {
    pub(super) app: App,
    pub(super) feed: Feed,
    /// Given out in the order in which they are asked for.
    pub(super) turns: Arc<Semaphore>,
    /// For reading all orders of a drop: one at a time, so that most of the role's few connections
    /// are left for all else.
    pub(super) long_reads: Arc<Semaphore>,
}

impl RoomLogs {
    pub(super) fn new(app: &App, feed: &Feed) -> Self {
        Self {
            app: app.clone(),
            feed: feed.clone(),
            turns: Arc::new(Semaphore::new(AT_ONE_TIME)),
            long_reads: Arc::new(Semaphore::new(1)),
        }
    }
}
