//! API keys of sellers and operators: shown once, kept as a hash.

use aws_lc_rs::digest;
use rand::{TryRngCore, rngs::OsRng};
use secrecy::{ExposeSecret, SecretString};

const PREFIX: &str = "sk_";

/// A key as its owner holds it.
#[derive(Debug)]
pub struct ApiKey(SecretString);

/// What is stored of a key. The key has 256 random bits, so a plain hash is enough.
pub type ApiKeyHash = [u8; 32];

impl ApiKey {
    /// Generates a key from the system's randomness.
    ///
    /// # Errors
    ///
    /// Returns the system's error when it cannot provide randomness.
    pub fn generate() -> std::io::Result<Self> {
        let mut bytes = [0; 32];
        OsRng.try_fill_bytes(&mut bytes).map_err(std::io::Error::other)?;
        Ok(Self(format!("{PREFIX}{}", hex::encode(bytes)).into()))
    }

    /// Parses a presented key; `None` if it does not have our form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        (digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .then(|| Self(text.to_owned().into()))
    }

    /// Returns the hash to look it up by.
    #[must_use]
    pub fn hash(&self) -> ApiKeyHash {
        let mut hash = [0; 32];
        let digest = digest::digest(&digest::SHA256, self.0.expose_secret().as_bytes());
        hash.copy_from_slice(digest.as_ref());
        hash
    }

    /// Returns the key itself, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_hash() {
        let key = ApiKey::generate().unwrap();
        assert_eq!(ApiKey::parse(key.reveal()).unwrap().hash(), key.hash());
        assert!(ApiKey::parse("sk_short").is_none());
    }
}
