//! Tokens of those whose turn it is, and the key that verifies them.

use super::{
    answer::AwsRefusal,
    input::{Fields, Ours},
    room,
};
use crate::{ApiError, App, extract::CurrentSeller};
use axum::{Json, extract::State};
use database::selling::passes::aws::{self, AwsRoom, AwsToken, ClaimOutcome, TokenWish};
use edge::Problem;
use serde::Serialize;
use serde_json::Value;
use shared::{
    credentials::{AwsClaims, AwsKey, AwsTokenUse},
    ids::{DropId, TicketId},
};
use std::ops::RangeInclusive;
use utoipa::ToSchema;

/// How long tokens are good whose validity nobody has named.
const VALIDITY_S: u32 = 3600;
/// How long a site may have them be good: up to 30 days.
const VALIDITIES_S: RangeInclusive<u32> = 1..=2_592_000;
/// Longest issuer that a site may name, characters.
const MAX_ISSUER: usize = 500;

/// The tokens of a request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Tokens {
    access_token: String,
    refresh_token: String,
    id_token: String,
    #[schema(value_type = String, example = "Bearer")]
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
}

/// Makes the tokens of whoever asks, if it is their turn. They say what all tokens do: what a browser
/// wishes for is ignored.
#[utoipa::path(post, path = "/aws/generate_token", tag = "page",
    responses((status = 200, body = Tokens), AwsRefusal))]
#[tracing::instrument(name = "handler.aws.generate_token", skip_all)]
pub(super) async fn generate_token(
    State(app): State<App>,
    fields: Fields,
) -> Result<Json<Tokens>, AwsRefusal> {
    let room = room::find(&app, &fields).await?;
    let wish = TokenWish { issuer: own_issuer(&app), validity_s: VALIDITY_S };
    generate(&app, &room, fields.request()?, &wish).await
}

/// As [`generate_token`], for the site's own server: it may name the issuer and the validity.
#[utoipa::path(post, path = "/aws/api/generate_token", tag = "server",
    security(("seller_key" = [])),
    responses((status = 200, body = Tokens), AwsRefusal))]
#[tracing::instrument(name = "handler.aws.generate_token_of_site", skip_all)]
pub(super) async fn generate_token_of_site(
    State(app): State<App>,
    seller: Ours<CurrentSeller>,
    fields: Fields,
) -> Result<Json<Tokens>, AwsRefusal> {
    let room = room::find_own(&app, seller, &fields).await?;
    let wish = wish(&app, &fields)?;
    generate(&app, &room, fields.request()?, &wish).await
}

/// Returns the key that verifies the tokens of an event.
#[utoipa::path(get, path = "/aws/public_key", tag = "page",
    params(("event_id" = DropId, Query)),
    responses((status = 200, body = Value), AwsRefusal))]
#[tracing::instrument(name = "handler.aws.public_key", skip_all)]
pub(super) async fn public_key(
    State(app): State<App>,
    fields: Fields,
) -> Result<Json<Value>, AwsRefusal> {
    room::find(&app, &fields).await?;
    Ok(Json(key(&app)?.jwk()))
}

fn own_issuer(app: &App) -> String {
    format!("{}/aws", app.settings.storefront.public_url.trim_end_matches('/'))
}

/// Reads what a site wishes for.
fn wish(app: &App, fields: &Fields) -> Result<TokenWish, AwsRefusal> {
    let issuer = match fields.given("issuer") {
        None => own_issuer(app),
        Some(issuer) => checked_issuer(issuer).ok_or_else(|| AwsRefusal::invalid("issuer"))?,
    };
    let validity_s = match fields.given("validity_period") {
        None => VALIDITY_S,
        Some(_) => validity(fields).ok_or_else(|| AwsRefusal::invalid("validity_period"))?,
    };
    Ok(TokenWish { issuer, validity_s })
}

fn checked_issuer(issuer: &Value) -> Option<String> {
    let text = issuer.as_str()?;
    let fits = (1..=MAX_ISSUER).contains(&text.chars().count());
    // Postgres accepts no NUL; other control characters don't belong in a name either.
    (fits && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

fn validity(fields: &Fields) -> Option<u32> {
    let seconds = u32::try_from(fields.integer("validity_period")?).ok()?;
    VALIDITIES_S.contains(&seconds).then_some(seconds)
}

async fn generate(
    app: &App,
    room: &AwsRoom,
    request_id: TicketId,
    wish: &TokenWish,
) -> Result<Json<Tokens>, AwsRefusal> {
    // Whoever asks before their turn reaches nothing that payments wait for.
    if room::find_pass(app, room, request_id).await?.is_none() {
        return Err(not_let_in(app, room, request_id).await?);
    }
    match aws::claim(&app.pool, room.drop_id, request_id, wish).await? {
        ClaimOutcome::Given(token) => Ok(Json(sign(app, room, request_id, &token)?)),
        ClaimOutcome::NotLetIn | ClaimOutcome::BeforeReset => {
            Err(AwsRefusal::invalid("request_id"))
        }
        ClaimOutcome::Over => Err(AwsRefusal::over("The queue position has expired")),
    }
}

/// Returns why a request without a pass has no tokens.
async fn not_let_in(
    app: &App,
    room: &AwsRoom,
    request_id: TicketId,
) -> Result<AwsRefusal, ApiError> {
    if room::find_in_line(app, room, request_id).await?.is_some() {
        return Ok(AwsRefusal::not_yet("The request is not being served yet"));
    }
    if room.state.is_over() {
        return Ok(AwsRefusal::over("The event is over"));
    }
    Ok(AwsRefusal::invalid("request_id"))
}

fn key(app: &App) -> Result<&AwsKey, ApiError> {
    app.aws_key.as_ref().ok_or_else(|| Problem::not_found().into())
}

fn sign(
    app: &App,
    room: &AwsRoom,
    request_id: TicketId,
    token: &AwsToken,
) -> Result<Tokens, ApiError> {
    let key = key(app)?;
    let (issued_at, expires_at) = (token.issued_at.as_second(), token.expires_at.as_second());
    let token_for = |token_use| {
        let claims = AwsClaims {
            aud: room.drop_id,
            sub: request_id,
            queue_position: token.queue_number,
            token_use,
            iat: issued_at,
            nbf: issued_at,
            exp: expires_at,
            iss: &token.issuer,
        };
        key.sign(&claims).map_err(|error| {
            tracing::error!(%error, "no token for somebody whose turn it is");
            ApiError::from(Problem::internal())
        })
    };
    Ok(Tokens {
        access_token: token_for(AwsTokenUse::Access)?,
        refresh_token: token_for(AwsTokenUse::Refresh)?,
        id_token: token_for(AwsTokenUse::Id)?,
        token_type: "Bearer",
        expires_in: (expires_at - app.now().as_second()).max(0),
    })
}
