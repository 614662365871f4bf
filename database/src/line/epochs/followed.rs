//! Which logged event each epoch of a drop follows.

use crate::{DatabaseError, Doing};
use shared::{
    decide::chain::Followed,
    ids::DropId,
    line::{ChainHash, Epoch, EventPoint, Follows},
};
use sqlx::PgPool;

/// Reads the event that each epoch of a drop follows; those that follow none are left out.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn followed(pool: &PgPool, drop_id: DropId) -> Result<Followed, DatabaseError> {
    let rows = sqlx::query!(
        r#"select epoch, follows_epoch as "follows_epoch!", follows_evn as "follows_evn!",
             follows_hash as "follows_hash!"
         from epoch_boundaries where drop_id = $1 and follows_hash is not null"#,
        drop_id as DropId,
    )
    .try_map(|row| {
        let hash = row.follows_hash.try_into();
        let hash = hash.map_err(|_| sqlx::Error::Decode("a hash does not have 32 bytes".into()))?;
        let epoch = Epoch(row.follows_epoch.cast_unsigned());
        let point = EventPoint { epoch, evn: row.follows_evn.cast_unsigned() };
        let follows = Follows { point, hash: ChainHash::from_bytes(hash) };
        Ok((Epoch(row.epoch.cast_unsigned()), follows))
    })
    .fetch_all(pool)
    .await
    .doing("read which events epochs follow")?;
    Ok(rows.into_iter().collect())
}
