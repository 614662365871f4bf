//! Counting people in, and beginning anew. Each change raises the drop's `limits_version`, by which
//! workers see that Redis is behind, and writes one audit row in the same transaction (AUDIT-1).

use super::room::NUMBER;
use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
    run_to_completion,
    selling::passes::end::{end_locked, lock_good},
};
use serde_json::{Value, json};
use shared::{
    ids::{DropId, OrderId, SellerId},
    lifecycle::TicketState,
};
use sqlx::{PgConnection, PgPool};

/// How far the counter may go, either way: the check `serving_counter_in_range`.
const FURTHEST: i64 = 1 << 52;
/// Passes that are ended by one call.
const AT_A_TIME: i64 = 500;

/// What came of a wish to count people in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountOutcome {
    /// The counter stands here now.
    Counted(i64),
    /// It would go too far.
    OutOfRange,
    /// There is no such room.
    NotFound,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug)]
struct Counts {
    seller_id: SellerId,
    serving_counter: i64,
    reset_number: i64,
    resets: i32,
    /// Of the drop's limits, this change included.
    version: i64,
}

/// A change of them: what was done, and by whom.
struct Act<'a> {
    action: &'static str,
    actor: &'a str,
    why: &'static str,
}

/// Counts `by` more people in, or takes back so many. Nobody who is inside has to leave for that.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then, unless the commit's own reply was lost.
pub async fn increment(
    pool: &PgPool,
    drop_id: DropId,
    by: i64,
    actor: &str,
) -> Result<CountOutcome, DatabaseError> {
    let (pool, actor) = (pool.clone(), actor.to_owned());
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to count people in")?;
        let Some(before) = lock(&mut tx, drop_id).await? else { return Ok(CountOutcome::NotFound) };
        let counter = before.serving_counter.saturating_add(by);
        if !(-FURTHEST..=FURTHEST).contains(&counter) {
            return Ok(CountOutcome::OutOfRange);
        }
        if by != 0 {
            let version = before.version + 1;
            let after = Counts { serving_counter: counter, version, ..before };
            let why = "increment_serving_counter";
            let act = Act { action: "aws.increment", actor: &actor, why };
            store(&mut tx, drop_id, before, after, &act).await?;
        }
        tx.commit().await.doing("commit people who were counted in")?;
        Ok(CountOutcome::Counted(counter))
    })
    .await
}

/// Begins anew: behind `last_number`, the last number that the line has given, numbers are counted from
/// 1, and nobody is counted in. All tokens are forgotten. Returns whether there is such a room.
///
/// Those in line are closed by a worker; passes are for [`end_before`] to end.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then, unless the commit's own reply was lost.
pub async fn reset(
    pool: &PgPool,
    drop_id: DropId,
    last_number: u64,
    actor: &str,
) -> Result<bool, DatabaseError> {
    let (pool, actor) = (pool.clone(), actor.to_owned());
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to reset a room")?;
        let Some(before) = lock(&mut tx, drop_id).await? else { return Ok(false) };
        let after = Counts {
            serving_counter: 0,
            reset_number: before.reset_number.max(last_number.cast_signed()),
            resets: before.resets + 1,
            version: before.version + 1,
            ..before
        };
        let act = Act { action: "aws.reset", actor: &actor, why: "reset_initial_state" };
        store(&mut tx, drop_id, before, after, &act).await?;
        sqlx::query!("delete from aws_tokens where drop_id = $1", drop_id as DropId)
            .execute(&mut *tx)
            .await
            .doing("forget the tokens of a room")?;
        tx.commit().await.doing("commit the reset of a room")?;
        Ok(true)
    })
    .await
}

/// Ends passes of a room that are good and whose numbers go up to this one; some of them. Returns how
/// many, and 0 once none is left.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then, unless the commit's own reply was lost.
pub async fn end_before(
    pool: &PgPool,
    drop_id: DropId,
    number: u64,
) -> Result<usize, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to end passes of a room")?;
        let ids = sqlx::query_scalar!(
            r#"select id as "id!: OrderId" from orders
             where drop_id = $1 and hold_expires_at is not null and (score & $2) <= $3
             order by hold_expires_at limit $4"#,
            drop_id as DropId,
            NUMBER,
            number.cast_signed(),
            AT_A_TIME,
        )
        .fetch_all(&mut *tx)
        .await
        .doing("look for passes from before a reset")?;
        let good = lock_good(&mut tx, drop_id, &ids).await?;
        end_locked(&mut tx, drop_id, &good, TicketState::Visited, Some("reset")).await?;
        tx.commit().await.doing("commit the end of passes of a room")?;
        Ok(good.len())
    })
    .await
}

/// Locks the drop of a room, and the room.
async fn lock(conn: &mut PgConnection, drop_id: DropId) -> Result<Option<Counts>, DatabaseError> {
    sqlx::query!(
        "select d.seller_id, d.limits_version, r.serving_counter, r.reset_number, r.resets
         from drops d join aws_rooms r on r.drop_id = d.id
         where d.id = $1 and d.manual for update",
        drop_id as DropId,
    )
    .map(|row| Counts {
        seller_id: row.seller_id,
        serving_counter: row.serving_counter,
        reset_number: row.reset_number,
        resets: row.resets,
        version: row.limits_version,
    })
    .fetch_optional(conn)
    .await
    .doing("lock a room that is counted in by hand")
}

async fn store(
    conn: &mut PgConnection,
    drop_id: DropId,
    before: Counts,
    after: Counts,
    act: &Act<'_>,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "with counted as (
             update aws_rooms set serving_counter = $2, reset_number = $3, resets = $4
             where drop_id = $1)
         update drops set limits_version = $5, version = version + 1
         where id = $1",
        drop_id as DropId,
        after.serving_counter,
        after.reset_number,
        after.resets,
        after.version,
    )
    .execute(&mut *conn)
    .await
    .doing("store whose turn it is")?;
    let entry = AuditEntry {
        actor: act.actor,
        action: act.action,
        drop_id: Some(drop_id),
        seller_id: Some(before.seller_id),
        old: Some(before.as_json()),
        new: Some(after.as_json()),
        why: act.why,
    };
    audit::write(conn, &entry).await
}

impl Counts {
    /// Returns what the audit log keeps of them.
    fn as_json(&self) -> Value {
        json!({
            "serving_counter": self.serving_counter,
            "served_up_to": self.reset_number + self.serving_counter,
            "resets": self.resets,
            "version": self.version,
        })
    }
}
