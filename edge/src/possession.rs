//! What is bound to a key is good only in the hands of whoever has that key, and shows it with each
//! request: by a proof of its own, in the header `DPoP` (RFC 9449). A browser can set no header of a
//! stream, so there the proof may come as a subprotocol, `sluice.proof.<proof>`, or in the query, as
//! `proof`. Once used it is worth nothing, wherever it was written down.

use crate::Problem;
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header, request::Parts};
use shared::{
    clock::Clock,
    credentials::{AskedRequest, CredentialError, KeyThumbprint, UnverifiedPossession, UsedProofs},
};
use std::sync::Arc;

/// The header of a proof.
pub const PROOF_HEADER: HeaderName = HeaderName::from_static("dpop");

const SUBPROTOCOL_PROOF: &str = "sluice.proof.";
const NEEDED: &str = "possession_needed";
const REFUSED: &str = "possession_refused";

/// Checks who has a key; a clone shares what was used.
#[derive(Clone)]
pub struct PossessionVerifier {
    used: Arc<UsedProofs>,
    clock: Arc<dyn Clock>,
}

impl PossessionVerifier {
    /// Checks proofs at the time of `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { used: Arc::default(), clock }
    }

    /// Checks that a request was sent by whoever has one of these keys.
    ///
    /// # Errors
    ///
    /// Returns the [`Problem`] `possession_needed` where there is no proof, and `possession_refused`
    /// where there is one of another key, request or moment, or one that was used before.
    pub fn check(&self, parts: &Parts, keys: &[KeyThumbprint]) -> Result<(), Problem> {
        let proof = find(&parts.headers, &parts.uri).ok_or_else(needed)?;
        let now_ms = self.clock.now().as_millisecond();
        let unverified = UnverifiedPossession::parse(proof).map_err(refused)?;
        // Before the signature is looked at, which is dear.
        if !keys.contains(&unverified.key) {
            return Err(refused(CredentialError::Invalid));
        }
        let asked = AskedRequest { method: parts.method.as_str(), path: parts.uri.path() };
        let proven = unverified.verify(asked, now_ms).map_err(refused)?;
        if self.used.note(&proven, now_ms) {
            return Ok(());
        }
        Err(refused(CredentialError::Invalid))
    }
}

/// Whether a problem says that nobody has shown to have the key.
#[must_use]
pub fn is_unproven(problem: &Problem) -> bool {
    [NEEDED, REFUSED].contains(&problem.code())
}

/// The first proof that there is.
fn find<'p>(headers: &'p HeaderMap, uri: &'p Uri) -> Option<&'p str> {
    if let Some(proof) = headers.get(PROOF_HEADER) {
        return Some(proof.to_str().unwrap_or_default().trim());
    }
    let lines = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    let mut protocols = lines.flat_map(|line| line.split(','));
    let offered = protocols.find_map(|one| one.trim().strip_prefix(SUBPROTOCOL_PROOF));
    offered.or_else(|| uri.query()?.split('&').find_map(|pair| pair.strip_prefix("proof=")))
}

fn needed() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, NEEDED).detail(
        "This is bound to a key: send a proof that you have it, in the header DPoP. A browser that has \
         lost its key starts anew.",
    )
}

fn refused(error: CredentialError) -> Problem {
    let detail = match error {
        CredentialError::Expired => "The proof is of another moment: is its clock right?",
        CredentialError::Invalid | CredentialError::UnknownKey => {
            "The proof is of another key or request, or was used before."
        }
    };
    Problem::new(StatusCode::UNAUTHORIZED, REFUSED).detail(detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderValue, Request};
    use shared::clock::SystemClock;

    fn found(address: &str, headers: &[(HeaderName, &'static str)]) -> Option<String> {
        let value = |text: &'static str| HeaderValue::from_static(text);
        let headers: HeaderMap =
            headers.iter().map(|(name, text)| (name.clone(), value(text))).collect();
        find(&headers, &address.parse().unwrap()).map(str::to_owned)
    }

    #[test]
    fn a_proof_is_found_where_its_sender_can_put_it() {
        let protocols = header::SEC_WEBSOCKET_PROTOCOL;
        let offered = [(protocols.clone(), "sluice.v1, sluice.ticket.t, sluice.proof.a.b.c")];
        assert_eq!(found("/stream?proof=q", &offered).as_deref(), Some("a.b.c"));
        assert_eq!(found("/events?seen=1.2.3&proof=q.r.s", &[]).as_deref(), Some("q.r.s"));
        let given = [(PROOF_HEADER, " h "), offered[0].clone()];
        assert_eq!(found("/ticket", &given).as_deref(), Some("h"));
        assert_eq!(found("/ticket?waterproof=q", &[(protocols, "sluice.v1")]), None);
    }

    #[test]
    fn a_missing_proof_is_told_from_a_wrong_one() {
        let verifier = PossessionVerifier::new(Arc::new(SystemClock));
        let code = |proof: Option<&str>| {
            let request = Request::get("/v1/drops/7/ticket");
            let request = match proof {
                Some(proof) => request.header(PROOF_HEADER, proof),
                None => request,
            };
            let (parts, ()) = request.body(()).unwrap().into_parts();
            let problem = verifier.check(&parts, &[KeyThumbprint::of_p256("x", "y")]).unwrap_err();
            assert!(is_unproven(&problem));
            (problem.status().as_u16(), problem.code())
        };
        assert_eq!(code(None), (401, NEEDED));
        assert_eq!(code(Some("a.b.c")), (401, REFUSED));
        assert!(!is_unproven(&Problem::not_found()));
    }
}
