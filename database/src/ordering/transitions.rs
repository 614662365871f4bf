//! Every change of an order's state, append-only.

use super::order::Change;
use crate::{DatabaseError, Doing};
use sqlx::PgConnection;

/// Writes the changes. The unique index on ends refuses a second end of an order.
pub(super) async fn append(
    conn: &mut PgConnection,
    changes: &[Change<'_>],
) -> Result<(), DatabaseError> {
    sqlx::query(
        "insert into ticket_transitions
             (order_id, sequence, from_state, to_state, terminal, reason)
         select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::bool[], $6::text[])",
    )
    .bind(changes.iter().map(|change| change.order.id).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.sequence).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.from).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.to).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.to.is_terminal()).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.reason.clone()).collect::<Vec<_>>())
    .execute(conn)
    .await
    .doing("write transitions")?;
    Ok(())
}
