//! What there is of a drop's codes, label by label; revoking them.

use super::drops;
use crate::{
    ApiError, App,
    extract::{Body, CurrentSeller, Faults, Validate},
    routes::ranges::MAX_CODE,
};
use axum::extract::State;
use database::selling::codes::{self, CodeLabel, RevokedCodes};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{credentials::DropCode, ids::DropId};
use utoipa::ToSchema;

/// Which codes are revoked, and why: all of a label, or one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevokeCodesInput {
    /// Revokes all codes of this label.
    #[schema(min_length = 1, max_length = 200)]
    label: Option<String>,
    /// Revokes this code.
    #[schema(min_length = 1, max_length = 40)]
    code: Option<String>,
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

/// All labels of a drop.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LabelsResponse {
    /// The newest first.
    labels: Vec<LabelResponse>,
}

/// The codes of a label, without the codes themselves.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LabelResponse {
    label: String,
    lane: u8,
    /// How many shoppers may use each.
    max_uses: i32,
    /// How many there are, revoked ones included.
    count: i64,
    revoked: i64,
    /// How often they were used, all together.
    uses: i64,
    created_at: Timestamp,
}

/// What was revoked.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct RevokedResponse {
    /// How many codes; those count that worked until now.
    revoked: u64,
}

impl Validate for RevokeCodesInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        match (&self.label, &self.code) {
            (Some(label), None) => faults.text("/label", label, 200),
            (None, Some(code)) => faults.text("/code", code, MAX_CODE),
            _ => faults.add("/label", "either label or code must be given"),
        }
        faults.text("/why", &self.why, 500);
        faults
    }
}

impl From<CodeLabel> for LabelResponse {
    fn from(label: CodeLabel) -> Self {
        Self {
            label: label.label,
            lane: label.lane.0,
            max_uses: label.max_uses,
            count: label.n_codes,
            revoked: label.n_revoked,
            uses: label.uses,
            created_at: label.created_at,
        }
    }
}

/// Lists the codes of a drop by their labels, with their uses.
#[utoipa::path(get, path = "/v1/seller/drops/{drop_id}/codes", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = DropId, Path)),
    responses((status = 200, body = LabelsResponse), Problem))]
#[tracing::instrument(name = "handler.codes.list", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn list(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
) -> Result<Json<LabelsResponse>, ApiError> {
    drops::ensure_own(&app, seller, drop_id).await?;
    let found = codes::labels(&app.seller_pools.of(seller.id)?, seller.id, drop_id).await?;
    Ok(Json(LabelsResponse { labels: found.into_iter().map(LabelResponse::from).collect() }))
}

/// Revokes codes of a drop. Whoever has used one keeps their place.
#[utoipa::path(post, path = "/v1/seller/drops/{drop_id}/codes/revoke", tag = "seller",
    security(("seller_key" = [])), request_body = RevokeCodesInput,
    params(("drop_id" = DropId, Path)),
    responses((status = 200, body = RevokedResponse), Problem))]
#[tracing::instrument(name = "handler.codes.revoke", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn revoke(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    Body(input): Body<RevokeCodesInput>,
) -> Result<Json<RevokedResponse>, ApiError> {
    drops::ensure_own(&app, seller, drop_id).await?;
    let hash = input.code.as_deref().and_then(DropCode::parse).map(|code| code.hash());
    let which = match (&input.label, &hash) {
        (Some(label), _) => RevokedCodes::Label(label),
        (None, Some(hash)) => RevokedCodes::Code(hash),
        // No code of ours.
        (None, None) => return Ok(Json(RevokedResponse { revoked: 0 })),
    };
    let (pool, actor) = (app.seller_pools.of(seller.id)?, seller.actor());
    let revoked = codes::revoke(&pool, seller.id, drop_id, which, &actor, &input.why).await?;
    Ok(Json(RevokedResponse { revoked }))
}
