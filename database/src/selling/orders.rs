//! A drop's orders as its seller sees them.
//!
//! They are read along the primary key, which has the drop before the order, so a page costs what is
//! on it. Only a filter by state may pass over many before it finds one: no index knows states,
//! since each entry would cost every order.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use shared::{
    ids::{DropId, OrderId, SellerId, ShopperId, VariantId},
    lifecycle::TicketState,
};
use sqlx::PgPool;
use uuid::Uuid;

/// Bits of a UUIDv7 behind its time.
const RANDOM_BITS: u32 = 80;

/// An order as its seller sees it.
#[derive(Clone, Debug)]
pub struct SellerOrder {
    /// The same as its ticket's; sorts by the time of the join.
    pub id: OrderId,
    /// The account that it belongs to.
    pub shopper_id: ShopperId,
    /// The variant that was asked for; a rejected order may name one that does not exist.
    pub variant_id: VariantId,
    /// The state it is in.
    pub state: TicketState,
    /// Why it is in that state, where there is a reason.
    pub reason: Option<String>,
    /// Units as the order command asked for them; fewer, if the shopper chose so.
    pub units: i32,
    /// Price of all units, minor units.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Until when the units are held; `None` once they are not, or past the pivot.
    pub hold_expires_at: Option<Timestamp>,
    /// When its command was processed.
    pub created_at: Timestamp,
    /// When it last changed its state.
    pub updated_at: Timestamp,
}

/// Which orders of a drop are wanted; `None` stands for any.
#[derive(Clone, Copy, Debug, Default)]
pub struct OrderFilter {
    /// Those in this state.
    pub state: Option<TicketState>,
    /// Those whose shopper joined then or later.
    pub joined_from: Option<Timestamp>,
    /// Those whose shopper joined earlier.
    pub joined_before: Option<Timestamp>,
}

impl OrderFilter {
    /// Returns the range of ids, from the first to before the second, of those below `before`.
    fn ids(&self, before: Option<OrderId>) -> (OrderId, OrderId) {
        let from = self.joined_from.map_or(OrderId::from_uuid(Uuid::nil()), first_id_of);
        let until = self.joined_before.map_or(OrderId::from_uuid(Uuid::max()), first_id_of);
        (from, before.map_or(until, |before| before.min(until)))
    }
}

/// Returns what no id of this moment, or of a later one, is below.
fn first_id_of(moment: Timestamp) -> OrderId {
    let ms = u128::try_from(moment.as_millisecond()).unwrap_or_default();
    OrderId::from_uuid(Uuid::from_u128(ms << RANDOM_BITS))
}

/// Reads orders of a seller's drop, newest first, from below `before`.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list_of_drop(
    pool: &PgPool,
    seller_id: SellerId,
    drop_id: DropId,
    filter: OrderFilter,
    before: Option<OrderId>,
    limit: i64,
) -> Result<Vec<SellerOrder>, DatabaseError> {
    let (from, until) = filter.ids(before);
    sqlx::query!(
        "select id, shopper_id, variant_id, state, reason, units_asked, amount_minor, currency,
             hold_expires_at, processed_at, updated_at
         from orders
         where drop_id = $2 and id >= $3 and id < $4 and seller_id = $1
             and ($5::text is null or state = $5)
         order by id desc limit $6",
        seller_id as SellerId,
        drop_id as DropId,
        from as OrderId,
        until as OrderId,
        filter.state as Option<TicketState>,
        limit,
    )
    .map(|row| SellerOrder {
        id: row.id,
        shopper_id: row.shopper_id,
        variant_id: row.variant_id,
        state: row.state,
        reason: row.reason,
        units: row.units_asked,
        amount_minor: row.amount_minor,
        currency: row.currency,
        hold_expires_at: row.hold_expires_at.map(jiff_sqlx::Timestamp::to_jiff),
        created_at: row.processed_at.to_jiff(),
        updated_at: row.updated_at.to_jiff(),
    })
    .fetch_all(pool)
    .await
    .doing("list a drop's orders")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_time_is_a_range_of_ids() {
        let id = OrderId::generate();
        let ms = i64::try_from(id.as_uuid().as_u128() >> RANDOM_BITS).unwrap();
        let joined_at = Timestamp::from_millisecond(ms).unwrap();
        let next_ms = joined_at + jiff::SignedDuration::from_millis(1);
        let has = |joined_from, joined_before| {
            let (from, until) = OrderFilter { state: None, joined_from, joined_before }.ids(None);
            from <= id && id < until
        };
        assert!(has(None, None) && has(Some(joined_at), Some(next_ms)));
        assert!(!has(Some(next_ms), None) && !has(None, Some(joined_at)));
    }

    #[test]
    fn a_page_begins_below_the_one_before_and_never_beyond_the_span() {
        let (one, two) = (OrderId::generate(), OrderId::generate());
        let joined_before = Timestamp::from_millisecond(1).ok();
        let filter = OrderFilter { joined_before, ..OrderFilter::default() };
        assert_eq!(OrderFilter::default().ids(Some(two)).1, two);
        assert!(filter.ids(Some(one)).1 < one);
    }
}
