//! What other limits would do to the waits of those in line.

use super::{
    new_limits::{self, line_cap},
    show::LimitValues,
};
use crate::{
    ApiError, App,
    extract::{Body, CurrentOperator, Faults, Validate},
    routes::operator::drops,
};
use axum::extract::State;
use database::selling::{
    drops::{LimitsChange, NewLineCap},
    numbers,
};
use edge::{Json, Path, Problem};
use serde::{Deserialize, Serialize};
use shared::{
    decide::preview::{PreviewedWait, preview},
    ids::DropId,
    line::RoomCounts,
};
use utoipa::ToSchema;

/// Limits to look at; a limit that is left out is as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsPreviewInput {
    /// Tickets admitted per second, from 0.001 to 100 000.
    #[schema(minimum = 0.001, maximum = 100_000)]
    admission_rate_per_second: Option<f64>,
    /// Tickets admitted and not finished, at most; from 1 to 10 000 000.
    #[schema(minimum = 1, maximum = 10_000_000)]
    occupancy_cap: Option<u32>,
    /// Orders processed per second, from 0.001 to 100 000.
    #[schema(minimum = 0.001, maximum = 100_000)]
    order_rate_per_second: Option<f64>,
    /// Tickets that may wait at one time, at most, from 1 to 10 000 000; null for as many as the setting
    /// for all drops allows.
    #[serde(default, deserialize_with = "line_cap")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 10_000_000)]
    line_cap: Option<NewLineCap>,
}

/// How long those in line would still wait.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LimitsPreviewResponse {
    drop_id: DropId,
    /// Tickets in line.
    waiting: u64,
    /// Tickets admitted and not finished.
    occupied: u64,
    /// Orders that ended in the last minute, whichever way.
    ended_last_minute: u64,
    /// The limits as they are.
    before: LimitValues,
    /// The limits that are looked at.
    after: LimitValues,
    /// The waits at a tenth, half and nine tenths of the line; none if nobody waits.
    positions: Vec<PositionPreview>,
}

/// The wait of one position.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct PositionPreview {
    /// How far back in line, in percent of it.
    #[schema(example = 50)]
    share_percent: u8,
    /// People ahead + 1.
    position: u64,
    /// With the limits as they are; null if the turn never comes, or nothing tells when.
    before_seconds: Option<u64>,
    /// With the others, likewise.
    after_seconds: Option<u64>,
}

impl Validate for LimitsPreviewInput {
    fn faults(&self) -> Faults {
        new_limits::faults(self.change())
    }
}

impl LimitsPreviewInput {
    const fn change(&self) -> LimitsChange {
        LimitsChange {
            admission_rate_per_second: self.admission_rate_per_second,
            occupancy_cap: self.occupancy_cap,
            order_rate_per_second: self.order_rate_per_second,
            line_cap: self.line_cap,
            // How many never show up is not foreseen.
            no_show_percent: None,
        }
    }
}

impl From<PreviewedWait> for PositionPreview {
    fn from(wait: PreviewedWait) -> Self {
        Self {
            share_percent: wait.share_percent,
            position: wait.position,
            before_seconds: wait.before_seconds,
            after_seconds: wait.after_seconds,
        }
    }
}

/// Tells what other limits would do to the waits of those in line, and changes nothing. The times are
/// estimates, from the limits and from what was seen in the last minute.
#[utoipa::path(post, path = "/v1/operator/drops/{drop_id}/limits/preview", tag = "operator",
    security(("operator_key" = [])), params(("drop_id" = DropId, Path)),
    request_body = LimitsPreviewInput,
    responses((status = 200, body = LimitsPreviewResponse), Problem))]
#[tracing::instrument(name = "handler.limits.preview", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    _: CurrentOperator,
    Body(input): Body<LimitsPreviewInput>,
) -> Result<Json<LimitsPreviewResponse>, ApiError> {
    let flash_drop = drops::find(&app, drop_id).await?;
    let ended_last_minute = numbers::ended_lately(&app.pool, drop_id).await?;
    let facts = flash_drop.line_facts(&line_counts(&app, drop_id).await?, ended_last_minute);
    let before = flash_drop.limits;
    let after = input.change().apply_to(before);
    let positions = preview(&facts, &before, &after).into_iter().map(Into::into);
    Ok(Json(LimitsPreviewResponse {
        drop_id,
        waiting: facts.waiting,
        occupied: facts.occupied,
        ended_last_minute,
        before: before.into(),
        after: after.into(),
        positions: positions.collect(),
    }))
}

/// Counts the line; nobody is in one that is not there.
async fn line_counts(app: &App, drop_id: DropId) -> Result<RoomCounts, ApiError> {
    match app.queue.room(drop_id).await? {
        Some(room) => Ok(app.queue.counts(drop_id, room.epoch).await?),
        None => Ok(RoomCounts::default()),
    }
}
