//! Ends a run whose agent has vanished, so that another can begin.

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::json;
use shared::ids::LoadRunId;
use sqlx::PgConnection;

/// What a run has for its fault whose agent was not heard from for a minute.
const SILENT: &str = "its agent was not heard from for a minute";

/// Ends the run whose agent was last heard from a minute ago, if there is one.
pub(super) async fn end(connection: &mut PgConnection) -> Result<(), DatabaseError> {
    let ended = sqlx::query_scalar!(
        r#"update load_runs set state = 'broken', fault = $1, ended_at = now()
         where state = 'running' and heard_at < now() - interval '60 seconds'
         returning id as "id: LoadRunId""#,
        SILENT,
    )
    .fetch_optional(&mut *connection)
    .await
    .doing("end a load run whose agent is silent")?;
    let Some(id) = ended else { return Ok(()) };
    let entry = AuditEntry {
        actor: "load-lab",
        action: "load_run.end",
        drop_id: None,
        seller_id: None,
        old: None,
        new: Some(json!({ "load_run_id": id, "state": "broken" })),
        why: SILENT,
    };
    audit::write(connection, &entry).await
}
