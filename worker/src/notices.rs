//! Hints from Postgres that rows have changed.
//!
//! Some get lost, with a connection for instance, so a task that waits for one also looks at the
//! rows now and then.

use crate::causes::with_causes;
use database::PgPool;
use shared::shutdown::Shutdown;
use sqlx::postgres::PgListener;
use std::{sync::Arc, time::Duration};
use tokio::{sync::Notify, time::sleep};

/// Pause before listening again after a failure.
const PAUSE: Duration = Duration::from_millis(500);

/// Listens to a channel until the process stops. Notices that nobody waits for count as one.
pub(crate) fn listen(pool: &PgPool, channel: &'static str, shutdown: &Shutdown) -> Arc<Notify> {
    let notices = Arc::new(Notify::new());
    let (soft, passing_on) =
        (shutdown.soft(), pass_on(pool.clone(), channel, Arc::clone(&notices)));
    shutdown.spawn(async move {
        soft.run_until_cancelled(passing_on).await;
    });
    notices
}

async fn pass_on(pool: PgPool, channel: &'static str, notices: Arc<Notify>) {
    loop {
        if let Err(error) = pass_on_until_failure(&pool, channel, &notices).await {
            let error = with_causes(error);
            tracing::debug!(channel, error, "could not listen to {channel}; trying again");
        }
        sleep(PAUSE).await;
    }
}

async fn pass_on_until_failure(
    pool: &PgPool,
    channel: &str,
    notices: &Notify,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(channel).await?;
    loop {
        // Without a notice: the connection was lost and is there again, and notices may be missing.
        listener.try_recv().await?;
        notices.notify_one();
    }
}
