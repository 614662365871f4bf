//! Standing before a seller's site.

use super::site_input::SiteInput;
use crate::{
    ApiError, App,
    extract::{Body, CurrentSeller, IdempotencyKey, ResourceId, Validate},
    routes::seller::drops::{self, SellerDropResponse},
};
use axum::{extract::State, http::StatusCode};
use database::selling::passes;
use edge::{Json, Problem};
use serde::Serialize;
use shared::ids::DropId;
use utoipa::ToSchema;

/// A drop that stands before a site.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SiteResponse {
    #[serde(flatten)]
    drop: SellerDropResponse,
    gate: GateAddresses,
}

/// What the proxy before the site has to know.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct GateAddresses {
    /// Where `/.sluice/` of the site leads to.
    base_url: String,
    /// Whom to ask whether a visitor is inside: 204 if so, else a way to the waiting page.
    check_url: String,
    /// The page on which people wait for the site.
    waiting_url: String,
}

impl GateAddresses {
    fn new(public_url: &str, drop_id: DropId) -> Self {
        let public_url = public_url.trim_end_matches('/');
        let base_url = format!("{public_url}/v1/gate/{drop_id}/");
        Self {
            check_url: format!("{base_url}check"),
            waiting_url: format!("{public_url}/drops/{drop_id}"),
            base_url,
        }
    }
}

/// Protects a site: people wait in line, so many are let in per minute, and no more are inside at one
/// time.
///
/// Put its gate into the proxy before the site; until then nothing stands in anybody's way.
#[utoipa::path(post, path = "/v1/seller/sites", tag = "seller",
    security(("seller_key" = [])), request_body = SiteInput,
    params(IdempotencyKey),
    responses((status = 201, body = SiteResponse), Problem))]
#[tracing::instrument(name = "handler.sites.create", skip_all)]
pub(crate) async fn create(
    State(app): State<App>,
    seller: CurrentSeller,
    ResourceId(id): ResourceId,
    Body(input): Body<SiteInput>,
) -> Result<(StatusCode, Json<SiteResponse>), ApiError> {
    let opens_at = input.opens_at(app.now());
    let faults = input.faults_in(&app, opens_at);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let site = input.site().ok_or_else(|| ApiError::from(input.faults()))?;
    let new_site = input.into_new(id.into(), seller, opens_at, &site);
    let (drop_id, limit) = (new_site.drop_id, app.settings.kafka.partition_limit());
    let pool = app.seller_pools.of(seller.id)?;
    passes::protect(&pool, &new_site, limit, &seller.actor()).await?;
    tracing::info!(drop.id = %drop_id, "drop {drop_id} stands before {}", site.name());
    let drop = drops::find(&app, seller, drop_id).await?;
    let gate = GateAddresses::new(&app.settings.storefront.public_url, drop_id);
    Ok((StatusCode::CREATED, Json(SiteResponse { drop, gate })))
}
