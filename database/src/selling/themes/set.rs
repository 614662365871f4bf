//! Setting a theme.

use super::theme::{StyleRow, ThemeOf, ThemeStyle, Wording};
use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::json;
use shared::{
    ids::{DropId, SellerId},
    theme::Colour,
};
use sqlx::{PgConnection, PgPool};

/// Sets colours and texts of a theme, all of them at once, with an audit row; `false` when there is no such
/// seller, or the drop is not the seller's. To set what is there changes nothing.
///
/// # Errors
///
/// Returns [`DatabaseError`] when a value is refused or the database is away.
pub async fn set(
    pool: &PgPool,
    of: ThemeOf,
    style: &ThemeStyle,
    actor: &str,
    why: &str,
) -> Result<bool, DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to set a theme")?;
    let connection = &mut *transaction;
    if !exists(connection, of).await? {
        return Ok(false);
    }
    let old = lock(connection, of).await?;
    if old == *style {
        return Ok(true);
    }
    update(connection, of, style).await?;
    let entry = AuditEntry {
        actor,
        action: "theme.edit",
        drop_id: of.drop_id,
        seller_id: Some(of.seller_id),
        old: Some(json!(old)),
        new: Some(json!(style)),
        why,
    };
    audit::write(connection, &entry).await?;
    transaction.commit().await.doing("commit a theme")?;
    Ok(true)
}

/// Whether there is this seller, and this drop of theirs.
async fn exists(connection: &mut PgConnection, of: ThemeOf) -> Result<bool, DatabaseError> {
    sqlx::query_scalar!(
        r#"select exists (select from sellers s where s.id = $1 and ($2::uuid is null
               or exists (select from drops d where d.id = $2 and d.seller_id = s.id)))
               as "exists!""#,
        of.seller_id as SellerId,
        of.drop_id as Option<DropId>,
    )
    .fetch_one(connection)
    .await
    .doing("look for whose theme it is")
}

/// Locks the theme, which leaves all open if it was never set.
async fn lock(connection: &mut PgConnection, of: ThemeOf) -> Result<ThemeStyle, DatabaseError> {
    sqlx::query!(
        "insert into themes (seller_id, drop_id) values ($1, $2) on conflict do nothing",
        of.seller_id as SellerId,
        of.drop_id as Option<DropId>,
    )
    .execute(&mut *connection)
    .await
    .doing("begin a theme")?;
    let row = sqlx::query_as!(
        StyleRow,
        "select accent, band, tagline_en, tagline_ko, message_en, message_ko from themes
         where seller_id = $1 and drop_id is not distinct from $2::uuid for update",
        of.seller_id as SellerId,
        of.drop_id as Option<DropId>,
    )
    .fetch_one(connection)
    .await
    .doing("lock a theme")?;
    Ok(row.into())
}

async fn update(
    connection: &mut PgConnection,
    of: ThemeOf,
    style: &ThemeStyle,
) -> Result<(), DatabaseError> {
    let (tagline, message) = (style.tagline.as_ref(), style.message.as_ref());
    let english = |wording: Option<&Wording>| wording.map(|wording| wording.en.clone());
    let korean = |wording: Option<&Wording>| wording.map(|wording| wording.ko.clone());
    let colour = |colour: Option<Colour>| colour.map(|colour| colour.to_string());
    sqlx::query!(
        "update themes set accent = $3, band = $4, tagline_en = $5, tagline_ko = $6,
             message_en = $7, message_ko = $8
         where seller_id = $1 and drop_id is not distinct from $2::uuid",
        of.seller_id as SellerId,
        of.drop_id as Option<DropId>,
        colour(style.accent),
        colour(style.band),
        english(tagline),
        korean(tagline),
        english(message),
        korean(message),
    )
    .execute(connection)
    .await
    .doing("set a theme")?;
    Ok(())
}
