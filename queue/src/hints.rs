//! Hints: "something happened to this ticket". They may be lost; after a hint, or a gap, the
//! listener looks up what is true.

use crate::{DropKeys, Queue, QueueError, keys::ALL_HINTS};
use futures_util::StreamExt;
use redis::{
    Client, Msg, Value,
    aio::{PubSubSink, PubSubStream},
};
use shared::{
    ids::{DropId, TicketId},
    lifecycle::TicketState,
};
use std::{collections::VecDeque, sync::Arc, time::Duration};

const OPERATION: &str = "hints";

/// After this much silence the connection is probed.
const QUIET: Duration = Duration::from_secs(15);

/// Pause before subscribing again.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// What happened to a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// It is being let in: Kafka has its command.
    Admitting,
    /// Its units are held: Postgres has its row.
    Held,
    /// Its order reached this state.
    Order(TicketState),
}

/// What a subscription hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintMessage {
    /// Something happened to a ticket.
    Hint {
        /// The drop whose line it is in.
        drop_id: DropId,
        /// Also the id of its order.
        ticket_id: TicketId,
        /// What happened.
        hint: Hint,
    },
    /// Subscribed, or subscribed again: what happened before was not heard.
    Subscribed,
}

/// A subscription to the hints of all drops, on a connection of its own.
pub struct HintStream {
    client: Arc<Client>,
    patience: Duration,
    subscription: Option<(PubSubSink, PubSubStream)>,
    heard: VecDeque<HintMessage>,
}

impl Queue {
    /// Subscribes to the hints of all drops; connects when it is first used.
    #[must_use]
    pub fn hints(&self) -> HintStream {
        HintStream {
            client: Arc::clone(&self.client),
            patience: self.timeout,
            subscription: None,
            heard: VecDeque::new(),
        }
    }

    /// Publishes hints; used where an order changes without touching the line.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn publish_hints(
        &self,
        drop_id: DropId,
        hints: &[(TicketId, Hint)],
    ) -> Result<(), QueueError> {
        let lines: Vec<_> =
            hints.iter().map(|(ticket, hint)| format!("{ticket}|{}", hint.word())).collect();
        let mut command = redis::cmd("PUBLISH");
        command.arg(DropKeys::new(drop_id).hints()).arg(lines.join("\n"));
        self.command("publish hints", &command).await
    }
}

impl HintStream {
    /// Waits for the next message, reconnecting for as long as it takes. Cancelling it loses no
    /// message.
    pub async fn next(&mut self) -> HintMessage {
        loop {
            if let Some(message) = self.heard.pop_front() {
                return message;
            }
            if let Err(error) = self.listen().await {
                tracing::warn!(%error, "lost the subscription to hints; subscribing again");
                self.subscription = None;
                tokio::time::sleep(RETRY_AFTER).await;
            }
        }
    }

    /// Receives at least one message, or subscribes, or checks that the connection is alive.
    async fn listen(&mut self) -> Result<(), QueueError> {
        let Some((sink, stream)) = &mut self.subscription else {
            self.subscription = Some(subscribe(&self.client, self.patience).await?);
            self.heard.push_back(HintMessage::Subscribed);
            return Ok(());
        };
        match tokio::time::timeout(QUIET, stream.next()).await {
            Ok(Some(message)) => {
                self.heard.extend(messages(&message));
                Ok(())
            }
            Ok(None) => Err(ended()),
            // Nothing tells us when the other side has silently gone.
            Err(_) => match tokio::time::timeout(self.patience, sink.ping::<Value>()).await {
                Ok(pong) => pong.map(drop).map_err(|source| QueueError::of(OPERATION, source)),
                Err(_) => Err(QueueError::timed_out(OPERATION)),
            },
        }
    }
}

impl Hint {
    fn word(self) -> &'static str {
        match self {
            Self::Admitting => "admitting",
            Self::Held => "held",
            Self::Order(state) => state.as_str(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "admitting" => Some(Self::Admitting),
            "held" => Some(Self::Held),
            _ => word.parse().ok().map(Self::Order),
        }
    }
}

impl std::fmt::Debug for HintStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let subscribed = self.subscription.is_some();
        f.debug_struct("HintStream").field("subscribed", &subscribed).finish_non_exhaustive()
    }
}

async fn subscribe(
    client: &Client,
    patience: Duration,
) -> Result<(PubSubSink, PubSubStream), QueueError> {
    let subscribe = async {
        let (mut sink, stream) = client.get_async_pubsub().await?.split();
        sink.psubscribe(ALL_HINTS).await?;
        Ok((sink, stream))
    };
    match tokio::time::timeout(patience, subscribe).await {
        Ok(made) => made.map_err(|source| QueueError::of(OPERATION, source)),
        Err(_) => Err(QueueError::timed_out(OPERATION)),
    }
}

/// Reads a message: one hint per line. Unreadable lines are skipped, since a hint may be lost
/// anyway.
fn messages(message: &Msg) -> Vec<HintMessage> {
    let Some(drop_id) = DropKeys::drop_of(message.get_channel_name()) else { return Vec::new() };
    let payload: String = message.get_payload().unwrap_or_default();
    let hint = |line: &str| {
        let (ticket, word) = line.split_once('|')?;
        let hint = Hint::from_word(word)?;
        Some(HintMessage::Hint { drop_id, ticket_id: ticket.parse().ok()?, hint })
    };
    payload.lines().filter_map(hint).collect()
}

fn ended() -> QueueError {
    let source = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    QueueError::Unavailable { operation: OPERATION, source: source.into() }
}
