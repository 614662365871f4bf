//! How drops do just now.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use shared::ids::DropId;
use sqlx::PgPool;
use std::collections::BTreeMap;

/// How a drop does just now, by the last two minutes of its history.
#[derive(Clone, Debug, PartialEq)]
pub struct DropGlance {
    /// When that was seen.
    pub at: Timestamp,
    /// People in line; `None` if nobody looked.
    pub waiting: Option<i32>,
    /// People let in per second, over ten seconds or a little more; `None` if that is not known.
    pub admitted_per_second: Option<f64>,
    /// Units sold per second, likewise.
    pub sold_per_second: Option<f64>,
    /// What holds those up who wait, as a stable code.
    pub held_up_by: Option<String>,
    /// 0 while the payment provider is called, 1 while it is tried, 2 while it is not.
    pub breaker: i16,
}

/// Returns how these drops do just now. One of which nothing was seen lately is left out.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn latest(
    pool: &PgPool,
    drop_ids: &[DropId],
) -> Result<BTreeMap<DropId, DropGlance>, DatabaseError> {
    let rows = sqlx::query!(
        r#"select last.drop_id as "drop_id!: DropId", last.at as "at!", last.waiting as "waiting?",
             last.held_up_by as "held_up_by?", last.breaker as "breaker!",
             (last.admitted - past.admitted)::float8
                 / extract(epoch from last.at - past.at)::float8 as "admitted_per_second?",
             (last.sold - past.sold)::float8
                 / extract(epoch from last.at - past.at)::float8 as "sold_per_second?"
         from unnest($1::uuid[]) as wanted (id)
         cross join lateral (
             select * from drop_history h
             where h.drop_id = wanted.id and h.step_s = 1 and h.at > now() - interval '2 minutes'
             order by h.at desc limit 1) last
         left join lateral (
             select * from drop_history h
             where h.drop_id = wanted.id and h.step_s = 1
                 and h.at <= last.at - interval '10 seconds'
                 and h.at > last.at - interval '90 seconds'
             order by h.at desc limit 1) past on true"#,
        drop_ids as &[DropId],
    )
    .fetch_all(pool)
    .await
    .doing("look how drops do")?;
    let glances = rows.into_iter().map(|row| {
        let glance = DropGlance {
            at: row.at.to_jiff(),
            waiting: row.waiting,
            // A drop whose line was lost may begin to count anew.
            admitted_per_second: row.admitted_per_second.map(|rate| rate.max(0.0)),
            sold_per_second: row.sold_per_second.map(|rate| rate.max(0.0)),
            held_up_by: row.held_up_by,
            breaker: row.breaker,
        };
        (row.drop_id, glance)
    });
    Ok(glances.collect())
}
