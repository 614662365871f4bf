//! Who else may sell or run the installation: API keys, made, listed and revoked.
//!
//! None of these takes an `Idempotency-Key`: the answers that are kept for one would hold the key.

use crate::{
    ApiError, App,
    extract::{Body, CurrentAdmin, Faults, Page, PageQuery, PageRequest, Validate},
};
use axum::{extract::State, http::StatusCode};
use database::people::api_keys::{self, KeyOwner, KeyRecord, KeyRole, NewKey, OperatorRole};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    credentials::ApiKey,
    ids::{KeyId, SellerId},
};
use utoipa::ToSchema;

/// A key to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyInput {
    /// What its holder may do.
    role: KeyRole,
    /// The holder, as the audit log shows them; up to 200 characters. Two operators' keys that work
    /// never have the same.
    #[schema(min_length = 1, max_length = 200, example = "ann")]
    name: String,
    /// The seller that the key acts for; with the role `seller`, and only then.
    seller_id: Option<SellerId>,
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

/// Why a key is revoked.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevokeInput {
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

/// A key, without the key itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct KeyResponse {
    id: KeyId,
    role: KeyRole,
    name: String,
    /// The seller that the key acts for, if it is a seller's.
    seller_id: Option<SellerId>,
    created_at: Timestamp,
    /// Since when it is refused; null while it works.
    revoked_at: Option<Timestamp>,
}

/// A key that was just made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NewKeyResponse {
    id: KeyId,
    role: KeyRole,
    name: String,
    /// The seller that the key acts for, if it is a seller's.
    seller_id: Option<SellerId>,
    /// The key itself. Only its hash is kept: it is not shown again.
    #[schema(example = "sk_...")]
    key: String,
}

impl Validate for KeyInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/name", &self.name, 200);
        faults.text("/why", &self.why, 500);
        match (self.role, self.seller_id) {
            (KeyRole::Seller, None) => faults.add("/seller_id", "must be given for a seller's key"),
            (KeyRole::Viewer | KeyRole::Operator | KeyRole::Admin, Some(_)) => {
                faults.add("/seller_id", "must not be given for an operator's key");
            }
            (KeyRole::Seller, Some(_))
            | (KeyRole::Viewer | KeyRole::Operator | KeyRole::Admin, None) => {}
        }
        faults
    }
}

impl Validate for RevokeInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/why", &self.why, 500);
        faults
    }
}

impl KeyInput {
    /// Whose key it is to be; `None` if it is a seller's and names none.
    fn owner(&self) -> Option<KeyOwner> {
        let (name, seller_id) = (self.name.clone(), self.seller_id);
        let role = match self.role {
            KeyRole::Seller => return Some(KeyOwner::Seller { seller_id: seller_id?, name }),
            KeyRole::Viewer => OperatorRole::Viewer,
            KeyRole::Operator => OperatorRole::Operator,
            KeyRole::Admin => OperatorRole::Admin,
        };
        Some(KeyOwner::Operator { role, name })
    }
}

impl From<KeyRecord> for KeyResponse {
    fn from(record: KeyRecord) -> Self {
        Self {
            id: record.id,
            role: record.owner.role(),
            name: record.owner.name().to_owned(),
            seller_id: record.owner.seller_id(),
            created_at: record.created_at,
            revoked_at: record.revoked_at,
        }
    }
}

/// Lists keys, newest first, revoked ones included; never the keys themselves.
#[utoipa::path(get, path = "/v1/operator/keys", tag = "operator",
    security(("admin_key" = [])), params(PageQuery),
    responses((status = 200, body = Page<KeyResponse>), Problem))]
#[tracing::instrument(name = "handler.keys.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    _: CurrentAdmin,
    page: PageRequest<KeyId>,
) -> Result<Json<Page<KeyResponse>>, ApiError> {
    let rows = api_keys::list(&app.pool, page.before, page.rows()).await?;
    Ok(Json(page.page(rows, |row| row.id, KeyResponse::from)))
}

/// Makes a key and shows it, once.
#[utoipa::path(post, path = "/v1/operator/keys", tag = "operator",
    security(("admin_key" = [])), request_body = KeyInput,
    responses((status = 201, body = NewKeyResponse), Problem))]
#[tracing::instrument(name = "handler.keys.create", skip_all)]
pub(crate) async fn create(
    State(app): State<App>,
    admin: CurrentAdmin,
    Body(input): Body<KeyInput>,
) -> Result<(StatusCode, Json<NewKeyResponse>), ApiError> {
    let owner = input.owner().ok_or(ApiError::SellerNotFound)?;
    let key = ApiKey::generate().map_err(|error| {
        tracing::error!(%error, "the system gave no randomness for a key");
        Problem::internal()
    })?;
    let (id, hash) = (KeyId::generate(), key.hash());
    let new_key = NewKey { id, hash: &hash, owner: &owner };
    api_keys::store(&app.pool, new_key, &admin.actor(), &input.why).await?;
    tracing::info!(key.id = %id, "made the key {id} with the role {}", owner.role());
    let response = NewKeyResponse {
        id,
        role: owner.role(),
        name: owner.name().to_owned(),
        seller_id: owner.seller_id(),
        key: key.reveal().to_owned(),
    };
    Ok((StatusCode::CREATED, Json(response)))
}

/// Revokes a key; it is refused from the next request on. One that is revoked stays so.
#[utoipa::path(post, path = "/v1/operator/keys/{key_id}/revoke", tag = "operator",
    security(("admin_key" = [])), params(("key_id" = KeyId, Path)), request_body = RevokeInput,
    responses((status = 200, body = KeyResponse), Problem))]
#[tracing::instrument(name = "handler.keys.revoke", skip_all, fields(key.id = %key_id))]
pub(crate) async fn revoke(
    State(app): State<App>,
    Path(key_id): Path<KeyId>,
    admin: CurrentAdmin,
    Body(input): Body<RevokeInput>,
) -> Result<Json<KeyResponse>, ApiError> {
    let revoked = api_keys::revoke(&app.pool, key_id, &admin.actor(), &input.why).await?;
    let revoked = revoked.ok_or(ApiError::KeyNotFound)?;
    tracing::info!(key.id = %key_id, "revoked the key {key_id}");
    Ok(Json(revoked.into()))
}
