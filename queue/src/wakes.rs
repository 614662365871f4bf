//! Wakes: "somebody may be let in now who could not before". They may be lost, so whoever sleeps
//! looks again in time.

use crate::{
    DropKeys, Queue,
    keys::ALL_WAKES,
    subscription::{Heard, PubSubLoop},
};
use shared::ids::DropId;

/// What a sleeper hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Somebody joined or came back, slots or stock changed, or the room did.
    Room(DropId),
    /// Subscribed, or subscribed again: what happened before was not heard.
    Subscribed,
}

/// A subscription to the wakes of all drops, on a connection of its own.
#[derive(Debug)]
pub struct WakeStream(PubSubLoop);

impl Queue {
    /// Subscribes to the wakes of all drops; connects when it is first used.
    #[must_use]
    pub fn wakes(&self) -> WakeStream {
        WakeStream(self.subscription(ALL_WAKES))
    }
}

impl WakeStream {
    /// Waits for the next wake, reconnecting for as long as it takes. Cancelling it loses none.
    pub async fn next(&mut self) -> Wake {
        loop {
            match self.0.next().await {
                Heard::Subscribed => return Wake::Subscribed,
                Heard::Message(message) => {
                    if let Some(drop_id) = DropKeys::drop_of(message.get_channel_name()) {
                        return Wake::Room(drop_id);
                    }
                }
            }
        }
    }
}
