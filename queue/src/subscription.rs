//! A pub/sub pattern, listened to for as long as it takes.

use crate::{Queue, QueueError};
use futures_util::StreamExt;
use redis::{
    Client, Msg, Value,
    aio::{PubSubSink, PubSubStream},
};
use std::{sync::Arc, time::Duration};

const OPERATION: &str = "subscribe";

/// After this much silence the connection is probed.
const QUIET: Duration = Duration::from_secs(15);

/// Pause before subscribing again.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// A subscription to the channels of all drops, on a connection of its own.
pub(crate) struct PubSubLoop {
    client: Arc<Client>,
    patience: Duration,
    pattern: &'static str,
    connection: Option<(PubSubSink, PubSubStream)>,
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
        let client = Arc::clone(&self.client);
        PubSubLoop { client, patience: self.timeout, pattern, connection: None }
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
                    let pattern = self.pattern;
                    tracing::warn!(%error, "lost the subscription to {pattern}; subscribing again");
                    self.connection = None;
                    tokio::time::sleep(RETRY_AFTER).await;
                }
            }
        }
    }

    /// Receives a message, or subscribes, or checks that the connection is alive.
    async fn listen(&mut self) -> Result<Option<Heard>, QueueError> {
        let Some((sink, stream)) = &mut self.connection else {
            self.connection = Some(self.subscribe().await?);
            return Ok(Some(Heard::Subscribed));
        };
        match tokio::time::timeout(QUIET, stream.next()).await {
            Ok(Some(message)) => Ok(Some(Heard::Message(message))),
            Ok(None) => Err(ended()),
            // Nothing tells us when the other side has silently gone.
            Err(_) => match tokio::time::timeout(self.patience, sink.ping::<Value>()).await {
                Ok(Ok(_pong)) => Ok(None),
                Ok(Err(source)) => Err(QueueError::of(OPERATION, source)),
                Err(_) => Err(QueueError::timed_out(OPERATION)),
            },
        }
    }

    async fn subscribe(&self) -> Result<(PubSubSink, PubSubStream), QueueError> {
        let subscribe = async {
            let (mut sink, stream) = self.client.get_async_pubsub().await?.split();
            sink.psubscribe(self.pattern).await?;
            Ok((sink, stream))
        };
        match tokio::time::timeout(self.patience, subscribe).await {
            Ok(made) => made.map_err(|source| QueueError::of(OPERATION, source)),
            Err(_) => Err(QueueError::timed_out(OPERATION)),
        }
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
