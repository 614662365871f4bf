//! A room whose seller counts people in, and the passes that its line has led to.

use crate::{DatabaseError, Doing, selling::scheduling::EpochState};
use jiff::Timestamp;
use shared::{
    drops::DropState,
    ids::{DropId, SellerId, TicketId, VariantId},
    lifecycle::TicketState,
    line::Score,
};
use sqlx::PgPool;

/// The bits of a stored score that hold the queue number.
pub(super) const NUMBER: i64 = Score::MAX_NUMBER.cast_signed();

/// A room whose seller counts people in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AwsRoom {
    /// What callers know as the event.
    pub drop_id: DropId,
    /// The tenant whose site it is.
    pub seller_id: SellerId,
    /// What everybody in its line wants.
    pub variant_id: VariantId,
    /// Where it is in its life.
    pub state: DropState,
    /// Whether it has a line.
    pub epoch_state: EpochState,
    /// How long whoever is let in may take to ask for tokens, seconds.
    pub pass_seconds: i32,
    /// How many numbers may come in, from the reset on; below 0 if more was taken back than given.
    pub serving_counter: i64,
    /// The last number that was given before the last reset.
    pub reset_number: u64,
}

/// A pass that a request has led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AwsPass {
    /// Its queue number in the line.
    pub number: u64,
    /// The state it is in; `passed` or `redeemed` while it is good.
    pub state: TicketState,
    /// When its turn came.
    pub admitted_at: Timestamp,
    /// When it was given.
    pub given_at: Timestamp,
}

impl AwsRoom {
    /// Returns a number of the line as callers count it; `None` for one from before the last reset.
    #[must_use]
    pub fn counted(&self, number: u64) -> Option<i64> {
        let counted = number.checked_sub(self.reset_number)?;
        i64::try_from(counted).ok().filter(|counted| *counted > 0)
    }
}

/// Finds such a room.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find(pool: &PgPool, drop_id: DropId) -> Result<Option<AwsRoom>, DatabaseError> {
    sqlx::query!(
        "select d.id, d.seller_id, i.variant_id, d.state, d.epoch_state, d.hold_seconds,
             r.serving_counter, r.reset_number
         from aws_rooms r
         join drops d on d.id = r.drop_id
         join inventory i on i.drop_id = d.id
         where r.drop_id = $1 and d.manual",
        drop_id as DropId,
    )
    .map(|row| AwsRoom {
        drop_id: row.id,
        seller_id: row.seller_id,
        variant_id: row.variant_id,
        state: row.state,
        epoch_state: row.epoch_state,
        pass_seconds: row.hold_seconds,
        serving_counter: row.serving_counter,
        reset_number: row.reset_number.cast_unsigned(),
    })
    .fetch_optional(pool)
    .await
    .doing("find a room that is counted in by hand")
}

/// Finds the pass that a request has led to, whatever has become of it.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_pass(
    pool: &PgPool,
    drop_id: DropId,
    request_id: TicketId,
) -> Result<Option<AwsPass>, DatabaseError> {
    sqlx::query!(
        "select score, state, admitted_at, processed_at from orders
         where drop_id = $1 and id = $2 and shopper_id = id",
        drop_id as DropId,
        request_id as TicketId,
    )
    .map(|row| AwsPass {
        number: (row.score & NUMBER).cast_unsigned(),
        state: row.state,
        admitted_at: row.admitted_at.to_jiff(),
        given_at: row.processed_at.to_jiff(),
    })
    .fetch_optional(pool)
    .await
    .doing("find the pass of a request")
}

/// Counts the passes that are good and for which nobody has asked for tokens yet.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn count_unclaimed(pool: &PgPool, drop_id: DropId) -> Result<i64, DatabaseError> {
    sqlx::query_scalar!(
        r#"select count(*) as "n!" from orders o
         join aws_rooms r on r.drop_id = o.drop_id
         where o.drop_id = $1 and o.state = 'passed' and o.hold_expires_at > clock_timestamp()
             and (o.score & $2) > r.reset_number"#,
        drop_id as DropId,
        NUMBER,
    )
    .fetch_one(pool)
    .await
    .doing("count passes without tokens")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_from_the_last_reset() {
        let room = AwsRoom {
            drop_id: DropId::generate(),
            seller_id: SellerId::generate(),
            variant_id: VariantId::generate(),
            state: DropState::Open,
            epoch_state: EpochState::Open,
            pass_seconds: 900,
            serving_counter: 0,
            reset_number: 40,
        };
        assert_eq!(room.counted(41), Some(1));
        assert_eq!((room.counted(40), room.counted(3)), (None, None));
    }
}
