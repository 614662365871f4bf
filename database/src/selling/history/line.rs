//! How the line of a drop is just now, for whoever thinks of joining it.

use crate::{DatabaseError, Doing};
use shared::ids::DropId;
use sqlx::PgPool;

/// Who stands in the line of a drop, and what became of those who were let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineGlance {
    /// People in line, all of its lanes and variants.
    pub waiting: i32,
    /// People who were ever let in; `None` if that is not known.
    pub admitted: Option<i64>,
    /// Orders that were ever placed.
    pub placed: i64,
    /// Orders that ended without what they were for.
    pub lost: i64,
    /// Units held for orders that are not paid yet, or passes that are good.
    pub held: i32,
    /// Units of confirmed orders, or visits that have begun.
    pub sold: i32,
}

/// Returns how the line of a drop was when it was last looked at; `None` if that was not lately. Where
/// nothing goes on it is looked at once a minute.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn line(pool: &PgPool, drop_id: DropId) -> Result<Option<LineGlance>, DatabaseError> {
    sqlx::query_as!(
        LineGlance,
        r#"select waiting as "waiting!", admitted, placed, lost, held, sold
         from drop_history
         where drop_id = $1 and step_s = 1 and at > now() - interval '90 seconds'
             and waiting is not null
         order by at desc limit 1"#,
        drop_id as DropId,
    )
    .fetch_optional(pool)
    .await
    .doing("look how a line is")
}
