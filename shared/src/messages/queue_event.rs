//! What happened in a line: one record per room event, chained by hash.

use crate::{
    credentials::{CredentialError, Keyring, Mac, Purpose},
    ids::DropId,
    line::{ChainHash, Epoch, EventPoint, RoomEvent},
};
use serde::{Deserialize, Serialize};

/// A record of `queue-events`, keyed by its drop.
///
/// Its content depends on the room event and the record before it alone, so two writers at once
/// produce equal records, and readers take the first of each (epoch, evn).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "version")]
pub enum QueueEvent {
    /// The first version.
    #[serde(rename = "1")]
    V1(QueueEventV1),
}

/// A room event as a link of the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueEventV1 {
    /// The drop, which is also the key of the record.
    pub drop_id: DropId,
    /// Generation of the drop's Redis state.
    pub epoch: Epoch,
    /// Number of the event, dense from 1 within its epoch.
    pub evn: u64,
    /// When it happened, in microseconds of Redis time.
    pub at_us: i64,
    /// What happened.
    pub event: RoomEvent,
    /// Hash of the event before it; zeros at the start of the chain.
    pub previous: ChainHash,
    /// Hash of this event: SHA-256 over `previous` and this record's fields above.
    pub hash: ChainHash,
    /// Proves that one of our workers wrote it. Anybody can compute a hash, so the hash alone would let
    /// whoever can write to the topic go on with the chain.
    pub mac: Mac,
}

impl QueueEventV1 {
    /// Chains an event to the one with hash `previous`; it is still to be [signed](Self::signed).
    #[must_use]
    pub fn chained(
        drop_id: DropId,
        point: EventPoint,
        at_us: i64,
        event: RoomEvent,
        previous: ChainHash,
    ) -> Self {
        let EventPoint { epoch, evn } = point;
        let hash = previous.then(drop_id, point, at_us, &event);
        Self { drop_id, epoch, evn, at_us, event, previous, hash, mac: Mac::default() }
    }

    /// Whether the hash matches the content.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.hash == self.previous.then(self.drop_id, self.point(), self.at_us, &self.event)
    }

    /// Signs the event with our MAC.
    #[must_use]
    pub fn signed(mut self, keys: &Keyring) -> Self {
        self.mac = keys.mac(Purpose::RoomEvent, self.hash.as_bytes());
        self
    }

    /// Checks that one of our workers wrote the event. The MAC covers the hash, and so all that the hash
    /// covers if the event [is intact](Self::is_intact).
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError`] when the MAC or its key is not ours.
    pub fn verify(&self, keys: &Keyring) -> Result<(), CredentialError> {
        keys.check(Purpose::RoomEvent, self.hash.as_bytes(), &self.mac)
    }

    /// Where in the room's history it stands.
    #[must_use]
    pub const fn point(&self) -> EventPoint {
        EventPoint { epoch: self.epoch, evn: self.evn }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drops::CloseReason;

    #[test]
    fn a_changed_event_breaks_the_chain() {
        let point = EventPoint { epoch: Epoch(1), evn: 1 };
        let event = RoomEvent::Ended { reason: CloseReason::SoldOut };
        let mut record =
            QueueEventV1::chained(DropId::generate(), point, 5, event, ChainHash::default());
        assert!(record.is_intact());
        record.event = RoomEvent::Ended { reason: CloseReason::Closed };
        assert!(!record.is_intact());
    }

    #[test]
    fn an_event_of_somebody_else_is_seen_whatever_its_hash() {
        let keys = |key: &str| Keyring::parse(&format!("1:{}", key.repeat(32)).into()).unwrap();
        let (ours, others) = (keys("ab"), keys("cd"));
        let point = EventPoint { epoch: Epoch(1), evn: 1 };
        let event = RoomEvent::Ended { reason: CloseReason::SoldOut };
        let unsigned =
            QueueEventV1::chained(DropId::generate(), point, 5, event, ChainHash::default());
        assert!(unsigned.is_intact() && unsigned.verify(&ours).is_err());
        assert!(unsigned.clone().signed(&others).verify(&ours).is_err());
        assert_eq!(unsigned.signed(&ours).verify(&ours), Ok(()));
    }
}
