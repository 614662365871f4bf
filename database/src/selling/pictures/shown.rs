//! Which picture a product, a drop or a theme shows.

use super::{error::ChangePictureError, logo, picture::PictureOf};
use crate::{DatabaseError, Doing};
use shared::ids::{DropId, ProductId, SellerId};
use sqlx::PgConnection;

/// Locks what shows a picture, and returns which one. A drop that is over may lose its picture, but
/// gets no other (`gets_another`).
pub(super) async fn lock(
    connection: &mut PgConnection,
    seller_id: SellerId,
    of: PictureOf,
    gets_another: bool,
) -> Result<Option<String>, ChangePictureError> {
    match of {
        PictureOf::Product(product_id) => lock_product(connection, seller_id, product_id).await,
        PictureOf::Drop(drop_id) => lock_drop(connection, seller_id, drop_id, gets_another).await,
        PictureOf::Theme(drop_id) => logo::lock(connection, seller_id, drop_id).await,
    }
}

async fn lock_product(
    connection: &mut PgConnection,
    seller_id: SellerId,
    id: ProductId,
) -> Result<Option<String>, ChangePictureError> {
    sqlx::query_scalar!(
        "select picture from products where id = $1 and seller_id = $2 for update",
        id as ProductId,
        seller_id as SellerId,
    )
    .fetch_optional(connection)
    .await
    .doing("lock a product's picture")?
    .ok_or(ChangePictureError::ProductNotFound)
}

async fn lock_drop(
    connection: &mut PgConnection,
    seller_id: SellerId,
    id: DropId,
    gets_another: bool,
) -> Result<Option<String>, ChangePictureError> {
    let found = sqlx::query!(
        "select state, picture from drops where id = $1 and seller_id = $2 for update",
        id as DropId,
        seller_id as SellerId,
    )
    .fetch_optional(connection)
    .await
    .doing("lock a drop's picture")?
    .ok_or(ChangePictureError::DropNotFound)?;
    if gets_another && found.state.is_over() {
        return Err(ChangePictureError::DropOver(found.state));
    }
    Ok(found.picture)
}

/// Has a product, a drop or a theme show a picture, or none.
pub(super) async fn assign(
    connection: &mut PgConnection,
    seller_id: SellerId,
    of: PictureOf,
    id: Option<&str>,
) -> Result<(), DatabaseError> {
    let done = match of {
        PictureOf::Product(product_id) => {
            sqlx::query!(
                "update products set picture = $2 where id = $1",
                product_id as ProductId,
                id,
            )
            .execute(connection)
            .await
        }
        PictureOf::Drop(drop_id) => {
            sqlx::query!(
                "update drops set picture = $2, version = version + 1 where id = $1",
                drop_id as DropId,
                id,
            )
            .execute(connection)
            .await
        }
        PictureOf::Theme(drop_id) => {
            return logo::assign(connection, seller_id, drop_id, id).await;
        }
    };
    done.doing("show a picture")?;
    Ok(())
}
