//! Visitors who come into a site without a line, while that gives no answer.
//!
//! They have no ticket and no order. That there are no more of them than the policy says, whichever
//! storefront they come to, is seen to by the lock of one row, and each leaves a row of their own.

use crate::{DatabaseError, Doing, run_to_completion};
use jiff::Timestamp;
use shared::{
    decide::failure::{DoorStep, OnFailure, step},
    gcra::Gcra,
    ids::{DropId, TicketId},
};
use sqlx::{PgConnection, PgPool};
use std::time::Duration;

/// What came of a wish to come in without a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoorOutcome {
    /// The visit begins.
    Through {
        /// Until when it may last.
        ends_at: Timestamp,
    },
    /// As many as may be are in.
    Later {
        /// When the next one may come in.
        after: Duration,
    },
    /// Nobody comes in that way now: the policy or the drop's state says so.
    Shut,
}

/// How far a door has come.
struct LockedDoor {
    /// `None` where nobody may come in.
    pace: Option<Gcra>,
    tat_us: f64,
    now_us: f64,
}

/// Lets one visitor into a site without a line, if the policy and its pace allow that. Whether the line
/// gives no answer is for the caller to know.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nobody is in then, unless the commit's own reply was lost.
pub async fn let_through(
    pool: &PgPool,
    drop_id: DropId,
    visit_id: TicketId,
) -> Result<DoorOutcome, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to let a visitor through")?;
        let Some(door) = lock(&mut tx, drop_id).await? else { return Ok(DoorOutcome::Shut) };
        let Some(pace) = door.pace else { return Ok(DoorOutcome::Shut) };
        let tat_us = match step(&pace, door.tat_us, door.now_us) {
            DoorStep::Later { after } => return Ok(DoorOutcome::Later { after }),
            DoorStep::Through { tat_us } => tat_us,
        };
        let ends_at = write(&mut tx, drop_id, visit_id, tat_us).await?;
        tx.commit().await.doing("commit a visitor who was let through")?;
        Ok(DoorOutcome::Through { ends_at })
    })
    .await
}

/// Locks the door of a site; `None` if its policy has no door. The clock is read under the lock.
async fn lock(
    connection: &mut PgConnection,
    drop_id: DropId,
) -> Result<Option<LockedDoor>, DatabaseError> {
    sqlx::query!(
        r#"with door as (
             insert into open_doors as d (drop_id)
             select id from drops where id = $1 and failure_policy = 'open'
             on conflict (drop_id) do update set tat_us = d.tat_us
             returning drop_id, tat_us)
         select door.tat_us as "tat_us!",
             (extract(epoch from clock_timestamp()) * 1000000)::float8 as "now_us!",
             d.state, d.mode, d.failure_policy, d.failure_per_minute,
             coalesce(d.closes_at > clock_timestamp(), true) as "is_before_close!"
         from door join drops d on d.id = door.drop_id"#,
        drop_id as DropId,
    )
    .map(|row| {
        let per_minute = row.failure_per_minute.map(i32::unsigned_abs);
        let pace = OnFailure::of(row.failure_policy, per_minute).pace(row.state, row.mode);
        LockedDoor {
            pace: pace.filter(|_| row.is_before_close),
            tat_us: row.tat_us,
            now_us: row.now_us,
        }
    })
    .fetch_optional(connection)
    .await
    .doing("lock the door of a site")
}

/// Writes down who came in; returns until when they may stay.
async fn write(
    connection: &mut PgConnection,
    drop_id: DropId,
    visit_id: TicketId,
    tat_us: f64,
) -> Result<Timestamp, DatabaseError> {
    let ends_at = sqlx::query_scalar!(
        "with moved as (update open_doors set tat_us = $3 where drop_id = $1)
         insert into let_through (drop_id, visit_id, ends_at)
         select id, $2, clock_timestamp() + make_interval(secs => hold_seconds)
         from drops where id = $1
         returning ends_at",
        drop_id as DropId,
        visit_id as TicketId,
        tat_us,
    )
    .fetch_one(connection)
    .await
    .doing("let a visitor through")?;
    Ok(ends_at.to_jiff())
}

/// Counts those who ever came into a site without a line.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn count_let_through(pool: &PgPool, drop_id: DropId) -> Result<i64, DatabaseError> {
    sqlx::query_scalar!(
        r#"select count(*) as "n!" from let_through where drop_id = $1"#,
        drop_id as DropId,
    )
    .fetch_one(pool)
    .await
    .doing("count who was let through")
}
