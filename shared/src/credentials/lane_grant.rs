//! Leave to join a lane of a drop, which the admission service checks without a database.

use super::{CredentialError, Keyring, Purpose};
use crate::{
    ids::{DropId, ShopperId},
    line::Lane,
};
use uuid::Uuid;

const LENGTH: usize = 16 + 16 + 1 + 8;

/// What a shopper has redeemed a code for: a lane of one drop, for a short time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneGrant {
    /// The drop whose line it is for.
    pub drop_id: DropId,
    /// Who may use it; worth nothing in other hands.
    pub shopper_id: ShopperId,
    /// The lane that it opens.
    pub lane: Lane,
    /// When it ends, milliseconds since 1970.
    pub expires_at_ms: i64,
}

impl LaneGrant {
    /// Returns it as a token, signed with the first of `keys`.
    #[must_use]
    pub fn seal(&self, keys: &Keyring) -> String {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend_from_slice(self.drop_id.as_bytes());
        bytes.extend_from_slice(self.shopper_id.as_bytes());
        bytes.push(self.lane.0);
        bytes.extend_from_slice(&self.expires_at_ms.to_be_bytes());
        keys.seal(Purpose::LaneGrant, &bytes)
    }

    /// Opens a token that was signed with one of `keys` and has not expired at `now_ms`.
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError`] when it is not ours, has expired, or is signed with a key that
    /// is not known here.
    pub fn open(keys: &Keyring, token: &str, now_ms: i64) -> Result<Self, CredentialError> {
        let bytes = keys.open(Purpose::LaneGrant, token)?;
        let grant = Self::parse(&bytes).ok_or(CredentialError::Invalid)?;
        if grant.expires_at_ms <= now_ms {
            return Err(CredentialError::Expired);
        }
        Ok(grant)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; LENGTH] = bytes.try_into().ok()?;
        let uuid = |at: usize| Uuid::from_slice(&bytes[at..at + 16]).ok();
        Some(Self {
            drop_id: DropId::from_uuid(uuid(0)?),
            shopper_id: ShopperId::from_uuid(uuid(16)?),
            lane: Lane(bytes[32]),
            expires_at_ms: i64::from_be_bytes(bytes[33..].try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::{Session, SessionTimes};
    use std::time::Duration;

    fn keys() -> Keyring {
        Keyring::parse(&format!("1:{}", "ab".repeat(32)).into()).unwrap()
    }

    #[test]
    fn a_grant_says_what_it_said_until_it_expires() {
        let grant = LaneGrant {
            drop_id: DropId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane(2),
            expires_at_ms: 1000,
        };
        let token = grant.seal(&keys());
        assert_eq!(LaneGrant::open(&keys(), &token, 999), Ok(grant));
        assert_eq!(LaneGrant::open(&keys(), &token, 1000), Err(CredentialError::Expired));
    }

    #[test]
    fn a_session_of_the_same_keyring_is_no_grant() {
        let times =
            SessionTimes { ttl: Duration::from_secs(60), lifetime: Duration::from_secs(60) };
        let session = Session::begin(ShopperId::generate(), None, 0, times).seal(&keys());
        assert_eq!(LaneGrant::open(&keys(), &session, 0), Err(CredentialError::Invalid));
    }
}
