//! The command that asks for an order.

use crate::{
    credentials::{CredentialError, Keyring, Mac, Purpose},
    ids::{DropId, ShopperId, TicketId, VariantId},
    tickets::{Epoch, Lane, Score},
};
use serde::{Deserialize, Serialize};

/// A record of `order-commands`, sent to the partition of its drop, so that one processor meets
/// one hot row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "version")]
pub enum OrderCommand {
    /// The first version.
    #[serde(rename = "1")]
    V1(PlaceOrder),
}

/// Asks for the order of an admitted ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    /// The ticket, and so the order's id.
    pub ticket_id: TicketId,
    /// The drop.
    pub drop_id: DropId,
    /// Whose order it is.
    pub shopper_id: ShopperId,
    /// The lane it stood in.
    pub lane: Lane,
    /// What is wanted.
    pub variant_id: VariantId,
    /// How many.
    pub units: u32,
    /// The epoch in which it was admitted.
    pub epoch: Epoch,
    /// Its place in the order of its lane.
    pub score: Score,
    /// When it was admitted, in microseconds of Redis time.
    pub admitted_at_us: i64,
    /// Proves that a drain of ours made it.
    pub mac: Mac,
}

impl PlaceOrder {
    /// Puts our MAC on the command.
    #[must_use]
    pub fn signed(mut self, keys: &Keyring) -> Self {
        self.mac = keys.mac(Purpose::Command, &self.bytes());
        self
    }

    /// Checks that a drain of ours made the command.
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError`] when the MAC or its key is not ours.
    pub fn verify(&self, keys: &Keyring) -> Result<(), CredentialError> {
        keys.check(Purpose::Command, &self.bytes(), &self.mac)
    }

    /// What the MAC covers: every other field, at a fixed place.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(96);
        for id in [
            self.ticket_id.as_uuid(),
            self.drop_id.as_uuid(),
            self.shopper_id.as_uuid(),
            self.variant_id.as_uuid(),
        ] {
            bytes.extend_from_slice(id.as_bytes());
        }
        bytes.push(self.lane.0);
        bytes.extend_from_slice(&self.units.to_be_bytes());
        bytes.extend_from_slice(&self.epoch.0.to_be_bytes());
        bytes.extend_from_slice(&self.score.raw().to_be_bytes());
        bytes.extend_from_slice(&self.admitted_at_us.to_be_bytes());
        bytes
    }
}
