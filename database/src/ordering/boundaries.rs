//! Which order commands the rebuilds of a drop's line left out.

use crate::{DatabaseError, Doing};
use shared::{ids::DropId, line::Epoch};
use sqlx::PgConnection;
use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

/// An offset in the drop's partition of `order-commands`; those of a later log are greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Boundary {
    /// Generation of the log; raised when another log took its place.
    pub generation: i64,
    /// Offset within the partition.
    pub offset: i64,
}

/// The boundaries of a drop's rebuilds, by the epoch that each of them began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boundaries(BTreeMap<Epoch, Boundary>);

impl Boundaries {
    /// Whether a command of `epoch` came too late: a newer line was built without it.
    #[must_use]
    pub fn leave_out(&self, epoch: Epoch, at: Boundary) -> bool {
        self.0.range((Excluded(epoch), Unbounded)).any(|(_, boundary)| at >= *boundary)
    }
}

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
        found.entry(row.drop_id).or_default().0.insert(Epoch(row.epoch.unsigned_abs()), boundary);
    }
    Ok(found)
}
