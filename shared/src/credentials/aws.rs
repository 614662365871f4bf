//! Tokens of the adapter for the retired waiting room: JWTs that are signed with RSA (RS256), since
//! those who verify them know nothing else.

use super::jwt;
use crate::ids::{DropId, TicketId};
use aws_lc_rs::{
    digest,
    rand::SystemRandom,
    signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};

const ALGORITHM: &str = "RS256";

/// The RSA key of the adapter's tokens.
#[derive(Debug)]
pub struct AwsKey {
    key: RsaKeyPair,
    /// Its thumbprint (RFC 7638), so that another key has another one.
    id: String,
    modulus: String,
    exponent: String,
}

/// What a token of the adapter says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AwsClaims<'a> {
    /// The event: the drop that stands before the site.
    pub aud: DropId,
    /// The request that was let in: its ticket.
    pub sub: TicketId,
    /// Its queue number, counted from the last reset.
    pub queue_position: i64,
    /// What the token is for.
    pub token_use: AwsTokenUse,
    /// When it was made, seconds since 1970.
    pub iat: i64,
    /// When it begins to count, seconds since 1970.
    pub nbf: i64,
    /// When it ends, seconds since 1970.
    pub exp: i64,
    /// Who is said to have made it.
    pub iss: &'a str,
}

/// What a token of the adapter is for. All three of a request are made at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AwsTokenUse {
    /// To be let into the site.
    Access,
    /// Kept, and asked for nowhere.
    Refresh,
    /// To say who was let in.
    Id,
}

/// A token could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token could not be signed")]
pub struct SigningError;

impl AwsKey {
    /// Reads a private key of 2048 bits or more, written as PEM (PKCS #8 or PKCS #1). Its line breaks may
    /// be written as `\n`.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the text, without repeating it.
    pub fn parse(pem: &SecretString) -> Result<Self, String> {
        let pem = pem.expose_secret().replace("\\n", "\n");
        let key = read_pem(&pem, "PRIVATE KEY").and_then(|der| RsaKeyPair::from_pkcs8(&der).ok());
        let pkcs1 = || read_pem(&pem, "RSA PRIVATE KEY");
        let key = key.or_else(|| RsaKeyPair::from_der(&pkcs1()?).ok());
        Ok(Self::new(key.ok_or("it must be an RSA key of 2048 bits or more, as PEM")?))
    }

    fn new(key: RsaKeyPair) -> Self {
        let public = key.public_key();
        let modulus = public.modulus().big_endian_without_leading_zero().to_vec();
        let exponent = public.exponent().big_endian_without_leading_zero().to_vec();
        let [modulus, exponent] = [modulus, exponent].map(|part| URL_SAFE_NO_PAD.encode(part));
        let members = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
        let thumbprint = digest::digest(&digest::SHA256, members.as_bytes());
        let id = URL_SAFE_NO_PAD.encode(thumbprint);
        Self { key, id, modulus, exponent }
    }

    /// Makes a token. The same claims make the same one.
    ///
    /// # Errors
    ///
    /// Returns [`SigningError`] when the key refuses to sign.
    pub fn sign(&self, claims: &AwsClaims<'_>) -> Result<String, SigningError> {
        let header = json!({ "alg": ALGORITHM, "typ": "JWT", "kid": self.id });
        let unsigned = jwt::unsigned(&header, claims);
        let mut signature = vec![0; self.key.public_modulus_len()];
        let (random, text) = (SystemRandom::new(), unsigned.as_bytes());
        let signed = self.key.sign(&RSA_PKCS1_SHA256, &random, text, &mut signature);
        signed.map_err(|_| SigningError)?;
        Ok(jwt::with_signature(&unsigned, &signature))
    }

    /// Returns the public half as a JSON Web Key (RFC 7517).
    #[must_use]
    pub fn jwk(&self) -> Value {
        json!({
            "kty": "RSA",
            "alg": ALGORITHM,
            "kid": self.id,
            "n": self.modulus,
            "e": self.exponent,
        })
    }
}

/// Returns what stands between the lines that begin and end a part with this label.
fn read_pem(pem: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    STANDARD.decode(body.split_whitespace().collect::<String>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::{
        encoding::{AsDer, Pkcs8V1Der},
        rsa::KeySize,
        signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents},
    };

    fn pem() -> String {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = key.as_der().unwrap();
        let body = STANDARD.encode(der.as_ref());
        let lines: Vec<&str> =
            body.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
    }

    fn claims() -> AwsClaims<'static> {
        AwsClaims {
            aud: DropId::generate(),
            sub: TicketId::generate(),
            queue_position: 7,
            token_use: AwsTokenUse::Access,
            iat: 1_700_000_000,
            nbf: 1_700_000_000,
            exp: 1_700_003_600,
            iss: "https://line.example/aws",
        }
    }

    fn part(token: &str, nth: usize) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(token.split('.').nth(nth).unwrap()).unwrap()
    }

    #[test]
    fn a_token_is_verified_by_the_public_key_and_says_what_it_said() {
        let (key, claims) = (AwsKey::parse(&pem().into()).unwrap(), claims());
        let token = key.sign(&claims).unwrap();
        let jwk = key.jwk();
        let of_key = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
        let public = RsaPublicKeyComponents { n: of_key("n"), e: of_key("e") };
        let (signed, _) = token.rsplit_once('.').unwrap();
        let verify = |text: &str| {
            public.verify(&RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &part(&token, 2))
        };
        assert!(verify(signed).is_ok());
        assert!(verify(&signed.to_lowercase()).is_err());
        let header: Value = serde_json::from_slice(&part(&token, 0)).unwrap();
        assert_eq!(header, json!({ "alg": "RS256", "typ": "JWT", "kid": jwk["kid"] }));
        let said: Value = serde_json::from_slice(&part(&token, 1)).unwrap();
        assert_eq!(said, json!(claims));
        assert_eq!((&said["token_use"], &said["queue_position"]), (&json!("access"), &json!(7)));
        assert_eq!(key.sign(&claims).unwrap(), token);
    }

    #[test]
    fn a_key_has_its_name_by_what_is_public_of_it() {
        let (one, other) = (pem(), pem());
        let parse = |pem: &str| AwsKey::parse(&pem.into()).unwrap().jwk();
        let jwk = parse(&one);
        let names: Vec<_> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names.len(), 5, "{names:?}");
        assert_eq!((&jwk["kty"], &jwk["e"]), (&json!("RSA"), &json!("AQAB")));
        assert_eq!(parse(&one.replace('\n', "\\n")), jwk, "on one line");
        assert_ne!(parse(&other)["kid"], jwk["kid"]);
    }

    #[test]
    fn what_is_no_rsa_key_is_refused_and_not_repeated() {
        let whole = pem();
        let cut = whole.replace("MII", "MIA");
        for text in ["", "abc", &whole.replace("PRIVATE", "PUBLIC"), &cut, &whole[..200]] {
            let refusal = AwsKey::parse(&text.into()).unwrap_err();
            assert!(refusal.contains("RSA") && !refusal.contains("BEGIN"), "{refusal}");
        }
    }
}
