//! Every change of an order's state, append-only.

use crate::{DatabaseError, Doing, ordering::order::Change};
use sqlx::PgConnection;

/// Writes the changes. The unique index on ends refuses a second end of an order.
pub(crate) async fn append(
    conn: &mut PgConnection,
    changes: &[Change<'_>],
) -> Result<(), DatabaseError> {
    sqlx::query(
        "insert into ticket_transitions
             (order_id, sequence, from_state, to_state, terminal, reason)
         select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::bool[], $6::text[])",
    )
    .bind(changes.iter().map(|change| change.order.id.as_uuid()).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.sequence).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.from.as_str()).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.to.as_str()).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.to.is_terminal()).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.reason.clone()).collect::<Vec<_>>())
    .execute(conn)
    .await
    .doing("write transitions")?;
    Ok(())
}
