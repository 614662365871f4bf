//! The public keys of passes, as Sluice publishes them: a JSON Web Key Set (RFC 7517, RFC 8037).

use aws_lc_rs::signature::{ED25519, ParsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

/// Public keys by their id.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet(HashMap<String, ParsedPublicKey>);

/// Keys may be of any kind, so each is read by itself.
#[derive(Deserialize)]
struct Listed {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kid: String,
    kty: String,
    crv: String,
    x: String,
}

impl KeySet {
    /// Reads a key set. Keys of other kinds are passed over.
    ///
    /// # Errors
    ///
    /// Returns what kept it from being read as one.
    pub(crate) fn read(json: &[u8]) -> serde_json::Result<Self> {
        let listed: Listed = serde_json::from_slice(json)?;
        Ok(Self(listed.keys.into_iter().filter_map(key).collect()))
    }

    /// Returns the key with this id.
    pub(crate) fn find(&self, key_id: &str) -> Option<&ParsedPublicKey> {
        self.0.get(key_id)
    }

    /// Whether there is a key with this id.
    pub(crate) fn has(&self, key_id: &str) -> bool {
        self.0.contains_key(key_id)
    }
}

fn key(json: Value) -> Option<(String, ParsedPublicKey)> {
    let jwk: Jwk = serde_json::from_value(json).ok()?;
    if jwk.kty != "OKP" || jwk.crv != "Ed25519" {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(jwk.x).ok()?;
    Some((jwk.kid, ParsedPublicKey::new(&ED25519, bytes).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The public key of RFC 8037, appendix A.2.
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    #[test]
    fn keys_of_other_kinds_and_broken_ones_are_passed_over() {
        let good = json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": "1", "x": X });
        let with = |field: &str, value: Value| {
            let mut key = good.clone();
            key[field] = value;
            key
        };
        let keys = [
            good.clone(),
            with("kty", json!("EC")),
            with("crv", json!("X25519")),
            with("x", json!("AAAA")),
            with("x", json!(7)),
            with("kid", json!(null)),
            json!("a text"),
        ];
        let set = KeySet::read(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
        assert!(set.has("1") && set.find("1").is_some());
        let others = KeySet::read(json!({ "keys": keys[1..] }).to_string().as_bytes()).unwrap();
        assert!(others.0.is_empty(), "{others:?}");
    }

    #[test]
    fn what_is_no_key_set_is_an_error() {
        for text in ["", "[]", "{}", r#"{"keys":{}}"#, "<html>"] {
            assert!(KeySet::read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
