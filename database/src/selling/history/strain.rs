//! How hard it is lately to place the orders of drops, and to be paid for them.

use crate::{DatabaseError, Doing};
use shared::ids::DropId;
use sqlx::PgPool;
use std::{collections::BTreeMap, time::Duration};

/// What was seen of a drop's orders and payments lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DropStrain {
    /// How long the slowest batch of orders took, milliseconds; 0 if there was none.
    pub commit_ms: i32,
    /// Calls to the payment provider without a clear answer.
    pub provider_errors: i64,
}

/// Returns what was seen of these drops within the last `within`. One of which nothing was seen is left
/// out.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn strain(
    pool: &PgPool,
    drop_ids: &[DropId],
    within: Duration,
) -> Result<BTreeMap<DropId, DropStrain>, DatabaseError> {
    let rows = sqlx::query!(
        r#"select drop_id as "drop_id!: DropId", coalesce(max(commit_ms), 0) as "commit_ms!",
             sum(provider_errors) as "provider_errors!"
         from drop_history
         where drop_id = any($1) and step_s = 1 and at > now() - make_interval(secs => $2)
         group by drop_id"#,
        drop_ids as &[DropId],
        within.as_secs_f64(),
    )
    .fetch_all(pool)
    .await
    .doing("look how hard orders are to place")?;
    let strains = rows.into_iter().map(|row| {
        let seen = DropStrain { commit_ms: row.commit_ms, provider_errors: row.provider_errors };
        (row.drop_id, seen)
    });
    Ok(strains.collect())
}
