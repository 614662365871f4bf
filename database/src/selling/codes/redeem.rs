//! The use that a shopper makes of a code.
//!
//! A use is taken under the lock of the code, so the last one goes to one shopper, however many ask at
//! once. Whoever has used a code gets the same again and takes nothing more.

use crate::{DatabaseError, Doing};
use shared::{
    credentials::DropCodeHash,
    ids::{DropId, ShopperId},
    line::Lane,
};
use sqlx::{PgConnection, PgPool};

/// A code that can be used, locked.
struct Locked {
    lane: i16,
    is_used_up: bool,
}

/// Takes a use of a code for a shopper and returns the lane that it opens; `None` if there is no such
/// code, it was revoked, or all its uses are taken.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; nothing is taken then.
pub async fn redeem(
    pool: &PgPool,
    drop_id: DropId,
    code: &DropCodeHash,
    shopper_id: ShopperId,
) -> Result<Option<Lane>, DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to redeem a code")?;
    let connection = &mut *transaction;
    let Some(locked) = lock(connection, drop_id, code).await? else { return Ok(None) };
    // The table's check keeps it in bounds.
    let lane = Lane(u8::try_from(locked.lane).unwrap_or_default());
    if !note_use(connection, drop_id, code, shopper_id).await? {
        return Ok(Some(lane));
    }
    if locked.is_used_up {
        return Ok(None);
    }
    sqlx::query!(
        "update drop_codes set uses = uses + 1 where drop_id = $1 and code_hash = $2",
        drop_id as DropId,
        code.as_slice(),
    )
    .execute(connection)
    .await
    .doing("count a use of a code")?;
    transaction.commit().await.doing("commit a use of a code")?;
    Ok(Some(lane))
}

async fn lock(
    connection: &mut PgConnection,
    drop_id: DropId,
    code: &DropCodeHash,
) -> Result<Option<Locked>, DatabaseError> {
    sqlx::query_as!(
        Locked,
        r#"select lane, uses >= max_uses as "is_used_up!" from drop_codes
           where drop_id = $1 and code_hash = $2 and revoked_at is null for update"#,
        drop_id as DropId,
        code.as_slice(),
    )
    .fetch_optional(connection)
    .await
    .doing("lock a code")
}

/// Writes down who uses it; `false` if it was written before.
async fn note_use(
    connection: &mut PgConnection,
    drop_id: DropId,
    code: &DropCodeHash,
    shopper_id: ShopperId,
) -> Result<bool, DatabaseError> {
    let noted = sqlx::query!(
        "insert into code_uses (drop_id, code_hash, shopper_id) values ($1, $2, $3)
         on conflict do nothing",
        drop_id as DropId,
        code.as_slice(),
        shopper_id as ShopperId,
    )
    .execute(connection)
    .await
    .doing("note a use of a code")?;
    Ok(noted.rows_affected() == 1)
}
