//! The one use of a pass.

use super::find::{Pass, find};
use crate::{
    DatabaseError, Doing, journal,
    ordering::{
        changes::{self, OrderChange},
        inventory::{self, MoveCause},
        order::Order,
        orders,
    },
    run_to_completion,
};
use jiff::Timestamp;
use shared::{
    ids::{DropId, TicketId},
    lifecycle::TicketState,
};
use sqlx::PgPool;

/// What came of a wish to redeem a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedeemOutcome {
    /// The visit begins, by this call and no other.
    Redeemed(Pass),
    /// It was redeemed before.
    AlreadyRedeemed,
    /// It is not good any more.
    Over(TicketState),
    /// The drop gave no such pass.
    Unknown,
}

/// Redeems a pass, unless that was done before (PASS-1): of any number of calls, one does it.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then, unless the commit's own reply was lost.
pub async fn redeem(
    pool: &PgPool,
    drop_id: DropId,
    ticket_id: TicketId,
) -> Result<RedeemOutcome, DatabaseError> {
    let Some(pass) = find(pool, drop_id, ticket_id).await? else {
        return Ok(RedeemOutcome::Unknown);
    };
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to redeem a pass")?;
        // Where there is no end of visits nothing is moved or counted, so the stock need not be locked.
        if pass.is_limited {
            inventory::lock(&mut tx, drop_id).await?;
        }
        let locked = orders::lock(&mut tx, drop_id, &[pass.id]).await?;
        let Some(order) = locked.first() else { return Ok(RedeemOutcome::Unknown) };
        let moment = journal::moment(&mut tx).await?;
        // What it was found in may be over since.
        if let Some(refusal) = refusal(order, moment.at) {
            return Ok(refusal);
        }
        let redeemed = OrderChange::new(order, TicketState::Redeemed, None);
        // A line that has one visit less hears so from a worker.
        changes::apply(&mut tx, &moment, MoveCause::Visit, drop_id, &[redeemed]).await?;
        tx.commit().await.doing("commit a redeemed pass")?;
        Ok(RedeemOutcome::Redeemed(Pass { state: TicketState::Redeemed, ..pass }))
    })
    .await
}

/// Why a pass can't be redeemed now, if it can't.
pub(super) fn refusal(order: &Order, now: Timestamp) -> Option<RedeemOutcome> {
    match order.state {
        TicketState::Passed if order.hold_expires_at.is_some_and(|until| until > now) => None,
        // The sweeper has not come to it yet.
        TicketState::Passed => Some(RedeemOutcome::Over(TicketState::Expired)),
        TicketState::Redeemed => Some(RedeemOutcome::AlreadyRedeemed),
        state => Some(RedeemOutcome::Over(state)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ordering::changes::sample::{self, HOLD_ENDS_AT};
    use jiff::SignedDuration;

    #[test]
    fn a_pass_is_good_until_its_time_is_over_and_for_one_use() {
        let passed = sample::order(TicketState::Passed);
        assert_eq!(refusal(&passed, HOLD_ENDS_AT - SignedDuration::from_nanos(1)), None);
        let expired = RedeemOutcome::Over(TicketState::Expired);
        assert_eq!(refusal(&passed, HOLD_ENDS_AT), Some(expired));
        for (state, outcome) in [
            (TicketState::Redeemed, RedeemOutcome::AlreadyRedeemed),
            (TicketState::Revoked, RedeemOutcome::Over(TicketState::Revoked)),
            (TicketState::Rejected, RedeemOutcome::Over(TicketState::Rejected)),
        ] {
            let refused = refusal(&sample::order(state), Timestamp::UNIX_EPOCH);
            assert_eq!(refused, Some(outcome), "{state}");
        }
    }
}
