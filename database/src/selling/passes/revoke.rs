//! Taking a pass back.

use super::{
    end::{end_locked, lock_good},
    find::{Pass, find},
};
use crate::{
    DatabaseError, Doing,
    ordering::order::Order,
    people::audit::{self, AuditEntry},
    run_to_completion,
};
use serde_json::json;
use shared::{
    ids::{DropId, SellerId, TicketId},
    lifecycle::TicketState,
};
use sqlx::{PgConnection, PgPool};

/// What came of a wish to take a pass back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevokeOutcome {
    /// It is good no longer.
    Revoked,
    /// The drop gave no such pass, or is another tenant's.
    NotFound,
    /// It had ended before, perhaps by such a call.
    Over(TicketState),
}

/// Takes a pass back, with its audit row. `seller_id` names the tenant that asks; `None` is an
/// operator, who may take back any.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then, unless the commit's own reply was lost.
pub async fn revoke(
    pool: &PgPool,
    seller_id: Option<SellerId>,
    drop_id: DropId,
    ticket_id: TicketId,
    actor: &str,
    why: &str,
) -> Result<RevokeOutcome, DatabaseError> {
    let is_of_asker = |pass: &Pass| seller_id.is_none_or(|seller_id| seller_id == pass.seller_id);
    let Some(pass) = find(pool, drop_id, ticket_id).await?.filter(is_of_asker) else {
        return Ok(RevokeOutcome::NotFound);
    };
    // Nobody waits for the drop's stock in vain.
    if pass.state.is_terminal() {
        return Ok(RevokeOutcome::Over(pass.state));
    }
    let (pool, actor, why) = (pool.clone(), actor.to_owned(), why.to_owned());
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to take a pass back")?;
        let good = lock_good(&mut tx, drop_id, &[pass.id]).await?;
        let Some(order) = good.first() else {
            // It has ended since it was looked at.
            drop(tx);
            let ended = find(&pool, drop_id, ticket_id).await?;
            return Ok(ended.map_or(RevokeOutcome::NotFound, |one| RevokeOutcome::Over(one.state)));
        };
        end_locked(&mut tx, drop_id, &good, TicketState::Revoked, Some("revoked")).await?;
        write_audit(&mut tx, order, &actor, &why).await?;
        tx.commit().await.doing("commit a pass that was taken back")?;
        Ok(RevokeOutcome::Revoked)
    })
    .await
}

async fn write_audit(
    conn: &mut PgConnection,
    order: &Order,
    actor: &str,
    why: &str,
) -> Result<(), DatabaseError> {
    let entry = AuditEntry {
        actor,
        action: "pass.revoke",
        drop_id: Some(order.drop_id),
        seller_id: Some(order.seller_id),
        old: Some(json!({ "ticket_id": order.id, "state": order.state })),
        new: Some(json!({ "ticket_id": order.id, "state": TicketState::Revoked })),
        why,
    };
    audit::write(conn, &entry).await
}
