//! A device with a key of its own, as a browser has one, and its proofs that it has it.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::credentials::KeyThumbprint;
use uuid::Uuid;

/// A device with a P-256 key.
#[derive(Debug)]
pub struct TestDevice {
    key: EcdsaKeyPair,
}

impl TestDevice {
    /// Makes a device with a new key.
    ///
    /// # Panics
    ///
    /// Panics if no key can be made.
    #[must_use]
    pub fn generate() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        Self { key: key.expect("a key can be made") }
    }

    /// Returns the thumbprint that its sessions are bound to.
    #[must_use]
    pub fn thumbprint(&self) -> KeyThumbprint {
        let (x, y) = self.coordinates();
        KeyThumbprint::of_p256(&x, &y)
    }

    /// Returns a proof of its own for one request.
    ///
    /// # Panics
    ///
    /// Panics if the key cannot sign.
    #[must_use]
    pub fn prove(&self, method: &str, url: &str, at: Timestamp) -> String {
        let (x, y) = self.coordinates();
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk });
        let (jti, iat) = (Uuid::new_v4(), at.as_second());
        let claims = json!({ "jti": jti, "htm": method, "htu": url, "iat": iat });
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = signature.expect("a key that was made can sign");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn coordinates(&self) -> (String, String) {
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y))
    }
}

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}
