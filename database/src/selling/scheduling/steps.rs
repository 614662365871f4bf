//! The steps of a drop's life. Every change is a compare-and-set on the state it leaves and writes
//! its audit row in the same transaction.

use crate::{
    DatabaseError, Doing,
    ordering::inventory,
    people::audit::{self, AuditEntry},
    run_to_completion,
    selling::give_back::give_back,
};
use serde_json::json;
use shared::{
    drops::DropState,
    ids::{DropId, SellerId},
    line::Epoch,
};
use sqlx::{PgConnection, PgPool};

/// Opens the drops whose time has come and that are prepared.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn open_due(pool: &PgPool) -> Result<Vec<DropId>, DatabaseError> {
    sqlx::query_scalar!(
        r#"with opened as (
             update drops set state = 'open', version = version + 1
             where state = 'scheduled' and prepared and opens_at <= now()
                 and (closes_at is null or closes_at > now())
             returning id, seller_id),
         audited as (
             insert into audit_log (actor, action, drop_id, seller_id, old, new, why)
             select 'scheduler', 'drop.open', id, seller_id,
                 '{"state": "scheduled"}', '{"state": "open"}', 'its time came' from opened)
         select id from opened"#
    )
    .fetch_all(pool)
    .await
    .doing("open drops")
}

/// Ends the drops whose time is over, and those that have nothing left that could come back. Units
/// of a capture that a person must decide about do not keep a drop open. A drop that gives passes
/// runs out where it gives only so many visits, once all of them have begun.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn end_due(pool: &PgPool) -> Result<Vec<(DropId, DropState)>, DatabaseError> {
    // The lateral join keeps a plan that was made for small drops from scanning a big one.
    sqlx::query!(
        r#"with due as (
             select id, state as old, case when closes_at <= now() then 'closed'
                 else 'sold_out' end as new
             from drops d
             where (state in ('scheduled', 'open') and closes_at <= now())
                 or (state = 'open' and (fulfilment <> 'pass' or max_visits is not null)
                     and not exists (
                         select from inventory i where i.drop_id = d.id and i.available > 0)
                     and (select coalesce(sum(i.reserved), 0) from inventory i
                          where i.drop_id = d.id)
                         = (select coalesce(sum(o.units_held), 0) from payments p
                            cross join lateral (
                                select units_held from orders
                                where drop_id = p.drop_id and id = p.order_id
                                    and state = 'capturing' limit 1) o
                            where p.drop_id = d.id and p.kind = 'capture'
                                and p.status = 'needs_review'))
             for update of d skip locked),
         ended as (
             update drops d set state = due.new, end_reason = due.new, ended_at = now(),
                 version = version + 1
             from due where d.id = due.id
             returning d.id, d.seller_id, due.old, due.new),
         audited as (
             insert into audit_log (actor, action, drop_id, seller_id, old, new, why)
             select 'scheduler', 'drop.end', id, seller_id, jsonb_build_object('state', old),
                 jsonb_build_object('state', new),
                 case new when 'closed' then 'its time was over' else 'nothing was left' end
             from ended)
         select id, new as "state!: DropState" from ended"#
    )
    .map(|row| (row.id, row.state))
    .fetch_all(pool)
    .await
    .doing("end drops")
}

/// Retires an ended drop whose line is empty: gives its free units back to their variants and
/// leaves its partition to another. `false` while orders or passes of it go on, or the line has to be
/// told of some.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn retire(pool: &PgPool, drop_id: DropId, epoch: Epoch) -> Result<bool, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to retire a drop")?;
        lock(&mut tx, drop_id).await?;
        let Some((seller_id, state)) = close_line(&mut tx, drop_id, epoch).await? else {
            return Ok(false);
        };
        let given_back = give_back(&mut tx, drop_id).await?;
        let entry = AuditEntry {
            actor: "scheduler",
            action: "drop.retire",
            drop_id: Some(drop_id),
            seller_id: Some(seller_id),
            old: None,
            new: Some(json!({ "state": state, "units_given_back": given_back })),
            why: "everything of it is settled",
        };
        audit::write(&mut tx, &entry).await?;
        tx.commit().await.doing("commit a retired drop")?;
        Ok(true)
    })
    .await
}

/// Locks a drop and its stock. What is asked of them afterwards is what whoever had them before has
/// left; a statement that waited for the locks by itself would see what was there before.
async fn lock(conn: &mut PgConnection, drop_id: DropId) -> Result<(), DatabaseError> {
    sqlx::query!("select from drops where id = $1 for no key update", drop_id as DropId)
        .execute(&mut *conn)
        .await
        .doing("lock a drop")?;
    inventory::lock(conn, drop_id).await
}

/// Notes that an ended drop has no line any more, unless something of it goes on.
async fn close_line(
    conn: &mut PgConnection,
    drop_id: DropId,
    epoch: Epoch,
) -> Result<Option<(SellerId, DropState)>, DatabaseError> {
    sqlx::query!(
        "update drops d set epoch_state = 'none', version = version + 1
         where id = $1 and epoch = $2 and epoch_state = 'open'
             and state in ('sold_out', 'closed', 'cancelled')
             and not exists (select from inventory where drop_id = $1 and reserved > 0)
             and not exists (
                 select from orders where drop_id = $1 and hold_expires_at is not null)
             and not exists (select from pending where drop_id = $1 and consumer = 'line')
         returning seller_id, state",
        drop_id as DropId,
        epoch.0.cast_signed(),
    )
    .map(|row| (row.seller_id, row.state))
    .fetch_optional(conn)
    .await
    .doing("retire a drop")
}
