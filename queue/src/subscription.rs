//! A pub/sub pattern, listened to for as long as it takes.
//!
//! In a cluster too this is plain pub/sub: whoever listens wants to hear of all drops, and there are no
//! patterns in sharded pub/sub. Each message goes to every node once, over the cluster's own bus; one
//! holds the hints of a whole batch, or nothing at all. What happens in a room far more often, its
//! events, goes to the node of its slot alone (see `reader`).

use crate::{Queue, QueueError, servers::Servers};
use futures_util::StreamExt;
use redis::{
    Client, Msg, RedisResult, Value,
    aio::{PubSubSink, PubSubStream},
};
use std::time::Duration;
use tokio::time::timeout;

const OPERATION: &str = "subscribe";

/// After this much silence the connection is probed.
const QUIET: Duration = Duration::from_secs(15);

/// Pause before subscribing again.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// A subscription to the channels of all drops, on a connection of its own.
pub(crate) struct PubSubLoop {
    servers: Servers,
    patience: Duration,
    pattern: &'static str,
    connection: Option<Listening>,
}

/// A connection that listens, and to whom.
struct Listening {
    client: Client,
    sink: PubSubSink,
    stream: PubSubStream,
}

/// What a subscription hears.
pub(crate) enum Heard {
    Message(Msg),
    /// Subscribed, or subscribed again: what was said before was not heard.
    Subscribed,
}

impl Queue {
    /// Prepares a subscription; it connects when it is first used.
    pub(crate) fn subscription(&self, pattern: &'static str) -> PubSubLoop {
        let servers = self.servers.clone();
        PubSubLoop { servers, patience: self.timeout, pattern, connection: None }
    }
}

impl PubSubLoop {
    /// Waits for the next message, reconnecting for as long as it takes. Cancelling it loses no
    /// message.
    pub(crate) async fn next(&mut self) -> Heard {
        loop {
            match self.listen().await {
                Ok(Some(heard)) => return heard,
                Ok(None) => {}
                Err(error) => {
                    self.servers.note_failure(&error);
                    let pattern = self.pattern;
                    tracing::warn!(%error, "lost the subscription to {pattern}; subscribing again");
                    self.connection = None;
                    tokio::time::sleep(RETRY_AFTER).await;
                }
            }
        }
    }

    /// Receives a message, or subscribes, or checks that there is still somebody to listen to.
    async fn listen(&mut self) -> Result<Option<Heard>, QueueError> {
        let Some(listening) = &mut self.connection else {
            self.connection = Some(self.subscribe().await?);
            return Ok(Some(Heard::Subscribed));
        };
        match timeout(QUIET, listening.stream.next()).await {
            Ok(Some(message)) => Ok(Some(Heard::Message(message))),
            Ok(None) => Err(ended()),
            Err(_) => {
                let Listening { client, sink, .. } = listening;
                probe(&self.servers, client, sink, self.patience).await.map(|()| None)
            }
        }
    }

    async fn subscribe(&self) -> Result<Listening, QueueError> {
        let subscribing = async {
            let client = self.servers.listener().await?;
            let (mut sink, stream) = client.get_async_pubsub().await?.split();
            sink.psubscribe(self.pattern).await?;
            Ok(Listening { client, sink, stream })
        };
        within(self.patience, subscribing).await
    }
}

/// Fails if the other side has silently gone, which nothing else tells us, or is no longer one that
/// hears what is published.
async fn probe(
    servers: &Servers,
    client: &Client,
    sink: &mut PubSubSink,
    patience: Duration,
) -> Result<(), QueueError> {
    within(patience, sink.ping::<Value>()).await?;
    if within(patience, servers.is_current(client)).await? { Ok(()) } else { Err(ended()) }
}

async fn within<T>(
    patience: Duration,
    call: impl Future<Output = RedisResult<T>>,
) -> Result<T, QueueError> {
    match timeout(patience, call).await {
        Ok(answer) => answer.map_err(|source| QueueError::of(OPERATION, source)),
        Err(_) => Err(QueueError::timed_out(OPERATION)),
    }
}

impl std::fmt::Debug for PubSubLoop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let connected = self.connection.is_some();
        f.debug_struct("PubSubLoop").field("connected", &connected).finish_non_exhaustive()
    }
}

fn ended() -> QueueError {
    let source = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    QueueError::Unavailable { operation: OPERATION, source: source.into() }
}
