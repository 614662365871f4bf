//! Which order commands the rebuilds of a drop's line left out.

use crate::{DatabaseError, Doing};
use shared::{ids::DropId, line::Epoch};
use sqlx::PgConnection;
use std::collections::BTreeMap;

pub use shared::decide::boundaries::{Boundaries, Boundary};

/// Reads the boundaries of some drops.
pub(crate) async fn read(
    conn: &mut PgConnection,
    drops: &[DropId],
) -> Result<BTreeMap<DropId, Boundaries>, DatabaseError> {
    let rows = sqlx::query!(
        "select drop_id, epoch, generation, log_offset from epoch_boundaries
         where drop_id = any($1)",
        drops as &[DropId],
    )
    .fetch_all(conn)
    .await
    .doing("read the boundaries of epochs")?;
    let mut found = BTreeMap::<_, Boundaries>::new();
    for row in rows {
        let boundary = Boundary { generation: row.generation, offset: row.log_offset };
        let epoch = Epoch(row.epoch.unsigned_abs());
        found.entry(row.drop_id).or_default().extend([(epoch, boundary)]);
    }
    Ok(found)
}
