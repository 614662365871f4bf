//! Taking a place in line along to another device: one of a shopper's devices shows a code, the other one
//! goes on with the same session and the same ticket.
//!
//! A code is good once and for two minutes. The first device goes on, too: it is one shopper, in one place.

use super::{
    session::{SessionResponse, hand_out, has_cookie_jar},
    session_limits::WithinHandoffLimit,
};
use crate::{
    ApiError, App,
    extract::{Body, Faults, ProvenShopper, Validate},
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use database::people::handoffs::{self, Handoff};
use edge::{Json, Problem, ticket};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    credentials::{HandoffCode, KeyThumbprint, Session, TicketClaims},
    ids::DropId,
};
use std::time::Duration;
use utoipa::ToSchema;

/// How long a code is good.
const GOOD_FOR: Duration = Duration::from_secs(120);
/// Codes that are tried until one is nobody's. They are few of very many, so the first one is.
const MAX_TRIES: usize = 5;
/// Longest code, characters: what people put between digits included.
const MAX_CODE: usize = 32;
/// Longest ticket, bytes.
const MAX_TICKET: usize = 1000;

/// Whose line is to be gone on with.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandoffInput {
    drop_id: DropId,
}

/// What the other device needs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct HandoffResponse {
    /// To be typed on the other device, with or without the space.
    #[schema(example = "4207 1830")]
    code: String,
    /// A page of the shop that has the code already; the text of a QR code.
    url: String,
    /// Until when the code is good, once.
    expires_at: Timestamp,
}

/// A code that another device shows.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandoffCodeInput {
    /// Eight digits; spaces and hyphens between them do not matter.
    #[schema(min_length = 1, max_length = 32, example = "4207 1830")]
    code: String,
    /// The thumbprint (RFC 7638) of this device's own key, which the session is bound to from now on.
    #[schema(
        value_type = Option<String>,
        min_length = 43,
        max_length = 43,
        pattern = "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"
    )]
    key_thumbprint: Option<KeyThumbprint>,
}

/// What this device goes on with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct HandedOver {
    session: SessionResponse,
    drop_id: DropId,
    /// What programs send as `Sluice-Ticket`; browsers have the cookie, and no ticket here.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
}

impl Validate for HandoffInput {}

impl Validate for HandoffCodeInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/code", &self.code, MAX_CODE);
        faults
    }
}

/// Makes a code with which another device goes on as the same shopper, with the same ticket. It replaces
/// the one that was made before for the same drop.
#[utoipa::path(post, path = "/v1/tickets/handoff", tag = "shopper", security(("session" = [])),
    params(("DPoP" = Option<String>, Header,
        description = "A proof of the key that the session is bound to, if it is")),
    request_body = HandoffInput, responses((status = 201, body = HandoffResponse), Problem))]
#[tracing::instrument(name = "handler.handoff.give", skip_all)]
pub(crate) async fn give(
    State(app): State<App>,
    ProvenShopper(shopper): ProvenShopper,
    headers: HeaderMap,
    Body(input): Body<HandoffInput>,
) -> Result<(StatusCode, Json<HandoffResponse>), ApiError> {
    let drop_id = input.drop_id;
    app.handoff_limiter.check(&shopper.id)?;
    let session = app.sessions.session(&headers)?;
    let token = own_ticket(&headers, drop_id, &session).ok_or(ApiError::TicketRequired)?;
    let handoff = Handoff {
        shopper_id: session.shopper_id,
        drop_id,
        member_of: session.member_of,
        began_at: Timestamp::from_millisecond(session.began_at_ms).unwrap_or(Timestamp::MIN),
        ticket: token.to_owned(),
    };
    let expires_at = app.now().saturating_add(GOOD_FOR).unwrap_or(Timestamp::MAX);
    let code = store(&app, &handoff, expires_at).await?;
    let shop = app.settings.storefront.public_url.trim_end_matches('/');
    // Behind the sign that browsers keep to themselves: no server on the way writes it down.
    let url = format!("{shop}/handoff#{}", code.digits());
    let response = HandoffResponse { code: code.to_string(), url, expires_at };
    Ok((StatusCode::CREATED, Json(response)))
}

/// Goes on with what a code of another device stands for: the session of its shopper, and the ticket.
///
/// Whoever this device was before is forgotten by it. The session ends when the other device's does. It
/// is bound to this device's key, if one is named; the other device's plays no part in it.
#[utoipa::path(post, path = "/v1/session/handoff", tag = "shopper", request_body = HandoffCodeInput,
    responses((status = 201, body = HandedOver), Problem))]
#[tracing::instrument(name = "handler.handoff.take", skip_all)]
pub(crate) async fn take(
    State(app): State<App>,
    _: WithinHandoffLimit,
    headers: HeaderMap,
    Body(input): Body<HandoffCodeInput>,
) -> Result<Response, ApiError> {
    let code = HandoffCode::parse(&input.code).ok_or(ApiError::HandoffRefused)?;
    let taken = handoffs::take(&app.pool, &code.hashes(&app.session_keys)).await?;
    let handoff = taken.ok_or(ApiError::HandoffRefused)?;
    let now_ms = app.now().as_millisecond();
    let session = session_of(&app, &handoff, now_ms).ok_or(ApiError::HandoffRefused)?;
    let session = session.bound_to(input.key_thumbprint);
    let (jar, session) = hand_out(&app, session, now_ms, &headers);
    let ttl = Duration::from_secs(app.settings.admission.ticket_ttl_s.get());
    let cookie = ticket::set_cookie(handoff.drop_id, &handoff.ticket, ttl);
    let cookie = HeaderValue::from_str(&cookie).map_err(|_| ApiError::HandoffRefused)?;
    let ticket = (!has_cookie_jar(&headers)).then_some(handoff.ticket);
    let body = HandedOver { session, drop_id: handoff.drop_id, ticket };
    let mut response = (StatusCode::CREATED, jar, Json(body)).into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// The ticket that came with a request, if it says that it is the shopper's own, for this drop. Whether
/// that is true, admission finds out: the keys of tickets are not here.
fn own_ticket<'h>(headers: &'h HeaderMap, drop_id: DropId, session: &Session) -> Option<&'h str> {
    let token = ticket::sent(headers, drop_id).filter(|token| token.len() <= MAX_TICKET)?;
    let claims = TicketClaims::unverified(token)?;
    let is_own = claims.drop_id == drop_id && claims.ticket.shopper_id == session.shopper_id;
    is_own.then_some(token)
}

async fn store(
    app: &App,
    handoff: &Handoff,
    expires_at: Timestamp,
) -> Result<HandoffCode, ApiError> {
    for _ in 0..MAX_TRIES {
        let code = HandoffCode::generate().map_err(|error| {
            tracing::error!(%error, "the system gave no randomness for a code");
            Problem::internal()
        })?;
        let hashes = code.hashes(&app.session_keys);
        if handoffs::store(&app.pool, &hashes[0], handoff, expires_at).await? {
            return Ok(code);
        }
    }
    Err(ApiError::Overloaded)
}

/// The session that the other device has, with more time; `None` if it was ended or is over.
fn session_of(app: &App, handoff: &Handoff, now_ms: i64) -> Option<Session> {
    let session = Session {
        shopper_id: handoff.shopper_id,
        began_at_ms: handoff.began_at.as_millisecond(),
        expires_at_ms: now_ms,
        member_of: handoff.member_of,
        key: None,
    };
    let session = session.renew(now_ms, app.session_times());
    (session.expires_at_ms > now_ms && !app.ended_sessions.has(&session)).then_some(session)
}
