//! Standing before a seller's site.

use crate::{
    ApiError, App,
    extract::{Body, CurrentSeller, Faults, IdempotencyKey, ResourceId, Validate},
    routes::{
        ranges::{HOLD_SECONDS, OCCUPANCY_CAPS, PER_MINUTE},
        seller::{
            drops::{self, SellerDropResponse},
            window::check_window,
        },
    },
    site::Site,
};
use axum::{extract::State, http::StatusCode};
use database::selling::passes::{self, NewSite};
use edge::{Json, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    config::Profile,
    ids::{DropId, ProductId, VariantId},
};
use std::slice;
use utoipa::ToSchema;

const MAX_ORIGINS: usize = 10;

/// A site to protect.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteInput {
    /// Up to 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "Harbour Lamps")]
    title: String,
    /// Where it begins: an origin, perhaps with a path. In production it is reached over HTTPS.
    #[schema(min_length = 1, max_length = 500, example = "https://shop.example/")]
    site_url: String,
    /// Further origins at which the same gate stands; up to 10.
    #[serde(default)]
    #[schema(max_items = 10)]
    return_origins: Vec<String>,
    /// People let in per minute, from 0.06 to 6 000 000.
    #[schema(minimum = 0.06, maximum = 6_000_000, example = 300)]
    visitors_per_minute: f64,
    /// People inside at one time, at most; from 1 to 10 000 000.
    #[schema(minimum = 1, maximum = 10_000_000, example = 500)]
    max_inside: u32,
    /// How long a visit may last, up to 86 400 seconds; also how long somebody may take to come in.
    #[serde(default = "twenty_minutes")]
    #[schema(minimum = 1, maximum = 86_400, default = 1200)]
    pass_seconds: i32,
    /// When the line opens; now if it is left out.
    opens_at: Option<Timestamp>,
    /// When nobody is let in any more; without it there is no end.
    closes_at: Option<Timestamp>,
    /// Whether only those may join who your own site says are your members (`/v1/session/member`).
    #[serde(default)]
    members_only: bool,
    /// Whether those who are absent when it is their turn are passed over, and stand at their own place
    /// again once they are back.
    #[serde(default = "yes")]
    #[schema(default = true)]
    presence: bool,
}

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

const fn twenty_minutes() -> i32 {
    1200
}

const fn yes() -> bool {
    true
}

impl Validate for SiteInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/title", &self.title, 200);
        faults.text("/site_url", &self.site_url, 500);
        if self.site_with(&[]).is_none() {
            faults.add("/site_url", "must be an address such as https://shop.example/");
        } else {
            self.check_origins(&mut faults);
        }
        faults.within("/visitors_per_minute", self.visitors_per_minute, &PER_MINUTE);
        faults.within("/max_inside", self.max_inside, &OCCUPANCY_CAPS);
        faults.within("/pass_seconds", self.pass_seconds, &HOLD_SECONDS);
        faults
    }
}

impl SiteInput {
    fn site_with(&self, origins: &[String]) -> Option<Site> {
        Site::new(&self.site_url, origins)
    }

    fn check_origins(&self, faults: &mut Faults) {
        faults.within("/return_origins", self.return_origins.len(), &(0..=MAX_ORIGINS));
        for (n, origin) in self.return_origins.iter().enumerate() {
            if self.site_with(slice::from_ref(origin)).is_none() {
                faults.add(
                    format!("/return_origins/{n}"),
                    "must be an origin such as https://www.shop.example",
                );
            }
        }
    }

    /// Returns what is wrong now and here: moments go by the clock, addresses by the profile.
    fn faults_in(&self, app: &App, opens_at: Timestamp) -> Faults {
        let mut faults = check_window(opens_at, self.closes_at, app.now());
        let is_production = app.settings.profile.name == Profile::Production;
        let addresses = [&self.site_url].into_iter().chain(&self.return_origins);
        let mut sites = addresses.filter_map(|address| Site::new(address, &[]));
        if is_production && !sites.all(|site| site.is_secure()) {
            faults.add("/site_url", "must be reached over https, with all its origins");
        }
        faults
    }

    fn into_new(
        self,
        id: DropId,
        seller: CurrentSeller,
        opens_at: Timestamp,
        site: &Site,
    ) -> NewSite {
        NewSite {
            drop_id: id,
            product_id: ProductId::generate(),
            variant_id: VariantId::generate(),
            seller_id: seller.id,
            title: self.title,
            site_url: site.url().to_owned(),
            return_origins: site.return_origins(),
            opens_at,
            closes_at: self.closes_at,
            per_minute: self.visitors_per_minute,
            max_inside: self.max_inside,
            pass_seconds: self.pass_seconds,
            members_only: self.members_only,
            presence: self.presence,
        }
    }
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
    let opens_at = input.opens_at.unwrap_or_else(|| app.now());
    let faults = input.faults_in(&app, opens_at);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let site = input.site_with(&input.return_origins);
    let site = site.ok_or_else(|| ApiError::from(input.faults()))?;
    let new_site = input.into_new(id.into(), seller, opens_at, &site);
    let (drop_id, limit) = (new_site.drop_id, app.settings.kafka.partition_limit());
    let pool = app.seller_pools.of(seller.id)?;
    passes::protect(&pool, &new_site, limit, &seller.actor()).await?;
    tracing::info!(drop.id = %drop_id, "drop {drop_id} stands before {}", site.name());
    let drop = drops::find(&app, seller, drop_id).await?;
    let gate = GateAddresses::new(&app.settings.storefront.public_url, drop_id);
    Ok((StatusCode::CREATED, Json(SiteResponse { drop, gate })))
}
