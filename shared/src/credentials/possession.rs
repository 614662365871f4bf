//! Proof that whoever asks has a certain key: a DPoP proof (RFC 9449), made for one request.
//!
//! A browser has a P-256 key that no script can read, and signs with it what it asks and when. Here
//! only the key's thumbprint is known. Two things differ from the standard. Of `htu` the path alone
//! counts: behind proxies a server does not know all its names, and a page's key serves one origin.
//! And `ath` is not asked for: a page never sees its ticket, which names its key itself.

use super::{CredentialError, KeyThumbprint, jwt};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::{Deserialize, de::IgnoredAny};

const TYPE: &str = "dpop+jwt";
const ALGORITHM: &str = "ES256";
/// Longest proof, and longest name of one, bytes.
const MAX_LENGTH: usize = 2048;
const MAX_NAME: usize = 100;
/// Bytes of a coordinate of a P-256 key.
const COORDINATE: usize = 32;
/// Bytes of a point that is written whole, and the first of them.
const POINT: usize = 1 + 2 * COORDINATE;
const UNCOMPRESSED: u8 = 4;

/// How far the moment of a proof may be from ours, either way: clocks differ, and networks are slow.
pub(super) const MAX_DISTANCE_MS: i64 = 60_000;

/// A proof whose signature has not been looked at.
#[derive(Clone, Copy, Debug)]
pub struct UnverifiedPossession<'t> {
    /// The key that it says it was signed with.
    pub key: KeyThumbprint,
    point: [u8; POINT],
    signed: &'t str,
    payload: &'t str,
    signature: &'t str,
}

/// What a proof shows: somebody has this key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenPossession {
    /// The key.
    pub key: KeyThumbprint,
    /// The name of the proof, which counts once.
    pub proof_id: String,
}

/// The request that a proof has to be made for.
#[derive(Clone, Copy, Debug)]
pub struct AskedRequest<'r> {
    /// As HTTP has it.
    pub method: &'r str,
    /// Without its query.
    pub path: &'r str,
}

#[derive(Deserialize)]
struct Header {
    typ: String,
    alg: String,
    jwk: Jwk,
    /// Names extensions that must be understood; we understand none.
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
    /// The private half, which nobody is to send.
    d: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
}

impl<'t> UnverifiedPossession<'t> {
    /// Reads which key a proof was signed with.
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError::Invalid`] when it does not have the form.
    pub fn parse(proof: &'t str) -> Result<Self, CredentialError> {
        if proof.len() > MAX_LENGTH {
            return Err(CredentialError::Invalid);
        }
        let (signed, signature) = proof.rsplit_once('.').ok_or(CredentialError::Invalid)?;
        let (header, payload) = signed.split_once('.').ok_or(CredentialError::Invalid)?;
        let Header { typ, alg, jwk, crit } = jwt::read(header)?;
        if typ != TYPE || alg != ALGORITHM || crit.is_some() {
            return Err(CredentialError::Invalid);
        }
        let point = jwk.point()?;
        let key = KeyThumbprint::of_p256(&jwk.x, &jwk.y);
        Ok(Self { key, point, signed, payload, signature })
    }

    /// Returns what a proof shows that was signed with its key, for this request, about now.
    ///
    /// That it was not used before is for the caller to check.
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError::Expired`] for one of another time, and otherwise
    /// [`CredentialError::Invalid`].
    pub fn verify(
        self,
        request: AskedRequest<'_>,
        now_ms: i64,
    ) -> Result<ProvenPossession, CredentialError> {
        let signature = jwt::decode(self.signature)?;
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.point)
            .verify(self.signed.as_bytes(), &signature)
            .map_err(|_| CredentialError::Invalid)?;
        let claims: Claims = jwt::read(self.payload)?;
        let is_for_it = claims.htm == request.method && path_of(&claims.htu) == Some(request.path);
        if !is_for_it || !(1..=MAX_NAME).contains(&claims.jti.len()) {
            return Err(CredentialError::Invalid);
        }
        let distance_ms = now_ms.saturating_sub(claims.iat.saturating_mul(1000));
        if distance_ms.unsigned_abs() > MAX_DISTANCE_MS.unsigned_abs() {
            return Err(CredentialError::Expired);
        }
        Ok(ProvenPossession { key: self.key, proof_id: claims.jti })
    }
}

impl Jwk {
    /// The key as a point, if it is the public half of one on P-256.
    fn point(&self) -> Result<[u8; POINT], CredentialError> {
        let (x, y) = (jwt::decode(&self.x)?, jwt::decode(&self.y)?);
        let is_public = self.kty == "EC" && self.crv == "P-256" && self.d.is_none();
        if !is_public || x.len() != COORDINATE || y.len() != COORDINATE {
            return Err(CredentialError::Invalid);
        }
        let mut point = [UNCOMPRESSED; POINT];
        point[1..=COORDINATE].copy_from_slice(&x);
        point[1 + COORDINATE..].copy_from_slice(&y);
        Ok(point)
    }
}

/// The path of an address, without its query.
fn path_of(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let path = &rest[rest.find('/')?..];
    path.split(['?', '#']).next()
}

#[cfg(test)]
mod tests;
