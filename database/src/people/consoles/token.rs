//! The secret of a link or of a session.

use shared::credentials::{ApiKey, ApiKeyHash};

const PREFIX: &str = "ct_";
const OF_KEYS: &str = "sk_";

/// What a link or a browser's cookie holds: as random as an API key, and hashed like one, but none.
#[derive(Debug)]
pub struct ConsoleToken(ApiKey);

impl ConsoleToken {
    /// Generates a token from the system's randomness.
    ///
    /// # Errors
    ///
    /// Returns the system's error when it cannot provide randomness.
    pub fn generate() -> std::io::Result<Self> {
        ApiKey::generate().map(Self)
    }

    /// Parses a presented token; `None` if it does not have our form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        ApiKey::parse(&format!("{OF_KEYS}{digits}")).map(Self)
    }

    /// Returns the hash to look it up by.
    #[must_use]
    pub fn hash(&self) -> ApiKeyHash {
        self.0.hash()
    }

    /// Returns the token itself, to be handed out once.
    #[must_use]
    pub fn reveal(&self) -> String {
        let key = self.0.reveal();
        format!("{PREFIX}{}", key.strip_prefix(OF_KEYS).unwrap_or(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_hash_and_is_no_key() {
        let token = ConsoleToken::generate().unwrap();
        let text = token.reveal();
        assert_eq!(ConsoleToken::parse(&text).unwrap().hash(), token.hash());
        assert!(ApiKey::parse(&text).is_none());
        assert!(ConsoleToken::parse(ApiKey::generate().unwrap().reveal()).is_none());
        assert!(ConsoleToken::parse("ct_short").is_none());
    }
}
