//! The name of a key that never leaves the device it was made on: its thumbprint (RFC 7638).

use super::CredentialError;
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Bytes of a thumbprint.
pub(super) const THUMBPRINT: usize = 32;

/// The thumbprint of a P-256 key, with SHA-256: 43 characters of base64url. It is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyThumbprint([u8; THUMBPRINT]);

impl KeyThumbprint {
    /// Returns the thumbprint of the P-256 key with these coordinates, in base64url as a JSON Web Key
    /// (RFC 7517) has them.
    #[must_use]
    pub fn of_p256(x: &str, y: &str) -> Self {
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let mut bytes = [0; THUMBPRINT];
        let digest = digest::digest(&digest::SHA256, members.as_bytes());
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }

    /// Returns its 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Splits what a token says into its fixed part and the key behind it, if there is one.
    pub(super) fn split_off<const FIXED: usize>(
        bytes: &[u8],
    ) -> Option<(&[u8; FIXED], Option<Self>)> {
        let (fixed, rest) = bytes.split_first_chunk()?;
        if rest.is_empty() {
            return Some((fixed, None));
        }
        Some((fixed, Some(Self(rest.try_into().ok()?))))
    }
}

impl fmt::Display for KeyThumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl FromStr for KeyThumbprint {
    type Err = CredentialError;

    fn from_str(text: &str) -> Result<Self, CredentialError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CredentialError::Invalid)?;
        Ok(Self(bytes.try_into().map_err(|_| CredentialError::Invalid)?))
    }
}

impl TryFrom<String> for KeyThumbprint {
    type Error = CredentialError;

    fn try_from(text: String) -> Result<Self, CredentialError> {
        text.parse()
    }
}

impl From<KeyThumbprint> for String {
    fn from(key: KeyThumbprint) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: &str = "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs";
    const Y: &str = "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA";

    #[test]
    fn a_thumbprint_is_the_one_of_the_standard() {
        // The key and the thumbprint of RFC 9449, 4.2 and 6.1.
        let text = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
        assert_eq!(KeyThumbprint::of_p256(X, Y).to_string(), text);
        assert_eq!(text.parse(), Ok(KeyThumbprint::of_p256(X, Y)));
    }

    #[test]
    fn what_is_no_thumbprint_is_refused() {
        for text in ["", "0ZcOCORZNYy", &"A".repeat(44), &"=".repeat(43), &"A".repeat(10_000)] {
            assert_eq!(text.parse::<KeyThumbprint>(), Err(CredentialError::Invalid), "{text}");
        }
    }

    #[test]
    fn a_key_stands_behind_the_fixed_part_of_a_token_or_does_not() {
        let key = KeyThumbprint::of_p256(X, Y);
        let bound = [&[7; 5][..], key.as_bytes()].concat();
        assert_eq!(KeyThumbprint::split_off(&bound), Some((&[7; 5], Some(key))));
        assert_eq!(KeyThumbprint::split_off(&bound[..5]), Some((&[7; 5], None)));
        assert_eq!(KeyThumbprint::split_off::<5>(&bound[..36]), None);
        assert_eq!(KeyThumbprint::split_off::<5>(&bound[..4]), None);
    }
}
