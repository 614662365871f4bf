//! Where the commands of a drop begin.

use crate::{DatabaseError, Doing, ordering::boundaries::Boundary};
use shared::ids::DropId;
use sqlx::PgPool;

/// Reads the boundary of a drop's first line, which was kept before anybody was let in: all commands
/// of the drop lie at or behind it. `None` while the drop has had no line.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn first_boundary(
    pool: &PgPool,
    drop_id: DropId,
) -> Result<Option<Boundary>, DatabaseError> {
    sqlx::query!(
        "select generation, log_offset from epoch_boundaries where drop_id = $1
         order by epoch limit 1",
        drop_id as DropId,
    )
    .map(|row| Boundary { generation: row.generation, offset: row.log_offset })
    .fetch_optional(pool)
    .await
    .doing("read where the commands of a drop begin")
}
