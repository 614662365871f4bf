//! Records that couldn't be processed.

use crate::{
    ApiError, App,
    extract::{CurrentOperator, Page, PageQuery, PageRequest},
};
use axum::extract::State;
use database::ordering::dead_letters::{self, DeadLetterView};
use edge::{Json, Problem};
use jiff::Timestamp;
use serde::Serialize;
use shared::ids::{DropId, OrderId};
use utoipa::ToSchema;
use uuid::Uuid;

/// A record that couldn't be processed and was put aside.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterResponse {
    /// Id of the dead letter.
    id: Uuid,
    /// Topic the record was read from.
    topic: String,
    /// Partition it was read from.
    partition: i32,
    /// Offset it was read at.
    offset: i64,
    /// Its drop, if that much could be read.
    drop_id: Option<DropId>,
    /// Its order, if that much could be read.
    order_id: Option<OrderId>,
    /// Stable code of the reason.
    reason: String,
    /// The reason in words.
    detail: String,
    /// Size of the record.
    n_bytes: i32,
    /// When it was put aside.
    created_at: Timestamp,
}

impl From<DeadLetterView> for DeadLetterResponse {
    fn from(letter: DeadLetterView) -> Self {
        Self {
            id: letter.id,
            topic: letter.topic,
            partition: letter.partition,
            offset: letter.log_offset,
            drop_id: letter.drop_id,
            order_id: letter.order_id,
            reason: letter.reason,
            detail: letter.detail,
            n_bytes: letter.n_bytes,
            created_at: letter.created_at,
        }
    }
}

/// Lists records that couldn't be processed, newest first.
#[utoipa::path(get, path = "/v1/operator/dead-letters", tag = "operator",
    security(("operator_key" = [])), params(PageQuery),
    responses((status = 200, body = Page<DeadLetterResponse>), Problem))]
#[tracing::instrument(name = "handler.dead_letters.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    _: CurrentOperator,
    page: PageRequest<Uuid>,
) -> Result<Json<Page<DeadLetterResponse>>, ApiError> {
    let rows = dead_letters::list(&app.pool, page.before, page.rows()).await?;
    Ok(Json(page.page(rows, |row| row.id, DeadLetterResponse::from)))
}
