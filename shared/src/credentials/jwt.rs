//! JWTs. Those that are read here are signed with Ed25519: there is one algorithm, and what a header
//! says of it is only compared. The proofs of `possession` have a form of their own.

use super::CredentialError;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

pub(super) const ALGORITHM: &str = "EdDSA";

/// A token whose signature has not been looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnverifiedJwt<'t, K> {
    /// The key that it says it was signed with.
    pub(super) key_id: K,
    signed: &'t str,
    payload: &'t str,
    signature: &'t str,
}

#[derive(Deserialize)]
struct Header<K> {
    alg: String,
    kid: K,
    /// Names extensions that must be understood; we understand none.
    crit: Option<Value>,
}

impl<'t, K: DeserializeOwned> UnverifiedJwt<'t, K> {
    /// Reads which key a token was signed with.
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError::Invalid`] when it does not have the form.
    pub(super) fn parse(token: &'t str) -> Result<Self, CredentialError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(CredentialError::Invalid)?;
        let (header, payload) = signed.split_once('.').ok_or(CredentialError::Invalid)?;
        let header: Header<K> = read(header)?;
        if header.alg != ALGORITHM || header.crit.is_some() {
            return Err(CredentialError::Invalid);
        }
        Ok(Self { key_id: header.kid, signed, payload, signature })
    }

    /// Returns what a token says that was signed with the private half of this key.
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError::Invalid`] when it was not, or says something else.
    pub(super) fn verify<C: DeserializeOwned>(
        &self,
        public_key: &[u8],
    ) -> Result<C, CredentialError> {
        let signature = decode(self.signature)?;
        UnparsedPublicKey::new(&ED25519, public_key)
            .verify(self.signed.as_bytes(), &signature)
            .map_err(|_| CredentialError::Invalid)?;
        read(self.payload)
    }
}

/// Makes a token.
pub(super) fn sign(key: &Ed25519KeyPair, key_id: &str, claims: &impl Serialize) -> String {
    let header = json!({ "alg": ALGORITHM, "typ": "JWT", "kid": key_id });
    let unsigned = unsigned(&header, claims);
    with_signature(&unsigned, key.sign(unsigned.as_bytes()).as_ref())
}

/// Returns what of a token is signed.
pub(super) fn unsigned(header: &Value, claims: &impl Serialize) -> String {
    format!("{}.{}", encode(header), encode(claims))
}

/// Completes a token.
pub(super) fn with_signature(unsigned: &str, signature: &[u8]) -> String {
    format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn encode(part: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap_or_default())
}

/// Reads a part of a token as bytes.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, CredentialError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| CredentialError::Invalid)
}

/// Reads a part of a token as JSON.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, CredentialError> {
    serde_json::from_slice(&decode(text)?).map_err(|_| CredentialError::Invalid)
}
