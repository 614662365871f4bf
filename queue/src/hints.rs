//! Hints: "something happened to this ticket". They may be lost; after a hint, or a gap, the
//! listener looks up what is true.

use crate::{
    DropKeys, Queue, QueueError,
    keys::ALL_HINTS,
    subscription::{Heard, PubSubLoop},
};
use redis::Msg;
use shared::{
    ids::{DropId, TicketId},
    lifecycle::TicketState,
};
use std::collections::VecDeque;
use uuid::Uuid;

/// Bytes of an id.
const ID: usize = 16;

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
#[derive(Debug)]
pub struct HintStream {
    subscription: PubSubLoop,
    heard: VecDeque<HintMessage>,
}

impl Queue {
    /// Subscribes to the hints of all drops; connects when it is first used.
    #[must_use]
    pub fn hints(&self) -> HintStream {
        HintStream { subscription: self.subscription(ALL_HINTS), heard: VecDeque::new() }
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
        let line = |(ticket, hint): &(TicketId, Hint)| {
            [ticket.as_bytes().as_slice(), hint.word().as_bytes(), b"\n"].concat()
        };
        let lines: Vec<u8> = hints.iter().flat_map(line).collect();
        let mut command = redis::cmd("PUBLISH");
        command.arg(DropKeys::new(drop_id).hints()).arg(lines);
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
            match self.subscription.next().await {
                Heard::Subscribed => return HintMessage::Subscribed,
                Heard::Message(message) => self.heard.extend(messages(&message)),
            }
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

/// Reads a message: for each hint a ticket, a word and a line break. What cannot be read is skipped,
/// since a hint may be lost anyway.
fn messages(message: &Msg) -> Vec<HintMessage> {
    let Some(drop_id) = DropKeys::drop_of(message.get_channel_name()) else { return Vec::new() };
    let hints = hints(message.get_payload_bytes()).into_iter();
    hints.map(|(ticket_id, hint)| HintMessage::Hint { drop_id, ticket_id, hint }).collect()
}

fn hints(mut payload: &[u8]) -> Vec<(TicketId, Hint)> {
    let mut hints = Vec::new();
    while let Some((id, rest)) = payload.split_at_checked(ID) {
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        hints.extend(hint(id, &rest[..end]));
        payload = rest.get(end + 1..).unwrap_or_default();
    }
    hints
}

fn hint(id: &[u8], word: &[u8]) -> Option<(TicketId, Hint)> {
    let ticket_id = Uuid::from_slice(id).ok()?.into();
    Some((ticket_id, Hint::from_word(std::str::from_utf8(word).ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_hint_does_not_hide_the_next() {
        // Its bytes are line breaks, and none of them ends a line.
        let ticket_id = TicketId::from_uuid(Uuid::from_bytes([b'\n'; ID]));
        let id = ticket_id.as_bytes().as_slice();
        let payload = [id, b"held\n", id, b"unheard of\n", id, b"admitting\n", b"cut"].concat();
        let heard = hints(&payload);
        assert_eq!(heard, [(ticket_id, Hint::Held), (ticket_id, Hint::Admitting)]);
    }
}
