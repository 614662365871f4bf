//! What a seller's own site says of one of its members: a JWT, signed with the seller's own key.
//!
//! We keep the public key alone, so that nobody with us can speak for the site. The token is worth
//! one session of the member who it names; whoever keeps its `jti` sees to that.

use super::{CredentialError, jwt::UnverifiedJwt};
use crate::ids::{JoinKeyId, SellerId, ShopperId};
use aws_lc_rs::digest;
use serde::Deserialize;
use std::time::Duration;

/// Bytes of an Ed25519 public key.
pub const JOIN_KEY_LENGTH: usize = 32;
/// Whom the token is for, so that no other token of the site's is taken for one.
const AUDIENCE: &str = "sluice-join";
/// Longest names of members and tokens, bytes.
const MAX_NAME: usize = 255;
/// How far ahead a token may expire: it is made when a member is about to join.
const MAX_LIFE: Duration = Duration::from_secs(600);

/// A token whose signature has not been looked at.
#[derive(Clone, Copy, Debug)]
pub struct UnverifiedJoinToken<'t> {
    /// The key that it says it was signed with.
    pub key_id: JoinKeyId,
    jwt: UnverifiedJwt<'t, JoinKeyId>,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinToken {
    /// Name of the token; it may be used once.
    pub token_id: String,
    /// The member, as its shop knows it.
    pub customer: String,
    /// When it ends, milliseconds since 1970.
    pub expires_at_ms: i64,
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    sub: String,
    jti: String,
    exp: i64,
}

impl<'t> UnverifiedJoinToken<'t> {
    /// Reads which key a token was signed with.
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError::Invalid`] when it does not have the form.
    pub fn parse(token: &'t str) -> Result<Self, CredentialError> {
        let jwt = UnverifiedJwt::<JoinKeyId>::parse(token)?;
        Ok(Self { key_id: jwt.key_id, jwt })
    }

    /// Opens a token that was signed with the private half of this key and is in its time.
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError`] when it was not, or has expired, at `now_ms`.
    pub fn verify(self, public_key: &[u8], now_ms: i64) -> Result<JoinToken, CredentialError> {
        let claims: Claims = self.jwt.verify(public_key)?;
        let is_name = |text: &str| (1..=MAX_NAME).contains(&text.len());
        if claims.aud != AUDIENCE || !is_name(&claims.sub) || !is_name(&claims.jti) {
            return Err(CredentialError::Invalid);
        }
        let expires_at_ms = claims.exp.saturating_mul(1000);
        if expires_at_ms <= now_ms {
            return Err(CredentialError::Expired);
        }
        if expires_at_ms > now_ms.saturating_add(MAX_LIFE.as_millis() as i64) {
            return Err(CredentialError::Invalid);
        }
        Ok(JoinToken { token_id: claims.jti, customer: claims.sub, expires_at_ms })
    }
}

impl JoinToken {
    /// Returns the member's account with this seller: the same for each of its tokens, so that the
    /// limit per customer is one per member.
    #[must_use]
    pub fn shopper_id(&self, seller_id: SellerId) -> ShopperId {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"member");
        context.update(seller_id.as_bytes());
        context.update(self.customer.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&context.finish().as_ref()[..16]);
        ShopperId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    const NOW_MS: i64 = 1_700_000_000_000;

    fn site() -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap()
    }

    fn sign(site: &Ed25519KeyPair, header: &Value, claims: &Value) -> String {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(site.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    fn header() -> Value {
        json!({ "alg": "EdDSA", "typ": "JWT", "kid": JoinKeyId::generate() })
    }

    fn claims() -> Value {
        json!({ "aud": "sluice-join", "sub": "member-7", "jti": "one", "exp": NOW_MS / 1000 + 60 })
    }

    fn open(token: &str) -> Result<JoinToken, CredentialError> {
        UnverifiedJoinToken::parse(token)?.verify(site().public_key().as_ref(), NOW_MS)
    }

    #[test]
    fn a_token_names_its_key_and_the_member() {
        let header = header();
        let token = sign(&site(), &header, &claims());
        let key_id = UnverifiedJoinToken::parse(&token).unwrap().key_id;
        assert_eq!(json!(key_id), header["kid"]);
        let opened = open(&token).unwrap();
        assert_eq!((opened.customer.as_str(), opened.token_id.as_str()), ("member-7", "one"));
    }

    #[test]
    fn every_changed_character_is_seen() {
        let token = sign(&site(), &header(), &claims());
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            assert!(open(str::from_utf8(&forged).unwrap()).is_err(), "character {at}");
        }
    }

    #[test]
    fn what_is_signed_but_not_meant_for_us_is_refused() {
        let cases = [
            (json!({ "alg": "none" }), json!({})),
            (json!({ "alg": "HS256" }), json!({})),
            (json!({ "crit": ["exp"] }), json!({})),
            (json!({}), json!({ "aud": "another shop" })),
            (json!({}), json!({ "sub": "" })),
            (json!({}), json!({ "jti": "x".repeat(256) })),
            (json!({}), json!({ "exp": "soon" })),
            (json!({}), json!({ "exp": NOW_MS / 1000 + 3600 })),
            (json!({}), json!({ "exp": i64::MAX })),
        ];
        for (in_header, in_claims) in cases {
            let changed = |mut whole: Value, parts: &Value| {
                for (name, value) in parts.as_object().unwrap() {
                    whole[name] = value.clone();
                }
                whole
            };
            let token =
                sign(&site(), &changed(header(), &in_header), &changed(claims(), &in_claims));
            assert_eq!(open(&token), Err(CredentialError::Invalid), "{in_header} {in_claims}");
        }
        let mut old = claims();
        old["exp"] = json!(NOW_MS / 1000);
        assert_eq!(open(&sign(&site(), &header(), &old)), Err(CredentialError::Expired));
    }

    #[test]
    fn a_member_has_one_account_with_each_seller() {
        let (one, two) = (SellerId::generate(), SellerId::generate());
        let mut again = claims();
        again["jti"] = json!("two");
        let first = open(&sign(&site(), &header(), &claims())).unwrap();
        let again = open(&sign(&site(), &header(), &again)).unwrap();
        assert_eq!(first.shopper_id(one), again.shopper_id(one));
        assert_ne!(first.shopper_id(one), first.shopper_id(two));
    }
}
