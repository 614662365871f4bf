//! The session of a console. Neither a key nor a token is ever part of an address: both are posted.

use crate::{
    ApiError, App,
    extract::{Body, CONSOLE_COOKIE, CurrentConsole, Faults, MaybeConsole, Validate},
};
use axum::{
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use database::people::{
    api_keys::{KeyOwner, OperatorRole},
    consoles::{self, ConsoleSession, ConsoleToken},
};
use edge::{Json, PeerAddr, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{credentials::ApiKey, ids::SellerId};
use std::time::Duration;
use utoipa::ToSchema;

/// What proves who signs in: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInInput {
    /// A key of a seller's or an operator's.
    #[schema(max_length = 67, pattern = "^sk_[0-9A-Fa-f]{64}$")]
    key: Option<String>,
    /// The token of a link, which stands behind its `#token=`; good once, for ten minutes.
    #[schema(max_length = 67, pattern = "^ct_[0-9A-Fa-f]{64}$")]
    link_token: Option<String>,
}

/// Which of the consoles it is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
enum ConsoleKind {
    #[serde(rename = "operator")]
    Operator,
    #[serde(rename = "seller")]
    Seller,
}

/// Who is signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ConsoleSessionResponse {
    role: ConsoleKind,
    /// What may be done in the operators' console; null in a seller's.
    level: Option<OperatorRole>,
    /// The seller, in a seller's console.
    seller_id: Option<SellerId>,
    /// The holder, as the key or the link names them.
    name: String,
    /// When the session ends.
    expires_at: Timestamp,
}

/// Admits the caller if their address has not just tried to sign in too often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WithinSignInLimit(Option<PeerAddr>);

impl FromRequestParts<App> for WithinSignInLimit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.sign_in_limiter.check_address(&parts.extensions)?;
        Ok(Self(parts.extensions.get::<PeerAddr>().copied()))
    }
}

impl Validate for SignInInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if self.key.is_some() == self.link_token.is_some() {
            faults.add("", "must have either key or link_token");
        }
        faults
    }
}

impl From<ConsoleSession> for ConsoleSessionResponse {
    fn from(session: ConsoleSession) -> Self {
        let (role, level) = match &session.owner {
            KeyOwner::Seller { .. } => (ConsoleKind::Seller, None),
            KeyOwner::Operator { role, .. } => (ConsoleKind::Operator, Some(*role)),
        };
        Self {
            role,
            level,
            seller_id: session.owner.seller_id(),
            name: session.owner.name().to_owned(),
            expires_at: session.expires_at,
        }
    }
}

/// Shows who is signed in.
#[utoipa::path(get, path = "/v1/console/session", tag = "console",
    security(("console" = [])),
    responses((status = 200, body = ConsoleSessionResponse), Problem))]
#[tracing::instrument(name = "handler.console.show", skip_all)]
pub(crate) async fn show(console: CurrentConsole) -> Json<ConsoleSessionResponse> {
    Json(console.session.into())
}

/// Signs a browser in for 12 hours, or until the key that this goes back to is revoked.
#[utoipa::path(post, path = "/v1/console/session", tag = "console", request_body = SignInInput,
    responses((status = 201, body = ConsoleSessionResponse), Problem))]
#[tracing::instrument(name = "handler.console.begin", skip_all)]
pub(crate) async fn begin(
    State(app): State<App>,
    WithinSignInLimit(peer): WithinSignInLimit,
    Body(input): Body<SignInInput>,
) -> Result<Response, ApiError> {
    let token = ConsoleToken::generate().map_err(|error| {
        tracing::error!(%error, "the system gave no randomness for a session");
        Problem::internal()
    })?;
    let session = match (input.key, input.link_token) {
        (Some(key), _) => with_key(&app, &key, &token, peer).await?,
        (None, Some(link)) => by_link(&app, &link, &token).await?,
        (None, None) => return Err(ApiError::ConsoleSessionRequired),
    };
    let left_s = session.expires_at.as_second().saturating_sub(app.now().as_second());
    let left = Duration::from_secs(u64::try_from(left_s).unwrap_or_default());
    let jar = CookieJar::new().add(cookie(token.reveal(), left));
    let body = Json(ConsoleSessionResponse::from(session));
    Ok((StatusCode::CREATED, jar, body).into_response())
}

/// Signs the browser out.
#[utoipa::path(delete, path = "/v1/console/session", tag = "console",
    responses((status = 204, description = "Nobody is signed in any more"), Problem))]
#[tracing::instrument(name = "handler.console.end", skip_all)]
pub(crate) async fn end(
    State(app): State<App>,
    MaybeConsole(console): MaybeConsole,
) -> Result<Response, ApiError> {
    if let Some(console) = console {
        consoles::end(&app.pool, &console.hash).await?;
    }
    let jar = CookieJar::new().add(cookie(String::new(), Duration::ZERO));
    Ok((StatusCode::NO_CONTENT, jar).into_response())
}

async fn with_key(
    app: &App,
    key: &str,
    token: &ConsoleToken,
    peer: Option<PeerAddr>,
) -> Result<ConsoleSession, ApiError> {
    let hash = ApiKey::parse(key).ok_or(ApiError::ApiKeyInvalid)?.hash();
    let of_token = token.hash();
    let asking = consoles::begin_with_key(&app.pool, &hash, &of_token);
    app.key_lookup.find(hash, peer, asking).await?.ok_or(ApiError::ApiKeyInvalid)
}

async fn by_link(app: &App, link: &str, token: &ConsoleToken) -> Result<ConsoleSession, ApiError> {
    let link = ConsoleToken::parse(link).ok_or(ApiError::ConsoleLinkInvalid)?;
    let begun = consoles::begin_with_link(&app.pool, &link.hash(), &token.hash()).await?;
    begun.ok_or(ApiError::ConsoleLinkInvalid)
}

/// The cookie: only for this host, only over secure transport (which loopback counts as), out of reach of
/// scripts, not sent along with anything that another site asks for.
fn cookie(token: String, ttl: Duration) -> Cookie<'static> {
    Cookie::build((CONSOLE_COOKIE, token))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict)
        .max_age(ttl.try_into().unwrap_or_default())
        .build()
}
