//! The logo of a theme, of one drop or of all drops of its seller.

use super::error::ChangePictureError;
use crate::{DatabaseError, Doing};
use shared::ids::{DropId, SellerId};
use sqlx::PgConnection;

/// Locks a theme, which may begin with its logo, and returns the picture that it shows.
pub(super) async fn lock(
    connection: &mut PgConnection,
    seller_id: SellerId,
    drop_id: Option<DropId>,
) -> Result<Option<String>, ChangePictureError> {
    if let Some(drop_id) = drop_id {
        ensure_own(connection, seller_id, drop_id).await?;
    }
    sqlx::query!(
        "insert into themes (seller_id, drop_id) values ($1, $2) on conflict do nothing",
        seller_id as SellerId,
        drop_id as Option<DropId>,
    )
    .execute(&mut *connection)
    .await
    .doing("begin a theme with its logo")?;
    let logo = sqlx::query_scalar!(
        "select logo from themes
         where seller_id = $1 and drop_id is not distinct from $2::uuid for update",
        seller_id as SellerId,
        drop_id as Option<DropId>,
    )
    .fetch_one(connection)
    .await
    .doing("lock a theme's logo")?;
    Ok(logo)
}

async fn ensure_own(
    connection: &mut PgConnection,
    seller_id: SellerId,
    drop_id: DropId,
) -> Result<(), ChangePictureError> {
    let is_own = sqlx::query_scalar!(
        r#"select exists (select from drops where id = $1 and seller_id = $2) as "exists!""#,
        drop_id as DropId,
        seller_id as SellerId,
    )
    .fetch_one(connection)
    .await
    .doing("look for the drop of a logo")?;
    if is_own { Ok(()) } else { Err(ChangePictureError::DropNotFound) }
}

/// Has a theme show a picture, or none.
pub(super) async fn assign(
    connection: &mut PgConnection,
    seller_id: SellerId,
    drop_id: Option<DropId>,
    id: Option<&str>,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update themes set logo = $3
         where seller_id = $1 and drop_id is not distinct from $2::uuid",
        seller_id as SellerId,
        drop_id as Option<DropId>,
        id,
    )
    .execute(connection)
    .await
    .doing("show a logo")?;
    Ok(())
}
