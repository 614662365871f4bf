//! The command that asks for an order.

use crate::{
    credentials::{CredentialError, Keyring, Mac, Purpose},
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{Epoch, Lane, Score},
};
use serde::{Deserialize, Serialize};

/// A record of `order-commands`, sent to the partition of its drop, so that each hot row has one
/// processor.
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
    /// Also the id of the order.
    pub ticket_id: TicketId,
    /// The drop, whose partition it is sent to.
    pub drop_id: DropId,
    /// Whose order it is.
    pub shopper_id: ShopperId,
    /// The lane it stood in.
    pub lane: Lane,
    /// The variant wanted.
    pub variant_id: VariantId,
    /// How many units are wanted.
    pub units: u32,
    /// The epoch in which it was admitted.
    pub epoch: Epoch,
    /// Its rank in its lane.
    pub score: Score,
    /// When it was admitted, in microseconds of Redis time.
    pub admitted_at_us: i64,
    /// Proves that one of our workers made it.
    pub mac: Mac,
}

impl PlaceOrder {
    /// Signs the command with our MAC.
    #[must_use]
    pub fn signed(mut self, keys: &Keyring) -> Self {
        self.mac = keys.mac(Purpose::Command, &self.bytes());
        self
    }

    /// Checks that one of our workers made the command.
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError`] when the MAC or its key is not ours.
    pub fn verify(&self, keys: &Keyring) -> Result<(), CredentialError> {
        keys.check(Purpose::Command, &self.bytes(), &self.mac)
    }

    /// Returns what the MAC covers: every other field, each at a fixed offset.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(96);
        for id in [
            self.ticket_id.as_bytes(),
            self.drop_id.as_bytes(),
            self.shopper_id.as_bytes(),
            self.variant_id.as_bytes(),
        ] {
            bytes.extend_from_slice(id);
        }
        bytes.push(self.lane.0);
        bytes.extend_from_slice(&self.units.to_be_bytes());
        bytes.extend_from_slice(&self.epoch.0.to_be_bytes());
        bytes.extend_from_slice(&self.score.raw().to_be_bytes());
        bytes.extend_from_slice(&self.admitted_at_us.to_be_bytes());
        bytes
    }
}
