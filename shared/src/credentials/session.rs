//! A shopper's session, verified without a database.

use super::{CredentialError, KeyThumbprint, Keyring, Purpose, key_thumbprint::THUMBPRINT};
use crate::ids::{SellerId, ShopperId};
use std::time::Duration;
use uuid::Uuid;

/// Bytes of a session; behind them stands the key that it is bound to, if it is.
const LENGTH: usize = 16 + 8 + 8 + 16;

/// Who is asking, and until when we take their word for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who it is, guests included.
    pub shopper_id: ShopperId,
    /// When it began, milliseconds since 1970. Stays as it is when the session is renewed.
    pub began_at_ms: i64,
    /// When it ends, milliseconds since 1970.
    pub expires_at_ms: i64,
    /// The seller whose own site says that this is one of its members; `None` for a guest.
    pub member_of: Option<SellerId>,
    /// The key that its tickets are bound to, and without which no pass and no place is handed over;
    /// `None` where its holder has none.
    pub key: Option<KeyThumbprint>,
}

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTimes {
    /// From a renewal on.
    pub ttl: Duration,
    /// From its beginning, however often it is renewed.
    pub lifetime: Duration,
}

impl Session {
    /// Begins a session at `now_ms`.
    #[must_use]
    pub fn begin(
        shopper_id: ShopperId,
        member_of: Option<SellerId>,
        now_ms: i64,
        times: SessionTimes,
    ) -> Self {
        let (began_at_ms, expires_at_ms) = (now_ms, now_ms);
        let session = Self { shopper_id, began_at_ms, expires_at_ms, member_of, key: None };
        session.renew(now_ms, times)
    }

    /// Gives it more time from `now_ms` on, up to its lifetime and never less than it has.
    #[must_use]
    pub fn renew(self, now_ms: i64, times: SessionTimes) -> Self {
        let end = self.began_at_ms.saturating_add(millis(times.lifetime));
        let wanted = now_ms.saturating_add(millis(times.ttl)).min(end);
        Self { expires_at_ms: self.expires_at_ms.max(wanted), ..self }
    }

    /// Whether it may be renewed by whoever names this key: not by one who has another key than it is
    /// bound to, since that is another device.
    #[must_use]
    pub fn is_of(&self, key: Option<KeyThumbprint>) -> bool {
        key.is_none() || self.key.is_none() || self.key == key
    }

    /// Binds it to a key, unless it is bound already.
    #[must_use]
    pub fn bound_to(self, key: Option<KeyThumbprint>) -> Self {
        Self { key: self.key.or(key), ..self }
    }

    /// Returns it as a token, signed with the first of `keys`.
    #[must_use]
    pub fn seal(&self, keys: &Keyring) -> String {
        let member_of = self.member_of.map_or(Uuid::nil(), |seller_id| seller_id.as_uuid());
        let mut bytes = Vec::with_capacity(LENGTH + THUMBPRINT);
        bytes.extend_from_slice(self.shopper_id.as_bytes());
        bytes.extend_from_slice(&self.began_at_ms.to_be_bytes());
        bytes.extend_from_slice(&self.expires_at_ms.to_be_bytes());
        bytes.extend_from_slice(member_of.as_bytes());
        bytes.extend(self.key.iter().flat_map(KeyThumbprint::as_bytes));
        keys.seal(Purpose::Session, &bytes)
    }

    /// Opens a token that was signed with one of `keys` and has not expired at `now_ms`.
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError`] when it is not ours, has expired, or is signed with a key that
    /// is not known here.
    pub fn open(keys: &Keyring, token: &str, now_ms: i64) -> Result<Self, CredentialError> {
        let bytes = keys.open(Purpose::Session, token)?;
        let session = Self::parse(&bytes).ok_or(CredentialError::Invalid)?;
        if session.expires_at_ms <= now_ms {
            return Err(CredentialError::Expired);
        }
        Ok(session)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (bytes, key) = KeyThumbprint::split_off::<LENGTH>(bytes)?;
        let uuid = |at: usize| Uuid::from_slice(&bytes[at..at + 16]).ok();
        let number = |at: usize| Some(i64::from_be_bytes(bytes[at..at + 8].try_into().ok()?));
        let member_of = uuid(32)?;
        Some(Self {
            shopper_id: ShopperId::from_uuid(uuid(0)?),
            began_at_ms: number(16)?,
            expires_at_ms: number(24)?,
            member_of: (!member_of.is_nil()).then(|| SellerId::from_uuid(member_of)),
            key,
        })
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: SessionTimes =
        SessionTimes { ttl: Duration::from_millis(1000), lifetime: Duration::from_millis(2500) };

    fn keys() -> Keyring {
        Keyring::parse(&format!("1:{}", "ab".repeat(32)).into()).unwrap()
    }

    #[test]
    fn a_session_ends() {
        let keys = keys();
        let session = Session::begin(ShopperId::generate(), None, 0, TIMES);
        let token = session.seal(&keys);
        assert_eq!(Session::open(&keys, &token, 999), Ok(session));
        assert_eq!(Session::open(&keys, &token, 1000), Err(CredentialError::Expired));
    }

    #[test]
    fn a_session_says_whose_member_it_is() {
        let (keys, seller_id) = (keys(), SellerId::generate());
        let session = Session::begin(ShopperId::generate(), Some(seller_id), 7, TIMES);
        let opened = Session::open(&keys, &session.seal(&keys), 8).unwrap();
        assert_eq!((opened, opened.member_of), (session, Some(seller_id)));
    }

    #[test]
    fn a_session_keeps_the_key_that_it_was_bound_to_first() {
        let (keys, key) = (keys(), Some(KeyThumbprint::of_p256("x", "y")));
        let other = Some(KeyThumbprint::of_p256("y", "x"));
        let unbound = Session::begin(ShopperId::generate(), None, 7, TIMES);
        assert!(unbound.is_of(None) && unbound.is_of(key));
        let bound = unbound.bound_to(key);
        assert_eq!(Session::open(&keys, &bound.seal(&keys), 8), Ok(bound));
        assert!(bound.is_of(None) && bound.is_of(key) && !bound.is_of(other));
        assert_eq!(bound.renew(9, TIMES).bound_to(other).key, key);
        assert_eq!(bound.bound_to(None).key, key);
    }

    #[test]
    fn however_often_it_is_renewed_a_session_ends_with_its_lifetime() {
        let mut session = Session::begin(ShopperId::generate(), None, 0, TIMES);
        for (now_ms, expires_at_ms) in [(900, 1900), (1800, 2500), (2400, 2500)] {
            session = session.renew(now_ms, TIMES);
            assert_eq!((session.began_at_ms, session.expires_at_ms), (0, expires_at_ms));
        }
    }
}
