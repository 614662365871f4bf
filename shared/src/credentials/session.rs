//! A shopper's session, verified without a database.

use super::{CredentialError, Keyring, Purpose};
use crate::ids::ShopperId;
use uuid::Uuid;

/// Who is asking, and until when we take their word for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who it is, guests included.
    pub shopper_id: ShopperId,
    /// When it ends, milliseconds since 1970.
    pub expires_at_ms: i64,
}

impl Session {
    /// Returns it as a token, signed with the first of `keys`.
    #[must_use]
    pub fn seal(&self, keys: &Keyring) -> String {
        let mut bytes = self.shopper_id.as_bytes().to_vec();
        bytes.extend_from_slice(&self.expires_at_ms.to_be_bytes());
        keys.seal(Purpose::Session, &bytes)
    }

    /// Opens a token that was signed with one of `keys` and has not expired at `now_ms`.
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError`] when it is not ours or has expired.
    pub fn open(keys: &Keyring, token: &str, now_ms: i64) -> Result<Self, CredentialError> {
        let bytes = keys.open(Purpose::Session, token)?;
        let bytes: [u8; 24] = bytes.try_into().map_err(|_| CredentialError::Invalid)?;
        let (id, expires) = bytes.split_at(16);
        let id = Uuid::from_slice(id).map_err(|_| CredentialError::Invalid)?;
        let expires = expires.try_into().map_err(|_| CredentialError::Invalid)?;
        let session = Self {
            shopper_id: ShopperId::from_uuid(id),
            expires_at_ms: i64::from_be_bytes(expires),
        };
        if session.expires_at_ms <= now_ms {
            return Err(CredentialError::Expired);
        }
        Ok(session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends() {
        let keys = Keyring::parse(&format!("1:{}", "ab".repeat(32)).into()).unwrap();
        let session = Session { shopper_id: ShopperId::generate(), expires_at_ms: 1000 };
        let token = session.seal(&keys);
        assert_eq!(Session::open(&keys, &token, 999), Ok(session));
        assert_eq!(Session::open(&keys, &token, 1000), Err(CredentialError::Expired));
    }
}
