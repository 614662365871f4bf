//! The ticket in the shopper's hands: enough to put it back in line when Redis has lost it.

use super::{CredentialError, KeyThumbprint, Keyring, Purpose, key_thumbprint::THUMBPRINT};
use crate::{
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{Intent, JoinedTicket, Lane, Score},
};
use uuid::Uuid;

/// Bytes of a ticket; behind them stands the key that it is bound to, if it is.
const LENGTH: usize = 16 * 4 + 1 + 4 + 8 * 3;

/// What a ticket says. Only our own servers read it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TicketClaims {
    /// The drop whose line it is for.
    pub drop_id: DropId,
    /// The ticket with its rank and intent.
    pub ticket: JoinedTicket,
    /// When it ends, milliseconds since 1970.
    pub expires_at_ms: i64,
    /// The key without which it is good for nothing; `None` where its holder has none.
    pub key: Option<KeyThumbprint>,
}

impl TicketClaims {
    /// Returns it as a token, signed with the first of `keys`.
    #[must_use]
    pub fn seal(&self, keys: &Keyring) -> String {
        let ticket = &self.ticket;
        let mut bytes = Vec::with_capacity(LENGTH + THUMBPRINT);
        for id in [
            self.drop_id.as_bytes(),
            ticket.ticket_id.as_bytes(),
            ticket.shopper_id.as_bytes(),
            ticket.intent.variant_id.as_bytes(),
        ] {
            bytes.extend_from_slice(id);
        }
        bytes.push(ticket.lane.0);
        bytes.extend_from_slice(&ticket.intent.units.to_be_bytes());
        bytes.extend_from_slice(&ticket.score.raw().to_be_bytes());
        bytes.extend_from_slice(&ticket.joined_at_ms.to_be_bytes());
        bytes.extend_from_slice(&self.expires_at_ms.to_be_bytes());
        bytes.extend(self.key.iter().flat_map(KeyThumbprint::as_bytes));
        keys.seal(Purpose::Ticket, &bytes)
    }

    /// Opens a token that was signed with one of `keys` and has not expired at `now_ms`.
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError`] when it is not ours, has expired, or is signed with a key that
    /// is not known here.
    pub fn open(keys: &Keyring, token: &str, now_ms: i64) -> Result<Self, CredentialError> {
        let bytes = keys.open(Purpose::Ticket, token)?;
        let claims = Self::parse(&bytes).ok_or(CredentialError::Invalid)?;
        if claims.expires_at_ms <= now_ms {
            return Err(CredentialError::Expired);
        }
        Ok(claims)
    }

    /// Reads what a token says, whoever has made it, for those without the keys: it is good for nothing
    /// that is not checked where the ticket is used.
    #[must_use]
    pub fn unverified(token: &str) -> Option<Self> {
        Self::parse(&Keyring::peek(Purpose::Ticket, token)?)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (bytes, key) = KeyThumbprint::split_off::<LENGTH>(bytes)?;
        let uuid = |at: usize| Uuid::from_slice(&bytes[at..at + 16]).ok();
        let number = |at: usize| Some(u64::from_be_bytes(bytes[at..at + 8].try_into().ok()?));
        let units = u32::from_be_bytes(bytes[65..69].try_into().ok()?);
        Some(Self {
            drop_id: DropId::from_uuid(uuid(0)?),
            ticket: JoinedTicket {
                ticket_id: TicketId::from_uuid(uuid(16)?),
                shopper_id: ShopperId::from_uuid(uuid(32)?),
                lane: Lane(bytes[64]),
                score: Score::from_raw(number(69)?)?,
                intent: Intent { variant_id: VariantId::from_uuid(uuid(48)?), units },
                joined_at_ms: number(77)? as i64,
            },
            expires_at_ms: number(85)? as i64,
            key,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::Epoch;

    fn keys() -> Keyring {
        Keyring::parse(&format!("1:{}", "ab".repeat(32)).into()).unwrap()
    }

    fn claims() -> TicketClaims {
        TicketClaims {
            drop_id: DropId::generate(),
            ticket: JoinedTicket {
                ticket_id: TicketId::generate(),
                shopper_id: ShopperId::generate(),
                lane: Lane(3),
                score: Score::new(Epoch(2), 77),
                intent: Intent { variant_id: VariantId::generate(), units: 4 },
                joined_at_ms: 1_700_000_000_000,
            },
            expires_at_ms: 1_700_000_900_000,
            key: None,
        }
    }

    #[test]
    fn a_ticket_says_what_it_said() {
        let (keys, claims) = (keys(), claims());
        let token = claims.seal(&keys);
        assert_eq!(TicketClaims::open(&keys, &token, 1_700_000_000_001), Ok(claims));
        assert_eq!(
            TicketClaims::open(&keys, &token, 1_700_000_900_000),
            Err(CredentialError::Expired)
        );
        assert_eq!(TicketClaims::unverified(&token), Some(claims));
        assert_eq!(TicketClaims::unverified("a ticket"), None);
    }

    #[test]
    fn a_ticket_says_which_key_it_is_bound_to() {
        let (keys, key) = (keys(), Some(KeyThumbprint::of_p256("x", "y")));
        let claims = TicketClaims { key, ..claims() };
        let token = claims.seal(&keys);
        assert_eq!(TicketClaims::open(&keys, &token, 1_700_000_000_001), Ok(claims));
        assert_eq!(TicketClaims::unverified(&token), Some(claims));
    }
}
