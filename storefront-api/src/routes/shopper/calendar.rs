//! A drop as a calendar file.

use crate::{ApiError, App, calendar::CalendarEvent};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use database::selling::drops::FlashDrop;
use edge::{Path, Problem};
use jiff::Timestamp;
use shared::{drops::DropState, ids::DropId};

/// Downloads a drop for one's calendar (RFC 5545): when it opens, and when it closes if it does. The
/// event keeps its `UID`, so a file that is taken again brings it up to date.
#[utoipa::path(get, path = "/v1/drops/{drop_id}/calendar.ics", tag = "shopper",
    params(("drop_id" = DropId, Path)),
    responses((status = 200, body = String, content_type = "text/calendar"), Problem))]
#[tracing::instrument(name = "handler.calendar.download", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn download(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
) -> Result<Response, ApiError> {
    let found = app.public_reads.find_drop(drop_id).await?;
    let flash_drop = Option::as_ref(&found).ok_or(ApiError::DropNotFound)?;
    // One that was called off as a draft never had a time.
    let opens_at = flash_drop.opens_at.ok_or_else(Problem::not_found)?;
    let url = app.settings.storefront.public_url.trim_end_matches('/');
    let url = format!("{url}/drops/{drop_id}");
    let file = event(flash_drop, opens_at, &url).file(app.now());
    let disposition = format!("attachment; filename=\"drop-{drop_id}.ics\"");
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, file).into_response())
}

fn event<'a>(flash_drop: &'a FlashDrop, opens_at: Timestamp, url: &'a str) -> CalendarEvent<'a> {
    let seller = &flash_drop.seller_name;
    let mut description = format!("By {seller}. The line opens at this time. Join it here: {url}");
    if !flash_drop.description.is_empty() {
        description = format!("{description}\n\n{}", flash_drop.description);
    }
    CalendarEvent {
        uid: flash_drop.id.to_string(),
        sequence: flash_drop.limits_version,
        starts_at: opens_at,
        ends_at: flash_drop.closes_at,
        summary: &flash_drop.title,
        description,
        url,
        is_cancelled: flash_drop.state == DropState::Cancelled,
    }
}
