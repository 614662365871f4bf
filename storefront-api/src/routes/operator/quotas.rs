//! How much one seller may have at a time.

use crate::{
    ApiError, App,
    extract::{Body, CurrentAdmin, Faults, Validate},
};
use axum::extract::State;
use database::people::quotas::{self, DropQuota};
use edge::{Json, Path, Problem};
use serde::{Deserialize, Serialize};
use shared::ids::SellerId;
use std::ops::RangeInclusive;
use utoipa::ToSchema;

/// What a quota may be; with 0 a seller can schedule nothing.
const QUOTAS: RangeInclusive<i32> = 0..=100_000;

/// A seller's quota.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct QuotaResponse {
    seller_id: SellerId,
    /// Drops that may be scheduled, open or being settled at one time, each with a partition of its
    /// own.
    max_live_drops: i32,
    /// Drops that are.
    live_drops: i64,
}

/// A new quota.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaInput {
    /// Drops that may be scheduled, open or being settled at one time, from 0 to 100 000. Those that
    /// are already stay.
    #[schema(minimum = 0, maximum = 100_000)]
    max_live_drops: i32,
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

impl Validate for QuotaInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.within("/max_live_drops", self.max_live_drops, &QUOTAS);
        faults.text("/why", &self.why, 500);
        faults
    }
}

/// Shows a seller's quota.
#[utoipa::path(get, path = "/v1/operator/sellers/{seller_id}/quota", tag = "operator",
    security(("admin_key" = [])), params(("seller_id" = SellerId, Path)),
    responses((status = 200, body = QuotaResponse), Problem))]
#[tracing::instrument(name = "handler.quotas.show", skip_all, fields(seller.id = %seller_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(seller_id): Path<SellerId>,
    _: CurrentAdmin,
) -> Result<Json<QuotaResponse>, ApiError> {
    Ok(Json(find(&app, seller_id).await?))
}

/// Changes a seller's quota.
#[utoipa::path(patch, path = "/v1/operator/sellers/{seller_id}/quota", tag = "operator",
    security(("admin_key" = [])), params(("seller_id" = SellerId, Path)),
    request_body = QuotaInput, responses((status = 200, body = QuotaResponse), Problem))]
#[tracing::instrument(name = "handler.quotas.change", skip_all, fields(seller.id = %seller_id))]
pub(crate) async fn change(
    State(app): State<App>,
    Path(seller_id): Path<SellerId>,
    admin: CurrentAdmin,
    Body(input): Body<QuotaInput>,
) -> Result<Json<QuotaResponse>, ApiError> {
    let (quota, actor) = (input.max_live_drops, admin.actor());
    if !quotas::change(&app.pool, seller_id, quota, &actor, &input.why).await? {
        return Err(ApiError::SellerNotFound);
    }
    Ok(Json(find(&app, seller_id).await?))
}

async fn find(app: &App, seller_id: SellerId) -> Result<QuotaResponse, ApiError> {
    let found = quotas::find(&app.pool, seller_id).await?;
    let DropQuota { max_live_drops, live_drops } = found.ok_or(ApiError::SellerNotFound)?;
    Ok(QuotaResponse { seller_id, max_live_drops, live_drops })
}
