//! One drop as shoppers see it.

use super::{drops::DropResponse, odds};
use crate::{ApiError, App};
use axum::extract::State;
use edge::{Json, Path, Problem};
use serde::Serialize;
use shared::ids::DropId;
use utoipa::ToSchema;

/// A drop, and what whoever joins it may expect.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OneDropResponse {
    #[serde(flatten)]
    drop: DropResponse,
    /// How likely a unit is for whoever joins now, in percent and steps of five, 95 at most; a visit, where
    /// a site gives only so many. Null while it is not known, where nobody may join just now, for a site
    /// without an end of visits, and where several variants or lanes have a line each.
    #[schema(minimum = 0, maximum = 95, example = 60)]
    odds_percent: Option<u8>,
}

/// Shows a drop. The answer may be a second old.
#[utoipa::path(get, path = "/v1/drops/{drop_id}", tag = "shopper",
    params(("drop_id" = DropId, Path)), responses((status = 200, body = OneDropResponse), Problem))]
#[tracing::instrument(name = "handler.drops.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
) -> Result<Json<OneDropResponse>, ApiError> {
    let found = app.public_reads.find_drop(drop_id).await?;
    let flash_drop = Option::clone(&found).ok_or(ApiError::DropNotFound)?;
    let odds_percent = odds::on_joining(&app, &flash_drop).await;
    Ok(Json(OneDropResponse { drop: DropResponse::new(flash_drop, app.now()), odds_percent }))
}
