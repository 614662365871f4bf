//! Records that could not be understood.

use crate::{
    ApiError, App,
    extract::{Operator, Page, PageQuery, PageRequest},
};
use axum::extract::State;
use database::selling::numbers::{self, DeadLetterView};
use edge::{Json, Problem};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A record that could not be understood.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeadLetterResponse {
    /// Its id.
    pub id: Uuid,
    /// Topic it was read from.
    pub topic: String,
    /// Partition it was read from.
    pub partition: i32,
    /// Offset it was read at.
    pub offset: i64,
    /// The drop, if that much could be read.
    pub drop_id: Option<Uuid>,
    /// The order, if that much could be read.
    pub order_id: Option<Uuid>,
    /// Stable code of the reason.
    pub reason: String,
    /// The reason in words.
    pub detail: String,
    /// How many bytes it has.
    pub n_bytes: i32,
    /// When it was put aside.
    pub created_at: Timestamp,
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

/// Lists records that could not be understood, newest first.
#[utoipa::path(get, path = "/v1/operator/dead-letters", tag = "operator",
    security(("operator_key" = [])), params(PageQuery),
    responses((status = 200, body = Page<DeadLetterResponse>),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.dead_letters.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    page: PageRequest<Uuid>,
) -> Result<Json<Page<DeadLetterResponse>>, ApiError> {
    let rows = numbers::list_dead_letters(&app.pool, page.before, page.rows()).await?;
    Ok(Json(page.page(rows, |row| row.id.to_string(), DeadLetterResponse::from)))
}
