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
mod tests {
    use super::*;
    use aws_lc_rs::hmac;

    const NOW_S: i64 = 1_700_000_000;

    fn keys(text: &str) -> PassKeys {
        let text = text.replace("OLD", &"ab".repeat(32)).replace("NEW", &"cd".repeat(32));
        PassKeys::parse(&text.into()).unwrap()
    }

    fn claims() -> PassClaims {
        PassClaims {
            jti: TicketId::generate(),
            aud: DropId::generate(),
            sub: ShopperId::generate(),
            iss: "https://shop.example".to_owned(),
            iat: NOW_S,
            nbf: NOW_S,
            exp: NOW_S + 60,
            purpose: PassPurpose::HandOver,
            reason: EntryReason::Queue,
        }
    }

    fn open(keys: &PassKeys, token: &str, aud: DropId) -> Result<PassClaims, PassError> {
        keys.verify(token, PassPurpose::HandOver, aud, NOW_S)
    }

    /// A token with another header, signed rightly.
    fn with_header(header: &Value, claims: &PassClaims) -> String {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(header), part(&json!(claims)));
        let key = Ed25519KeyPair::from_seed_unchecked(&[0xab; 32]).unwrap();
        let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    #[test]
    fn a_pass_says_what_it_said_until_it_ends() {
        let (keys, claims) = (keys("1:OLD"), claims());
        let token = keys.sign(&claims);
        assert_eq!(open(&keys, &token, claims.aud), Ok(claims.clone()));
        let at = |now_s| keys.verify(&token, PassPurpose::HandOver, claims.aud, now_s);
        assert_eq!(at(NOW_S + 59), Ok(claims.clone()));
        assert_eq!(at(NOW_S + 60), Err(CredentialError::Expired.into()));
        assert_eq!(at(NOW_S - AHEAD_S), Ok(claims.clone()), "clocks differ a little");
        assert_eq!(at(NOW_S - AHEAD_S - 1), Err(CredentialError::Invalid.into()));
    }

    #[test]
    fn every_changed_character_of_a_pass_is_seen() {
        let (keys, claims) = (keys("1:OLD"), claims());
        let token = keys.sign(&claims);
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = str::from_utf8(&forged).unwrap();
            assert!(open(&keys, forged, claims.aud).is_err(), "character {at}");
        }
        for cut in ["", ".", "..", &token[1..], &token[..token.len() - 1]] {
            assert!(open(&keys, cut, claims.aud).is_err(), "{cut}");
        }
    }

    #[test]
    fn a_pass_is_for_one_purpose_and_one_site() {
        let (keys, claims) = (keys("1:OLD"), claims());
        let token = keys.sign(&claims);
        let visit = keys.verify(&token, PassPurpose::Visit, claims.aud, NOW_S);
        assert_eq!(visit, Err(CredentialError::Invalid.into()));
        assert_eq!(open(&keys, &token, DropId::generate()), Err(PassError::Foreign));
    }

    #[test]
    fn no_header_chooses_how_a_pass_is_verified() {
        let (keys, claims) = (keys("1:OLD"), claims());
        let right = json!({ "alg": "EdDSA", "typ": "JWT", "kid": "1" });
        assert!(open(&keys, &with_header(&right, &claims), claims.aud).is_ok());
        let mut headers = vec![json!({ "alg": "EdDSA" }), json!({ "kid": "1" }), json!([])];
        for alg in ["none", "None", "HS256", "ES256", "RS256", "Ed25519", "eddsa", "EdDSA ", ""] {
            headers.push(json!({ "alg": alg, "kid": "1" }));
        }
        headers.push(json!({ "alg": ["EdDSA"], "kid": "1" }));
        headers.push(json!({ "alg": "EdDSA", "kid": 1 }));
        headers.push(json!({ "alg": "EdDSA", "kid": "1", "crit": ["exp"] }));
        for header in headers {
            let refused = open(&keys, &with_header(&header, &claims), claims.aud);
            assert_eq!(refused, Err(CredentialError::Invalid.into()), "{header}");
        }
        let embedded = json!({ "alg": "EdDSA", "kid": "9", "jwk": keys.jwks()["keys"][0] });
        let refused = open(&keys, &with_header(&embedded, &claims), claims.aud);
        assert_eq!(refused, Err(CredentialError::UnknownKey.into()));
    }

    #[test]
    fn what_is_public_signs_no_pass() {
        let (keys, claims) = (keys("1:OLD"), claims());
        let x = keys.jwks()["keys"][0]["x"].as_str().unwrap().to_owned();
        let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let (header, payload) = (json!({ "alg": "HS256", "kid": "1" }), json!(claims));
        let signed = format!("{}.{}", part(header), part(payload));
        for secret in [x.as_bytes(), &URL_SAFE_NO_PAD.decode(&x).unwrap()] {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
            let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()));
            assert!(open(&keys, &format!("{signed}.{tag}"), claims.aud).is_err());
        }
        assert!(open(&keys, &format!("{signed}."), claims.aud).is_err());
    }

    #[test]
    fn a_rotation_of_pass_keys_is_understood_at_every_step() {
        let steps = ["1:OLD", "1:OLD,2:NEW", "2:NEW,1:OLD", "2:NEW"].map(keys);
        let claims = claims();
        for pair in steps[..3].windows(2) {
            for (signer, reader) in [(&pair[0], &pair[1]), (&pair[1], &pair[0])] {
                assert!(open(reader, &signer.sign(&claims), claims.aud).is_ok());
            }
        }
        let old = steps[0].sign(&claims);
        assert_eq!(open(&steps[3], &old, claims.aud), Err(CredentialError::UnknownKey.into()));
        let stolen = open(&keys("2:NEW,1:retired"), &old, claims.aud);
        assert_eq!(stolen, Err(CredentialError::Invalid.into()));
        assert!(open(&steps[3], &steps[2].sign(&claims), claims.aud).is_ok());
    }

    #[test]
    fn the_key_set_has_what_verifies_and_nothing_secret() {
        let keys = keys("2:NEW,1:OLD,0:retired");
        let set = keys.jwks();
        let listed = set["keys"].as_array().unwrap();
        let kids: Vec<_> = listed.iter().map(|key| key["kid"].as_str().unwrap()).collect();
        assert_eq!(kids, ["2", "1"]);
        for key in listed {
            let mut names: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]);
            assert_eq!(key["x"].as_str().unwrap().len(), 43);
        }
    }

    #[test]
    fn pass_keys_that_cannot_work_are_refused() {
        for text in ["", "1:retired", "1:abcd", "x:OLD", "1:OLD,1:NEW", "1:OLDab"] {
            let text = text.replace("OLD", &"ab".repeat(32)).replace("NEW", &"cd".repeat(32));
            assert!(PassKeys::parse(&text.clone().into()).is_err(), "{text}");
        }
    }
}
