//! Hints from Postgres that rows have changed.
//!
//! Some get lost, with a connection for instance, so a task that waits for one also looks at the
//! rows now and then.

use crate::causes::with_causes;
use database::PgPool;
use sqlx::postgres::{PgListener, PgNotification};
use std::time::Duration;
use tokio::{sync::mpsc::Sender, time::sleep};

/// Pause before listening again after a failure.
const PAUSE: Duration = Duration::from_millis(500);

/// What was heard on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// A row has changed, the one that the text names.
    Row(String),
    /// Nobody listened until now: any row may have changed.
    Gap,
}

/// Listens to a channel for as long as somebody takes the notices. While that one is busy, they
/// wait at the server.
pub(crate) async fn pass_on(pool: &PgPool, channel: &'static str, notices: Sender<Notice>) {
    while !notices.is_closed() {
        if let Err(error) = pass_on_until_failure(pool, channel, &notices).await {
            let error = with_causes(error);
            tracing::debug!(channel, error, "could not listen to {channel}; trying again");
            sleep(PAUSE).await;
        }
    }
}

/// Returns once nobody takes the notices any more.
async fn pass_on_until_failure(
    pool: &PgPool,
    channel: &str,
    notices: &Sender<Notice>,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(channel).await?;
    let mut heard = Notice::Gap;
    while notices.send(heard).await.is_ok() {
        // Without a notice: the connection was lost and is there again.
        let row = |notice: PgNotification| Notice::Row(notice.payload().to_owned());
        heard = listener.try_recv().await?.map_or(Notice::Gap, row);
    }
    Ok(())
}
