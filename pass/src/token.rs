//! The form of a token, a compact JWT that is signed with Ed25519, and what it must say.
//!
//! There is one algorithm. What a header says of it is only compared: were it followed, whoever forges
//! a token would choose how it is verified.

use crate::{
    claims::{TokenUse, Visitor},
    key_set::KeySet,
    refusal::Refusal,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

/// How far the clock of Sluice may be ahead of ours, seconds.
const AHEAD_S: i64 = 30;
/// Tokens of ours have about 500.
const MAX_BYTES: usize = 4096;

/// A token whose signature has not been looked at.
#[derive(Clone, Debug)]
pub(crate) struct UnverifiedToken<'t> {
    /// The key that it says it was signed with.
    pub(crate) key_id: String,
    signed: &'t str,
    payload: &'t str,
    signature: &'t str,
}

/// What a token must say to count.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) drop_id: Uuid,
    pub(crate) token_use: TokenUse,
    pub(crate) now_s: i64,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    /// Names extensions that must be understood; we understand none.
    crit: Option<Value>,
}

impl<'t> UnverifiedToken<'t> {
    /// Reads which key a token was signed with.
    pub(crate) fn read(token: &'t str) -> Result<Self, Refusal> {
        if token.len() > MAX_BYTES {
            return Err(Refusal::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Refusal::Malformed)?;
        let header: Header = parse(header)?;
        if header.alg != "EdDSA" {
            return Err(Refusal::WrongAlgorithm);
        }
        if header.crit.is_some() {
            return Err(Refusal::Malformed);
        }
        Ok(Self { key_id: header.kid, signed, payload, signature })
    }

    /// Returns what the token says, if it was signed with one of these keys and says what it must.
    pub(crate) fn verify(&self, keys: &KeySet, wanted: &Wanted<'_>) -> Result<Visitor, Refusal> {
        let key = keys.find(&self.key_id).ok_or(Refusal::UnknownKey)?;
        let signature = decode(self.signature)?;
        key.verify_sig(self.signed.as_bytes(), &signature).map_err(|_| Refusal::WrongSignature)?;
        let visitor: Visitor = parse(self.payload)?;
        wanted.check(&visitor)?;
        Ok(visitor)
    }
}

impl Wanted<'_> {
    fn check(&self, visitor: &Visitor) -> Result<(), Refusal> {
        if visitor.token_use != self.token_use {
            return Err(Refusal::WrongUse);
        }
        if visitor.drop_id != self.drop_id || bare(&visitor.issuer) != bare(self.issuer) {
            return Err(Refusal::Foreign);
        }
        if visitor.not_before > self.now_s.saturating_add(AHEAD_S) {
            return Err(Refusal::TooEarly);
        }
        if visitor.expires_at <= self.now_s {
            return Err(Refusal::Expired);
        }
        Ok(())
    }
}

/// An address without the slash at its end, which means nothing.
fn bare(url: &str) -> &str {
    url.strip_suffix('/').unwrap_or(url)
}

fn decode(text: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Malformed)
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    serde_json::from_slice(&decode(text)?).map_err(|_| Refusal::Malformed)
}

#[cfg(test)]
mod tests;
