//! Passes: an admitted visitor's way into somebody else's site, as JWTs that stock libraries verify.
//!
//! A pass has two kinds of token. That of the hand-over stands in an address, for a minute at most,
//! and is swapped once for that of the visit, which the visitor's browser keeps. A token proves who
//! made it and until when it counts; whether its pass was used already, or taken back, is in the
//! pass's row.

use super::{
    CredentialError,
    jwt::{self, UnverifiedJwt},
    key_list::KeyList,
};
use crate::ids::{DropId, ShopperId, TicketId};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Bytes of a key.
const SEED_LENGTH: usize = 32;
/// How far the clock that a token was made by may be ahead of ours, seconds.
const AHEAD_S: i64 = 30;

/// Ed25519 keys of passes: the first signs, all verify.
#[derive(Debug)]
pub struct PassKeys(KeyList<Ed25519KeyPair>);

/// What a token of a pass says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassClaims {
    /// The pass: its ticket's id.
    pub jti: TicketId,
    /// The drop whose site it is for.
    pub aud: DropId,
    /// Whose it is.
    pub sub: ShopperId,
    /// Where it was made: the storefront's public address.
    pub iss: String,
    /// When it was made, seconds since 1970.
    pub iat: i64,
    /// When it begins to count, seconds since 1970.
    pub nbf: i64,
    /// When it ends, seconds since 1970.
    pub exp: i64,
    /// What it is good for.
    #[serde(rename = "use")]
    pub purpose: PassPurpose,
    /// Why the visitor was let in.
    pub reason: EntryReason,
}

/// What a token of a pass is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PassPurpose {
    /// To be swapped, once, for a token of the visit.
    #[serde(rename = "handover")]
    HandOver,
    /// To be inside.
    #[serde(rename = "visit")]
    Visit,
}

/// Why a visitor was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryReason {
    /// It was their turn.
    Queue,
    /// The line gave no answer, and its site lets some people in then.
    NoAnswer,
}

/// Why a token of a pass was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassError {
    /// Not ours, changed, for another purpose, over, or of a key that is not known.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// Ours, and for another site.
    #[error("the pass is for another site")]
    Foreign,
}

impl PassKeys {
    /// Reads `id:hex[,id:hex][,id:retired]`; ids are 0 to 255, each there once, keys are seeds of 32
    /// bytes.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the text, without repeating it.
    pub fn parse(text: &SecretString) -> Result<Self, String> {
        Ok(Self(KeyList::parse(text, parse_seed)?))
    }

    /// Makes a token.
    #[must_use]
    pub fn sign(&self, claims: &PassClaims) -> String {
        let (kid, key) = self.0.signing();
        jwt::sign(key, &kid.to_string(), claims)
    }

    /// Opens a token that is ours, has this purpose, is for the site of this drop, and counts at
    /// `now_s`, seconds since 1970.
    ///
    /// # Errors
    ///
    /// Returns [`PassError`] when one of these is not so.
    pub fn verify(
        &self,
        token: &str,
        purpose: PassPurpose,
        drop_id: DropId,
        now_s: i64,
    ) -> Result<PassClaims, PassError> {
        let jwt = UnverifiedJwt::<String>::parse(token)?;
        let kid = jwt.key_id.parse().map_err(|_| CredentialError::UnknownKey)?;
        let claims: PassClaims = jwt.verify(self.0.find(kid)?.public_key().as_ref())?;
        if claims.purpose != purpose || claims.nbf > now_s.saturating_add(AHEAD_S) {
            return Err(CredentialError::Invalid.into());
        }
        if claims.aud != drop_id {
            return Err(PassError::Foreign);
        }
        if claims.exp <= now_s {
            return Err(CredentialError::Expired.into());
        }
        Ok(claims)
    }

    /// Returns the public halves as a JSON Web Key Set (RFC 7517, RFC 8037), those that do not sign
    /// yet, or not any more, included.
    #[must_use]
    pub fn jwks(&self) -> Value {
        let keys = self.0.iter().map(|(kid, key)| {
            json!({
                "kty": "OKP",
                "crv": "Ed25519",
                "alg": jwt::ALGORITHM,
                "use": "sig",
                "kid": kid.to_string(),
                "x": URL_SAFE_NO_PAD.encode(key.public_key()),
            })
        });
        json!({ "keys": keys.collect::<Vec<_>>() })
    }
}

fn parse_seed(seed: &[u8]) -> Result<Ed25519KeyPair, String> {
    let fitting = Some(seed).filter(|seed| seed.len() == SEED_LENGTH);
    let key = fitting.and_then(|seed| Ed25519KeyPair::from_seed_unchecked(seed).ok());
    key.ok_or_else(|| "a key of passes has 32 bytes (64 hex digits)".into())
}

#[cfg(test)]
mod tests;
