//! Who changed what and why.

use crate::{
    ApiError, App,
    extract::{CurrentOperator, Page, PageQuery, PageRequest},
};
use axum::extract::State;
use database::people::audit::{self, AuditRecord};
use edge::{Json, Problem, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::ids::{DropId, SellerId};
use utoipa::{IntoParams, ToSchema};

/// Which part of the log is wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Only changes of this drop.
    drop_id: Option<DropId>,
    /// Rows on the page, at most.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// `next_cursor` of the previous page; the newest rows without it.
    cursor: Option<String>,
}

/// An entry of the audit log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AuditResponse {
    /// Number of the entry; later ones are greater.
    id: i64,
    /// When the change was made.
    at: Timestamp,
    /// Who made it.
    #[schema(example = "operator:ann")]
    actor: String,
    /// What was done.
    #[schema(example = "drop.limits")]
    action: String,
    /// The drop that was changed, if it was one.
    drop_id: Option<DropId>,
    /// The seller whose property was changed, if it has one.
    seller_id: Option<SellerId>,
    /// The values before the change.
    old: Option<Value>,
    /// The values after it.
    new: Option<Value>,
    /// The reason that was given.
    why: String,
}

impl From<AuditRecord> for AuditResponse {
    fn from(record: AuditRecord) -> Self {
        Self {
            id: record.id,
            at: record.at,
            actor: record.actor,
            action: record.action,
            drop_id: record.drop_id,
            seller_id: record.seller_id,
            old: record.old,
            new: record.new,
            why: record.why,
        }
    }
}

/// Lists changes, newest first.
#[utoipa::path(get, path = "/v1/operator/audit", tag = "operator",
    security(("operator_key" = [])), params(AuditQuery),
    responses((status = 200, body = Page<AuditResponse>), Problem))]
#[tracing::instrument(name = "handler.audit.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    _: CurrentOperator,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Page<AuditResponse>>, ApiError> {
    let page = PageRequest::new(&PageQuery { limit: query.limit, cursor: query.cursor })?;
    let rows = audit::list(&app.pool, query.drop_id, page.before, page.rows()).await?;
    Ok(Json(page.page(rows, |row| row.id, AuditResponse::from)))
}
