//! Work to do before a session is begun, for those who don't wait to be asked.

use super::session_limits::WithinLimit;
use crate::{ApiError, App};
use axum::{Extension, extract::State};
use edge::{Json, PeerAddr, Problem};
use shared::credentials::ProofChallenge;

/// Returns a challenge of ALTCHA (its first protocol), as hard as one for a new guest would be now.
///
/// While few people come nobody needs a solution, and the challenge is an easy one.
#[utoipa::path(get, path = "/v1/session/challenge", tag = "shopper",
    responses((status = 200, body = ProofChallenge), Problem))]
#[tracing::instrument(name = "handler.session.challenge", skip_all)]
pub(crate) async fn show(
    State(app): State<App>,
    _: WithinLimit,
    peer: Option<Extension<PeerAddr>>,
) -> Result<Json<ProofChallenge>, ApiError> {
    let peer = peer.map(|Extension(peer)| peer);
    app.proofs.challenge(peer, app.now()).map(Json)
}
