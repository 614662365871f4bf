//! Editing what shoppers read of a product.

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::json;
use shared::ids::{ProductId, SellerId};
use sqlx::PgPool;

/// New texts of a product; what is `None` stays.
#[derive(Clone, Copy, Debug)]
pub struct ProductTexts<'a> {
    /// 1 to 200 characters.
    pub name: Option<&'a str>,
    /// Plain text, may be empty.
    pub description: Option<&'a str>,
}

/// Changes the texts of a seller's product, with an audit row; `false` when the seller has no such
/// product. A change that alters nothing writes nothing.
///
/// # Errors
///
/// Returns [`DatabaseError`] when a value is refused or the database is away.
pub async fn edit(
    pool: &PgPool,
    seller_id: SellerId,
    product_id: ProductId,
    texts: ProductTexts<'_>,
    actor: &str,
) -> Result<bool, DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to edit a product")?;
    let connection = &mut *transaction;
    let found = sqlx::query!(
        "select name, description from products where id = $1 and seller_id = $2 for update",
        product_id as ProductId,
        seller_id as SellerId,
    )
    .fetch_optional(&mut *connection)
    .await
    .doing("lock a product's texts")?;
    let Some(old) = found else { return Ok(false) };
    let name = texts.name.unwrap_or(&old.name);
    let description = texts.description.unwrap_or(&old.description);
    if name == old.name && description == old.description {
        return Ok(true);
    }
    sqlx::query!(
        "update products set name = $2, description = $3 where id = $1",
        product_id as ProductId,
        name,
        description,
    )
    .execute(&mut *connection)
    .await
    .doing("edit a product")?;
    let entry = AuditEntry {
        actor,
        action: "product.edit",
        drop_id: None,
        seller_id: Some(seller_id),
        old: Some(json!({
            "product_id": product_id, "name": old.name, "description": old.description,
        })),
        new: Some(json!({ "product_id": product_id, "name": name, "description": description })),
        why: "edited by its seller",
    };
    audit::write(connection, &entry).await?;
    transaction.commit().await.doing("commit a product's texts")?;
    Ok(true)
}
