//! HMAC-SHA-256 keys with ids: the first signs, all verify, so that keys can be rotated.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::fmt;

const VERSION: u8 = 1;
const HEADER: usize = 3;
const TAG: usize = 32;

/// What a MAC is for; part of what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Purpose {
    Ticket = 1,
    Session = 2,
    Command = 3,
}

/// Why a credential was refused; says nothing that would help to forge one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Not ours, or changed.
    #[error("the credential is not valid")]
    Invalid,
    /// Its time is over.
    #[error("the credential has expired")]
    Expired,
}

/// Keys of one kind of credential.
pub struct Keyring {
    keys: Vec<(u8, hmac::Key)>,
}

/// A MAC beside a record: `<key id>.<hex>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mac(pub String);

impl Keyring {
    /// Reads `id:hex[,id:hex]`; ids are 0 to 255, keys at least 32 bytes.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the text, without repeating it.
    pub fn parse(text: &SecretString) -> Result<Self, String> {
        let keys = text.expose_secret().split(',').map(parse_key).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { keys })
    }

    /// Creates a token: base64url of version, purpose, key id, payload and MAC.
    #[must_use]
    pub(crate) fn seal(&self, purpose: Purpose, payload: &[u8]) -> String {
        let (kid, key) = &self.keys[0];
        let mut token = Vec::with_capacity(HEADER + payload.len() + TAG);
        token.extend_from_slice(&[VERSION, purpose as u8, *kid]);
        token.extend_from_slice(payload);
        let tag = hmac::sign(key, &token);
        token.extend_from_slice(tag.as_ref());
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Opens one of our tokens and returns its payload; anything that we did not make for this
    /// purpose is invalid.
    pub(crate) fn open(&self, purpose: Purpose, token: &str) -> Result<Vec<u8>, CredentialError> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| CredentialError::Invalid)?;
        let split = bytes.len().checked_sub(TAG).filter(|split| *split >= HEADER);
        let (signed, tag) = bytes.split_at(split.ok_or(CredentialError::Invalid)?);
        if signed[0] != VERSION || signed[1] != purpose as u8 {
            return Err(CredentialError::Invalid);
        }
        self.verify(signed[2], signed, tag)?;
        Ok(signed[HEADER..].to_vec())
    }

    /// Creates a MAC to go beside a record.
    #[must_use]
    pub(crate) fn mac(&self, purpose: Purpose, bytes: &[u8]) -> Mac {
        let (kid, key) = &self.keys[0];
        let mut context = hmac::Context::with_key(key);
        context.update(&[purpose as u8]);
        context.update(bytes);
        Mac(format!("{kid}.{}", hex::encode(context.sign())))
    }

    /// Checks a MAC that came beside a record.
    pub(crate) fn check(
        &self,
        purpose: Purpose,
        bytes: &[u8],
        mac: &Mac,
    ) -> Result<(), CredentialError> {
        let (kid, tag) = mac.0.split_once('.').ok_or(CredentialError::Invalid)?;
        let kid = kid.parse().map_err(|_| CredentialError::Invalid)?;
        let tag = hex::decode(tag).map_err(|_| CredentialError::Invalid)?;
        self.verify(kid, &[&[purpose as u8], bytes].concat(), &tag)
    }

    fn verify(&self, kid: u8, bytes: &[u8], tag: &[u8]) -> Result<(), CredentialError> {
        let (_, key) =
            self.keys.iter().find(|(id, _)| *id == kid).ok_or(CredentialError::Invalid)?;
        hmac::verify(key, bytes, tag).map_err(|_| CredentialError::Invalid)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(kid, _)| kid)).finish()
    }
}

fn parse_key(text: &str) -> Result<(u8, hmac::Key), String> {
    let (kid, key) = text.trim().split_once(':').ok_or("a key must be written as id:hex")?;
    let kid = kid.parse().map_err(|_| "a key id must be a number from 0 to 255")?;
    let key = hex::decode(key).map_err(|_| "a key must be written in hex")?;
    if key.len() < 32 {
        return Err("a key needs at least 32 bytes (64 hex digits)".into());
    }
    Ok((kid, hmac::Key::new(hmac::HMAC_SHA256, &key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(text: String) -> Keyring {
        Keyring::parse(&text.into()).unwrap()
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let keys = keyring(format!("1:{}", "ab".repeat(32)));
        let token = keys.seal(Purpose::Ticket, b"ticket 42");
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            let forged = URL_SAFE_NO_PAD.encode(forged);
            assert_eq!(keys.open(Purpose::Ticket, &forged), Err(CredentialError::Invalid));
        }
        assert_eq!(keys.open(Purpose::Ticket, &token).unwrap(), b"ticket 42");
    }

    #[test]
    fn one_purpose_never_stands_for_another() {
        let keys = keyring(format!("1:{}", "ab".repeat(32)));
        let token = keys.seal(Purpose::Session, b"me");
        assert!(keys.open(Purpose::Ticket, &token).is_err());
    }

    #[test]
    fn an_old_key_still_verifies() {
        let old = keyring(format!("1:{}", "ab".repeat(32)));
        let both = keyring(format!("2:{},1:{}", "cd".repeat(32), "ab".repeat(32)));
        let token = old.seal(Purpose::Ticket, b"x");
        assert!(both.open(Purpose::Ticket, &token).is_ok());
        assert!(old.open(Purpose::Ticket, &both.seal(Purpose::Ticket, b"x")).is_err());
    }

    #[test]
    fn short_keys_are_refused() {
        assert!(Keyring::parse(&"1:abcd".to_string().into()).is_err());
    }
}
