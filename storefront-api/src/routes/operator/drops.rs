//! The drops of all sellers.

use super::room_health::{self, RoomHealth};
use crate::{
    ApiError, App,
    extract::{CurrentOperator, Page, PageQuery, PageRequest},
    routes::seller::drops::SellerDropResponse,
};
use axum::{extract::State, http::StatusCode};
use database::selling::{
    drops::{self, DropFilter, FlashDrop},
    history::{self, DropGlance},
};
use edge::{Json, Path, Problem, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    drops::DropState,
    ids::{DropId, SellerId},
};
use utoipa::{IntoParams, ToSchema};

/// Which drops are wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DropsQuery {
    /// Only drops that are here in their life.
    state: Option<DropState>,
    /// Only drops of this seller.
    seller_id: Option<SellerId>,
    /// Only drops with this text in their title or their seller's name, and the one with this id.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Rows on the page, at most.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// `next_cursor` of the previous page; the newest rows without it.
    cursor: Option<String>,
}

/// A drop, with what its seller and operators see.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OperatorDropResponse {
    #[serde(flatten)]
    drop: SellerDropResponse,
    /// Goes up with each change of limits, mode, message or times.
    limits_version: i64,
    /// When a worker last looked how it does: a second ago, or a minute where nothing goes on; null, as
    /// what follows, if none has in the last two.
    seen_at: Option<Timestamp>,
    /// People in line.
    waiting: Option<i32>,
    /// People let in per second, over the last ten seconds or a little more.
    admitted_per_second: Option<f64>,
    /// Units sold per second, likewise.
    sold_per_second: Option<f64>,
    /// What holds those up who wait, if it is not the rate alone.
    #[schema(example = "stock")]
    held_up_by: Option<String>,
    /// Whether all that it needs is there; null unless it is open.
    health: Option<RoomHealth>,
}

impl OperatorDropResponse {
    fn new(
        flash_drop: FlashDrop,
        glance: Option<DropGlance>,
        health: Option<RoomHealth>,
        now: Timestamp,
    ) -> Self {
        let seen = glance.as_ref();
        Self {
            limits_version: flash_drop.limits_version,
            drop: SellerDropResponse::new(flash_drop, now),
            seen_at: seen.map(|glance| glance.at),
            waiting: seen.and_then(|glance| glance.waiting),
            admitted_per_second: seen.and_then(|glance| glance.admitted_per_second),
            sold_per_second: seen.and_then(|glance| glance.sold_per_second),
            held_up_by: glance.and_then(|glance| glance.held_up_by),
            health,
        }
    }
}

/// Lists the drops of all sellers, drafts included, newest first.
#[utoipa::path(get, path = "/v1/operator/drops", tag = "operator",
    security(("operator_key" = [])), params(DropsQuery),
    responses((status = 200, body = Page<OperatorDropResponse>), Problem))]
#[tracing::instrument(name = "handler.operator_drops.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    _: CurrentOperator,
    Query(query): Query<DropsQuery>,
) -> Result<Json<Page<OperatorDropResponse>>, ApiError> {
    let page = PageRequest::new(&PageQuery { limit: query.limit, cursor: query.cursor })?;
    let text = query.q.as_deref().filter(|text| !text.is_empty());
    check_text(text.unwrap_or_default())?;
    let filter = DropFilter { seller_id: query.seller_id, state: query.state, text };
    let rows = drops::list(&app.pool, filter, page.before, page.rows()).await?;
    let ids: Vec<DropId> = rows.iter().map(|row| row.id).collect();
    let mut glances = history::latest(&app.pool, &ids).await?;
    let (health, now) = (room_health::look(&app, &rows, &glances).await?, app.now());
    let item = |row: FlashDrop| {
        let (glance, health) = (glances.remove(&row.id), health.get(&row.id).copied());
        OperatorDropResponse::new(row, glance, health, now)
    };
    Ok(Json(page.page(rows, |row| row.id, item)))
}

/// Refuses what is no text to look for. Postgres accepts no NUL.
fn check_text(text: &str) -> Result<(), ApiError> {
    if text.chars().count() <= 200 && !text.contains(char::is_control) {
        return Ok(());
    }
    let detail = "must have at most 200 characters, and no control characters";
    Err(Problem::new(StatusCode::BAD_REQUEST, "invalid_query").error("q", detail).into())
}

/// Shows a drop of any seller.
#[utoipa::path(get, path = "/v1/operator/drops/{drop_id}", tag = "operator",
    security(("operator_key" = [])), params(("drop_id" = DropId, Path)),
    responses((status = 200, body = OperatorDropResponse), Problem))]
#[tracing::instrument(name = "handler.operator_drops.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    _: CurrentOperator,
) -> Result<Json<OperatorDropResponse>, ApiError> {
    let flash_drop = find(&app, drop_id).await?;
    let mut glances = history::latest(&app.pool, &[drop_id]).await?;
    let seen = room_health::look(&app, std::slice::from_ref(&flash_drop), &glances).await?;
    let (glance, health) = (glances.remove(&drop_id), seen.get(&drop_id).copied());
    Ok(Json(OperatorDropResponse::new(flash_drop, glance, health, app.now())))
}

/// Reads a drop of any seller as it is now.
pub(super) async fn find(app: &App, drop_id: DropId) -> Result<FlashDrop, ApiError> {
    drops::find(&app.pool, drop_id).await?.ok_or(ApiError::DropNotFound)
}
