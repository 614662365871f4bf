//! Finding themes.

use super::theme::{StyleRow, Theme, ThemeOf};
use crate::{DatabaseError, Doing, selling::pictures::Picture};
use shared::ids::{DropId, SellerId};
use sqlx::PgPool;

/// A theme as a query returns it.
struct ThemeRow {
    accent: Option<String>,
    band: Option<String>,
    tagline_en: Option<String>,
    tagline_ko: Option<String>,
    message_en: Option<String>,
    message_ko: Option<String>,
    logo_id: Option<String>,
    logo_widths: Option<Vec<i32>>,
    logo_height: Option<i32>,
}

/// Finds a theme as its seller has set it; one that was never set leaves all open.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find(pool: &PgPool, of: ThemeOf) -> Result<Theme, DatabaseError> {
    let found = sqlx::query_as!(
        ThemeRow,
        r#"select t.accent, t.band, t.tagline_en, t.tagline_ko, t.message_en, t.message_ko,
               p.id as "logo_id?", p.widths as "logo_widths?", p.height as "logo_height?"
           from themes t
           left join pictures p on p.id = t.logo
           where t.seller_id = $1 and t.drop_id is not distinct from $2::uuid"#,
        of.seller_id as SellerId,
        of.drop_id as Option<DropId>,
    )
    .fetch_optional(pool)
    .await
    .doing("find a theme")?;
    Ok(found.map(Theme::from).unwrap_or_default())
}

/// Finds what the page of a drop shows: its own theme, and its seller's where that leaves something open.
/// `None` if shoppers may see no such drop.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_shown(pool: &PgPool, drop_id: DropId) -> Result<Option<Theme>, DatabaseError> {
    let found = sqlx::query_as!(
        ThemeRow,
        r#"select coalesce(own.accent, common.accent) as "accent?",
               coalesce(own.band, common.band) as "band?",
               coalesce(own.tagline_en, common.tagline_en) as "tagline_en?",
               coalesce(own.tagline_ko, common.tagline_ko) as "tagline_ko?",
               coalesce(own.message_en, common.message_en) as "message_en?",
               coalesce(own.message_ko, common.message_ko) as "message_ko?",
               p.id as "logo_id?", p.widths as "logo_widths?", p.height as "logo_height?"
           from drops d
           left join themes own on own.seller_id = d.seller_id and own.drop_id = d.id
           left join themes common on common.seller_id = d.seller_id and common.drop_id is null
           left join pictures p on p.id = coalesce(own.logo, common.logo)
           where d.id = $1 and d.state <> 'draft'"#,
        drop_id as DropId,
    )
    .fetch_optional(pool)
    .await
    .doing("find the theme of a drop")?;
    Ok(found.map(Theme::from))
}

impl From<ThemeRow> for Theme {
    fn from(row: ThemeRow) -> Self {
        let style = StyleRow {
            accent: row.accent,
            band: row.band,
            tagline_en: row.tagline_en,
            tagline_ko: row.tagline_ko,
            message_en: row.message_en,
            message_ko: row.message_ko,
        };
        let logo = Picture::joined(row.logo_id, row.logo_widths, row.logo_height);
        Self { logo, style: style.into() }
    }
}
