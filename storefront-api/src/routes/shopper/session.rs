//! Sessions: beginning, renewing and ending them.
//!
//! A browser has its session in a cookie that no script can read, and its pages are not told the
//! token; a program is. The headers that tell the two apart are the browser's own: no script can
//! leave them out.

use super::{
    guest::{GuestInput, NewGuest},
    session_limits::{WithinEndLimit, WithinLimit, WithinMemberLimit},
};
use crate::{
    ApiError, App,
    extract::{Body, Faults, Validate},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use database::people::{members, sessions};
use edge::{Json, Problem, SESSION_COOKIE};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    credentials::{KeyThumbprint, Session, UnverifiedJoinToken},
    ids::{SellerId, ShopperId},
};
use std::time::Duration;
use utoipa::ToSchema;

/// Longest token of a member, bytes.
const MAX_TOKEN: usize = 2048;

/// A session.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SessionResponse {
    /// The shopper's account.
    shopper_id: ShopperId,
    /// The seller whose member this is; left out for a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    member_of: Option<SellerId>,
    /// What programs send as `Authorization: Bearer`; browsers have the cookie, and no token here.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// When it ends, unless it is renewed.
    expires_at: Timestamp,
    /// The key that it is bound to, if it is.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    key_thumbprint: Option<KeyThumbprint>,
}

/// What a seller's own site says of one of its members.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberInput {
    /// A JWT that the site has signed with its key; good for one session.
    #[schema(max_length = 2048, pattern = r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$")]
    token: String,
    /// The thumbprint (RFC 7638) of a key of this device, which the session is bound to.
    #[schema(
        value_type = Option<String>,
        min_length = 43,
        max_length = 43,
        pattern = "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"
    )]
    key_thumbprint: Option<KeyThumbprint>,
}

impl Validate for MemberInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if self.token.len() > MAX_TOKEN {
            faults.add("/token", format!("must have at most {MAX_TOKEN} characters"));
        }
        faults
    }
}

/// Starts a guest session, or renews the session that was sent.
///
/// A shopper with a valid session stays the same shopper; nobody can choose who to be. With
/// `key_thumbprint` the session is bound to a key: its tickets and passes are then good only for whoever
/// proves to have it. Whoever names another key than the session's is somebody new. While many
/// come, somebody new has to prove some work first (`proof_needed`): the answer then has a challenge
/// of ALTCHA, and its solution goes into the header `altcha` or the field of that name.
#[utoipa::path(post, path = "/v1/session", tag = "shopper",
    params(("altcha" = Option<String>, Header,
        description = "The solution of a challenge, as a solver of ALTCHA writes it")),
    request_body = Option<GuestInput>,
    responses(
        (status = 201, body = SessionResponse, description = "A new shopper"),
        (status = 200, body = SessionResponse, description = "The same shopper, with more time"),
        Problem))]
#[tracing::instrument(name = "handler.session.begin", skip_all)]
pub(crate) async fn begin(
    State(app): State<App>,
    _: WithinLimit,
    headers: HeaderMap,
    guest: NewGuest,
) -> Result<Response, ApiError> {
    let (status, session) = of_guest(&app, &headers, &guest).await?;
    Ok(respond(&app, status, session, app.now().as_millisecond(), &headers))
}

/// Renews the session that was sent, or begins one for somebody new, who may have to prove some work
/// first.
pub(in crate::routes) async fn of_guest(
    app: &App,
    headers: &HeaderMap,
    NewGuest { peer, proof, key }: &NewGuest,
) -> Result<(StatusCode, Session), ApiError> {
    let now = app.now();
    let (now_ms, times) = (now.as_millisecond(), app.session_times());
    match app.sessions.session(headers) {
        Ok(session) if session.is_of(*key) => {
            Ok((StatusCode::OK, session.renew(now_ms, times).bound_to(*key)))
        }
        // Another process knows this session: a new one would cost the shopper all that is theirs.
        Err(problem) if problem.status() == StatusCode::SERVICE_UNAVAILABLE => Err(problem.into()),
        Ok(_) | Err(_) => {
            app.proofs.admit(*peer, proof.as_deref(), now).await?;
            let session = Session::begin(ShopperId::generate(), None, now_ms, times);
            Ok((StatusCode::CREATED, session.bound_to(*key)))
        }
    }
}

/// Starts the session of a seller's member, by a token that the seller's own site has signed.
///
/// A member is the same shopper each time, whatever browser they come from, so that limits for each
/// customer are limits for each member. What a guest has had before stays with the guest.
#[utoipa::path(post, path = "/v1/session/member", tag = "shopper", request_body = MemberInput,
    responses((status = 201, body = SessionResponse), Problem))]
#[tracing::instrument(name = "handler.session.member", skip_all)]
pub(crate) async fn member(
    State(app): State<App>,
    _: WithinMemberLimit,
    headers: HeaderMap,
    Body(input): Body<MemberInput>,
) -> Result<Response, ApiError> {
    let now_ms = app.now().as_millisecond();
    let unverified =
        UnverifiedJoinToken::parse(&input.token).map_err(|_| ApiError::JoinTokenInvalid)?;
    let key = members::find_key(&app.pool, unverified.key_id).await?;
    let key = key.ok_or(ApiError::JoinTokenInvalid)?;
    let verified = unverified.verify(&key.public_key, now_ms);
    let token = verified.map_err(|_| ApiError::JoinTokenInvalid)?;
    if !members::take_token(&app.pool, key.seller_id, &token).await? {
        return Err(ApiError::JoinTokenUsed);
    }
    let (shopper_id, member_of) = (token.shopper_id(key.seller_id), Some(key.seller_id));
    let session = Session::begin(shopper_id, member_of, now_ms, app.session_times());
    let session = session.bound_to(input.key_thumbprint);
    Ok(respond(&app, StatusCode::CREATED, session, now_ms, &headers))
}

/// Ends the session that was sent, and every older one of the same shopper. It is refused within
/// seconds everywhere, whoever has kept its token.
///
/// Tickets and orders stay as they are; a guest cannot get back to them.
#[utoipa::path(delete, path = "/v1/session", tag = "shopper",
    responses((status = 204, description = "There is no session any more"), Problem))]
#[tracing::instrument(name = "handler.session.end", skip_all)]
pub(crate) async fn end(
    State(app): State<App>,
    _: WithinEndLimit,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    match app.sessions.session(&headers) {
        Ok(session) => {
            let began = Timestamp::from_millisecond(session.began_at_ms).unwrap_or(Timestamp::MAX);
            sessions::end(&app.pool, session.shopper_id, began).await?;
            app.ended_sessions.end(session.shopper_id, session.began_at_ms);
        }
        // It could not be ended, only forgotten.
        Err(problem) if problem.status() == StatusCode::SERVICE_UNAVAILABLE => {
            return Err(problem.into());
        }
        Err(_) => {}
    }
    let jar = CookieJar::new().add(cookie(String::new(), Duration::ZERO));
    Ok((StatusCode::NO_CONTENT, jar).into_response())
}

/// Answers with a session.
fn respond(
    app: &App,
    status: StatusCode,
    session: Session,
    now_ms: i64,
    headers: &HeaderMap,
) -> Response {
    let (jar, body) = hand_out(app, session, now_ms, headers);
    (status, jar, Json(body)).into_response()
}

/// Returns a session as an answer has it: its cookie, and for programs its token.
pub(in crate::routes) fn hand_out(
    app: &App,
    session: Session,
    now_ms: i64,
    headers: &HeaderMap,
) -> (CookieJar, SessionResponse) {
    let token = session.seal(&app.session_keys);
    let left_ms = session.expires_at_ms.saturating_sub(now_ms);
    let left = Duration::from_millis(u64::try_from(left_ms).unwrap_or_default());
    let jar = CookieJar::new().add(cookie(token.clone(), left));
    let body = SessionResponse {
        shopper_id: session.shopper_id,
        member_of: session.member_of,
        token: (!has_cookie_jar(headers)).then_some(token),
        expires_at: Timestamp::from_millisecond(session.expires_at_ms).unwrap_or(Timestamp::MAX),
        key_thumbprint: session.key,
    };
    (jar, body)
}

/// Whether whoever sends this keeps cookies, as browsers do. All of them add one of these headers to a
/// page's POST, and let no script take it away.
pub(super) fn has_cookie_jar(headers: &HeaderMap) -> bool {
    let has_cookies = headers.contains_key(header::COOKIE);
    has_cookies || headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site")
}

/// The cookie: only for this host, only over secure transport (which loopback counts as), out of
/// reach of scripts, not sent along with other sites' requests.
fn cookie(token: String, ttl: Duration) -> Cookie<'static> {
    Cookie::build((SESSION_COOKIE, token))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(ttl.try_into().unwrap_or_default())
        .build()
}
