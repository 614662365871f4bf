//! Who changed what and why.

use crate::{
    ApiError, App,
    extract::{Operator, Page, PageQuery, PageRequest},
};
use axum::extract::State;
use database::people::audit::{self, AuditRecord};
use edge::{Json, Problem, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::ids::DropId;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which part of the log is wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Of this drop only.
    pub drop_id: Option<Uuid>,
    /// How many, from 1 to 100; 20 if not given.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A change that was written down.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditResponse {
    /// Its number; later ones are greater.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    #[schema(example = "operator:ann")]
    pub actor: String,
    /// What.
    #[schema(example = "drop.limits")]
    pub action: String,
    /// The drop, if it is about one.
    pub drop_id: Option<Uuid>,
    /// The tenant, if it is about one.
    pub seller_id: Option<Uuid>,
    /// What it was.
    pub old: Option<Value>,
    /// What it became.
    pub new: Option<Value>,
    /// The reason that was given.
    pub why: String,
}

impl From<AuditRecord> for AuditResponse {
    fn from(record: AuditRecord) -> Self {
        Self {
            id: record.id,
            at: record.at,
            actor: record.actor,
            action: record.action,
            drop_id: record.drop_id.map(|id| id.as_uuid()),
            seller_id: record.seller_id.map(|id| id.as_uuid()),
            old: record.old,
            new: record.new,
            why: record.why,
        }
    }
}

/// Lists changes, newest first.
#[utoipa::path(get, path = "/v1/operator/audit", tag = "operator",
    security(("operator_key" = [])), params(AuditQuery),
    responses((status = 200, body = Page<AuditResponse>),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.audit.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Page<AuditResponse>>, ApiError> {
    let page = PageRequest::new(&PageQuery { limit: query.limit, cursor: query.cursor })?;
    let drop_id = query.drop_id.map(DropId::from_uuid);
    let rows = audit::list(&app.pool, drop_id, page.before, page.rows()).await?;
    Ok(Json(page.page(rows, |row| row.id.to_string(), AuditResponse::from)))
}
