//! Editing what shoppers read of a drop, before it opens and while it runs.

use super::error::ChangeDropError;
use crate::{
    Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::json;
use shared::{
    drops::DropState,
    ids::{DropId, SellerId},
};
use sqlx::{PgConnection, PgPool};

/// New texts of a drop; what is `None` stays.
#[derive(Clone, Copy, Debug)]
pub struct DropTexts<'a> {
    /// 1 to 200 characters.
    pub title: Option<&'a str>,
    /// Plain text, may be empty.
    pub description: Option<&'a str>,
}

/// The texts of a drop whose row is locked.
struct Locked {
    state: DropState,
    title: String,
    description: String,
}

/// Changes the texts of a seller's drop, with an audit row. A change that alters nothing writes
/// nothing.
///
/// # Errors
///
/// Returns [`ChangeDropError`] when it is not the seller's, or is over: then its texts are what
/// shoppers bought by.
pub async fn edit(
    pool: &PgPool,
    seller_id: SellerId,
    drop_id: DropId,
    texts: DropTexts<'_>,
    actor: &str,
) -> Result<(), ChangeDropError> {
    let mut transaction = pool.begin().await.doing("begin to edit a drop")?;
    let connection = &mut *transaction;
    let old = lock(connection, seller_id, drop_id).await?;
    if old.state.is_over() {
        return Err(ChangeDropError::WrongState(old.state));
    }
    let title = texts.title.unwrap_or(&old.title);
    let description = texts.description.unwrap_or(&old.description);
    if title == old.title && description == old.description {
        return Ok(());
    }
    sqlx::query!(
        "update drops set title = $2, description = $3, version = version + 1 where id = $1",
        drop_id as DropId,
        title,
        description,
    )
    .execute(&mut *connection)
    .await
    .doing("edit a drop")?;
    let entry = AuditEntry {
        actor,
        action: "drop.edit",
        drop_id: Some(drop_id),
        seller_id: Some(seller_id),
        old: Some(json!({ "title": old.title, "description": old.description })),
        new: Some(json!({ "title": title, "description": description })),
        why: "edited by its seller",
    };
    audit::write(connection, &entry).await?;
    Ok(transaction.commit().await.doing("commit a drop's texts")?)
}

async fn lock(
    connection: &mut PgConnection,
    seller_id: SellerId,
    drop_id: DropId,
) -> Result<Locked, ChangeDropError> {
    sqlx::query_as!(
        Locked,
        "select state, title, description from drops
         where id = $1 and seller_id = $2 for update",
        drop_id as DropId,
        seller_id as SellerId,
    )
    .fetch_optional(connection)
    .await
    .doing("lock a drop's texts")?
    .ok_or(ChangeDropError::NotFound)
}
