//! Keys with which a seller's own site signs who its members are.

use crate::{
    ApiError, App,
    extract::{
        Body, CurrentSeller, Faults, IdempotencyKey, Page, PageQuery, PageRequest, ResourceId,
        Validate,
    },
};
use axum::{extract::State, http::StatusCode};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use database::people::members::{self, JoinKey, NewJoinKey};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{credentials::JOIN_KEY_LENGTH, ids::JoinKeyId};
use utoipa::ToSchema;

/// A key to store.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JoinKeyInput {
    /// What tells the seller's keys apart; up to 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "shop, 2027")]
    name: String,
    /// The public half of an Ed25519 key, 32 bytes in base64url without padding: `x` of its JWK.
    /// Keep the private half; nobody needs it but your site.
    // The last character has four bits of the key, and two that are zero.
    #[schema(
        min_length = 43,
        max_length = 43,
        pattern = "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$",
        example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    )]
    public_key: String,
}

/// Why a key is revoked.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevokeJoinKeyInput {
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

/// A key.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct JoinKeyResponse {
    /// What a token gives as `kid`.
    id: JoinKeyId,
    name: String,
    /// As it was given.
    public_key: String,
    created_at: Timestamp,
    /// Since when nothing that it signs is taken; null while it works.
    revoked_at: Option<Timestamp>,
}

/// A key that was just stored.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NewJoinKeyResponse {
    /// What a token gives as `kid`.
    id: JoinKeyId,
}

impl Validate for JoinKeyInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/name", &self.name, 200);
        if self.key().is_none() {
            faults.add("/public_key", "must be 32 bytes in base64url without padding");
        }
        faults
    }
}

impl Validate for RevokeJoinKeyInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/why", &self.why, 500);
        faults
    }
}

impl JoinKeyInput {
    /// The key's bytes; `None` unless it is one.
    fn key(&self) -> Option<[u8; JOIN_KEY_LENGTH]> {
        URL_SAFE_NO_PAD.decode(&self.public_key).ok()?.try_into().ok()
    }
}

impl From<JoinKey> for JoinKeyResponse {
    fn from(key: JoinKey) -> Self {
        Self {
            id: key.id,
            name: key.name,
            public_key: URL_SAFE_NO_PAD.encode(key.public_key),
            created_at: key.created_at,
            revoked_at: key.revoked_at,
        }
    }
}

/// Lists the seller's keys, newest first, revoked ones included.
#[utoipa::path(get, path = "/v1/seller/join-keys", tag = "seller",
    security(("seller_key" = [])), params(PageQuery),
    responses((status = 200, body = Page<JoinKeyResponse>), Problem))]
#[tracing::instrument(name = "handler.join_keys.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    seller: CurrentSeller,
    page: PageRequest<JoinKeyId>,
) -> Result<Json<Page<JoinKeyResponse>>, ApiError> {
    let rows =
        members::list_keys(&app.seller_pools.of(seller.id)?, seller.id, page.before, page.rows())
            .await?;
    Ok(Json(page.page(rows, |row| row.id, JoinKeyResponse::from)))
}

/// Stores the public half of a key of the seller's own site.
#[utoipa::path(post, path = "/v1/seller/join-keys", tag = "seller",
    security(("seller_key" = [])), request_body = JoinKeyInput,
    params(IdempotencyKey),
    responses((status = 201, body = NewJoinKeyResponse), Problem))]
#[tracing::instrument(name = "handler.join_keys.create", skip_all)]
pub(crate) async fn create(
    State(app): State<App>,
    seller: CurrentSeller,
    ResourceId(id): ResourceId,
    Body(input): Body<JoinKeyInput>,
) -> Result<(StatusCode, Json<NewJoinKeyResponse>), ApiError> {
    let public_key = input.key().ok_or_else(|| ApiError::from(input.faults()))?;
    let id = JoinKeyId::from_uuid(id);
    let key = NewJoinKey { id, seller_id: seller.id, name: &input.name, public_key: &public_key };
    members::store_key(&app.seller_pools.of(seller.id)?, key, &seller.actor()).await?;
    Ok((StatusCode::CREATED, Json(NewJoinKeyResponse { id })))
}

/// Revokes a key: nothing that it signs is taken any more. Members who are here already stay, and a
/// key that is revoked stays so.
#[utoipa::path(post, path = "/v1/seller/join-keys/{join_key_id}/revoke", tag = "seller",
    security(("seller_key" = [])), params(("join_key_id" = JoinKeyId, Path)),
    request_body = RevokeJoinKeyInput,
    responses((status = 200, body = JoinKeyResponse), Problem))]
#[tracing::instrument(name = "handler.join_keys.revoke", skip_all, fields(key.id = %join_key_id))]
pub(crate) async fn revoke(
    State(app): State<App>,
    Path(join_key_id): Path<JoinKeyId>,
    seller: CurrentSeller,
    Body(input): Body<RevokeJoinKeyInput>,
) -> Result<Json<JoinKeyResponse>, ApiError> {
    let (pool, actor) = (app.seller_pools.of(seller.id)?, seller.actor());
    let revoked = members::revoke_key(&pool, seller.id, join_key_id, &actor, &input.why).await?;
    Ok(Json(revoked.ok_or(ApiError::KeyNotFound)?.into()))
}
