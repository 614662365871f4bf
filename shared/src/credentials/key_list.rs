//! Keys with ids, as settings have them: the first signs, all verify, so that they can be rotated.
//!
//! A new key stands behind the signing one first, in every process, and comes to the front only
//! when all of them know it: none then meets a credential that it cannot check. One that does says
//! so ([`CredentialError::UnknownKey`]) and does not take it for a forgery. A key that was stolen
//! is written `id:retired`: from then on whatever it signed is invalid.

use super::CredentialError;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// What a list has instead of the key that must not be accepted any more.
const RETIRED: &str = "retired";

/// Keys of one kind of credential.
pub(super) struct KeyList<K> {
    /// Never empty; the first signs.
    keys: Vec<(u8, K)>,
    retired: Vec<u8>,
}

impl<K> KeyList<K> {
    /// Reads `id:hex[,id:hex][,id:retired]`; ids are 0 to 255, each there once. What a key's bytes
    /// have to be is for `parse_key` to say.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the text, without repeating it.
    pub(super) fn parse(
        text: &SecretString,
        parse_key: impl Fn(&[u8]) -> Result<K, String>,
    ) -> Result<Self, String> {
        let (mut keys, mut retired) = (Vec::new(), Vec::new());
        for entry in text.expose_secret().split(',') {
            let (kid, key) =
                entry.trim().split_once(':').ok_or("a key must be written as id:hex")?;
            let kid: u8 = kid.parse().map_err(|_| "a key id must be a number from 0 to 255")?;
            if retired.contains(&kid) || keys.iter().any(|(known, _)| *known == kid) {
                return Err(format!("the key id {kid} is there twice"));
            }
            if key == RETIRED {
                retired.push(kid);
            } else {
                let key = hex::decode(key).map_err(|_| "a key must be written in hex")?;
                keys.push((kid, parse_key(&key)?));
            }
        }
        if keys.is_empty() {
            return Err("a keyring needs a key that signs".into());
        }
        Ok(Self { keys, retired })
    }

    /// Returns the key that signs, and its id.
    pub(super) fn signing(&self) -> (u8, &K) {
        let (kid, key) = &self.keys[0];
        (*kid, key)
    }

    /// Returns the key with this id.
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError`]: a retired key is invalid, another may be known elsewhere.
    pub(super) fn find(&self, kid: u8) -> Result<&K, CredentialError> {
        match self.iter().find(|(id, _)| *id == kid) {
            Some((_, key)) => Ok(key),
            None if self.retired.contains(&kid) => Err(CredentialError::Invalid),
            None => Err(CredentialError::UnknownKey),
        }
    }

    /// All keys that are not retired, with their ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u8, &K)> {
        self.keys.iter().map(|(kid, key)| (*kid, key))
    }
}

/// Shows the ids alone.
impl<K> fmt::Debug for KeyList<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(kid, _)| kid)).finish()
    }
}
