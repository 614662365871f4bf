//! Counting people in, and beginning anew, as a site's own server says.

use super::{
    answer::AwsRefusal,
    input::{Fields, Ours},
    room,
};
use crate::{App, extract::CurrentSeller, public_reads::PublicReads};
use axum::{Json, extract::State};
use database::selling::passes::aws::{self, CountOutcome};
use serde::Serialize;
use std::ops::RangeInclusive;
use tokio::time::sleep;
use utoipa::ToSchema;

/// People that are counted in, or taken back, by one call: at most 2^31.
const INCREMENTS: RangeInclusive<i64> = -(1 << 31)..=1 << 31;

/// The counter as it is now.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) struct CountedIn {
    serving_num: i64,
}

/// That it was done.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) struct BegunAnew {
    #[schema(value_type = String)]
    message: &'static str,
}

/// Counts more people in, at once. The counter may run past the last number that was given; then it is
/// for those who come later. A negative increment takes back what nobody has used.
#[utoipa::path(post, path = "/aws/api/increment_serving_counter", tag = "server",
    security(("seller_key" = [])),
    responses((status = 200, body = CountedIn), AwsRefusal))]
#[tracing::instrument(name = "handler.aws.increment_serving_counter", skip_all)]
pub(super) async fn increment_serving_counter(
    State(app): State<App>,
    seller: Ours<CurrentSeller>,
    fields: Fields,
) -> Result<Json<CountedIn>, AwsRefusal> {
    let room = room::find_own(&app, seller, &fields).await?;
    let by = fields.integer("increment_by").filter(|by| INCREMENTS.contains(by));
    let by = by.ok_or_else(|| AwsRefusal::invalid("increment_by"))?;
    match aws::increment(&app.pool, room.drop_id, by, &seller.0.actor()).await? {
        CountOutcome::Counted(serving_num) => Ok(Json(CountedIn { serving_num })),
        CountOutcome::OutOfRange => Err(AwsRefusal::invalid("increment_by")),
        CountOutcome::NotFound => Err(AwsRefusal::invalid("event_id")),
    }
}

/// Begins anew: numbers count from 1 again, nobody is counted in, and whoever was in line or inside is
/// not any more.
#[utoipa::path(post, path = "/aws/api/reset_initial_state", tag = "server",
    security(("seller_key" = [])),
    responses((status = 200, body = BegunAnew), AwsRefusal))]
#[tracing::instrument(name = "handler.aws.reset_initial_state", skip_all)]
pub(super) async fn reset_initial_state(
    State(app): State<App>,
    seller: Ours<CurrentSeller>,
    fields: Fields,
) -> Result<Json<BegunAnew>, AwsRefusal> {
    let room = room::find_own(&app, seller, &fields).await?;
    let last_number = match room::epoch(&app, &room).await? {
        Some(epoch) => app.queue.last_number(room.drop_id, epoch).await?,
        None => 0,
    };
    if !aws::reset(&app.pool, room.drop_id, last_number, &seller.0.actor()).await? {
        return Err(AwsRefusal::invalid("event_id"));
    }
    while aws::end_before(&app.pool, room.drop_id, last_number).await? > 0 {}
    // Until then numbers might still be counted from before.
    sleep(PublicReads::FRESH).await;
    Ok(Json(BegunAnew { message: "The waiting room begins anew" }))
}
