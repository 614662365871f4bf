//! A shopper takes fewer units than are held.

use crate::{
    DatabaseError, Doing,
    journal::{self, JournalEntry, Moment},
    ordering::{
        counters::{self, Count, Counted},
        customer_usage::{self, Usage},
        inventory::{self, MoveCause, UnitDelta},
        order::Order,
        orders,
        transitions::{self, Transition},
    },
    run_to_completion,
};
use jiff_sqlx::ToSqlx;
use shared::{
    drops::{Fulfilment, check_units},
    ids::{DropId, OrderId, ShopperId},
    lifecycle::TicketState,
};
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeMap;

/// Reason of a change by which an order stays reserved, with fewer units.
const CHOSEN: &str = "units_chosen";

/// What became of a shopper's wish to take so many of the held units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitChoice {
    /// The order is for so many; the others are free again.
    Done {
        /// How many came free; 0 if no others were held.
        units_back: u32,
    },
    /// The shopper has no such order.
    NotFound,
    /// The units of its drop were fixed at the join.
    Fixed,
    /// No so many are held for it.
    NotHeld {
        /// How many are.
        held: u32,
    },
    /// The hold has run out; the sweeper ends the order.
    HoldExpired,
    /// It is being paid for, or over.
    Refused(TicketState),
}

/// What a shopper's order was when it was looked for.
struct OwnOrder {
    drop_id: DropId,
    state: TicketState,
    fulfilment: Fulfilment,
}

/// Lets a shopper take so many of the units that are held for an order, at least one, and gives the
/// others back at once. The same choice made twice changes nothing the second time.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn choose_units(
    pool: &PgPool,
    order_id: OrderId,
    shopper_id: ShopperId,
    units: u32,
) -> Result<UnitChoice, DatabaseError> {
    let Some(own) = find_own(pool, order_id, shopper_id).await? else {
        return Ok(UnitChoice::NotFound);
    };
    if !own.fulfilment.takes_most() {
        return Ok(UnitChoice::Fixed);
    }
    // Nobody waits for the drop's stock in vain.
    if own.state != TicketState::Reserved {
        return Ok(UnitChoice::Refused(own.state));
    }
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to choose units")?;
        inventory::lock(&mut tx, own.drop_id).await?;
        let locked = orders::lock(&mut tx, own.drop_id, &[order_id]).await?;
        let Some(order) = locked.first() else { return Ok(UnitChoice::NotFound) };
        let moment = journal::moment(&mut tx).await?;
        let choice = choose(order, units, &moment);
        if let UnitChoice::Done { units_back: 1.. } = choice {
            take(&mut tx, order, units, &moment).await?;
            tx.commit().await.doing("commit a choice of units")?;
        }
        Ok(choice)
    })
    .await
}

async fn find_own(
    pool: &PgPool,
    order_id: OrderId,
    shopper_id: ShopperId,
) -> Result<Option<OwnOrder>, DatabaseError> {
    sqlx::query_as!(
        OwnOrder,
        r#"select drop_id as "drop_id!: DropId", state as "state!: TicketState",
             (select fulfilment from drops where id = o.drop_id) as "fulfilment!: Fulfilment"
         from orders o where id = $1 and shopper_id = $2"#,
        order_id as OrderId,
        shopper_id as ShopperId,
    )
    .fetch_optional(pool)
    .await
    .doing("look for an order to choose units of")
}

/// Decides on a choice for an order that is locked: it may have moved on since it was looked at.
fn choose(order: &Order, units: u32, moment: &Moment) -> UnitChoice {
    let held = order.units_held.unsigned_abs();
    if order.state != TicketState::Reserved {
        return UnitChoice::Refused(order.state);
    }
    if order.hold_expires_at.is_none_or(|ends_at| ends_at <= moment.at) {
        return UnitChoice::HoldExpired;
    }
    match check_units(units, held) {
        Ok(units) => UnitChoice::Done { units_back: held - units },
        Err(_) => UnitChoice::NotHeld { held },
    }
}

/// Leaves an order so many units, fewer than it holds, and gives the others back. The drop's stock is
/// locked, too.
async fn take(
    conn: &mut PgConnection,
    order: &Order,
    units: u32,
    moment: &Moment,
) -> Result<(), DatabaseError> {
    let units = units.cast_signed();
    let back = order.units_held - units;
    // The price of one is what the shopper was told.
    let amount_minor = order.amount_minor / i64::from(order.units_held) * i64::from(units);
    store(conn, order, units, amount_minor, moment).await?;
    transitions::append(conn, &[transition(order)], moment.at).await?;
    if !order.is_only_one {
        let returned = Usage::from([((order.drop_id, order.shopper_id), back.unsigned_abs())]);
        customer_usage::give_back(conn, &returned).await?;
    }
    // What was placed is counted with its price.
    let less =
        Count { what: Counted::Placed, n: 0, amount_minor: amount_minor - order.amount_minor };
    counters::add(conn, order.drop_id, &[less]).await?;
    let delta = UnitDelta { available: back, reserved: -back, sold: 0 };
    let deltas = BTreeMap::from([(order.variant_id, delta)]);
    inventory::change(conn, moment, MoveCause::Choose, order.drop_id, &deltas).await?;
    // The line hears of the free units by it.
    journal::write(conn, moment, order.drop_id, &[entry(order)], true).await
}

async fn store(
    conn: &mut PgConnection,
    order: &Order,
    units: i32,
    amount_minor: i64,
    moment: &Moment,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update orders set units_asked = $3, units_held = $3, amount_minor = $4, reason = $5,
             sequence = sequence + 1, updated_at = $6
         where drop_id = $1 and id = $2",
        order.drop_id as DropId,
        order.id as OrderId,
        units,
        amount_minor,
        CHOSEN,
        moment.at.to_sqlx(),
    )
    .execute(conn)
    .await
    .doing("choose units")?;
    Ok(())
}

fn transition(order: &Order) -> Transition {
    Transition {
        order_id: order.id,
        sequence: order.sequence + 1,
        from: order.state,
        to: TicketState::Reserved,
        reason: Some(CHOSEN.to_owned()),
    }
}

fn entry(order: &Order) -> JournalEntry {
    JournalEntry {
        order_id: order.id,
        sequence: order.sequence + 1,
        state: TicketState::Reserved,
        reason: Some(CHOSEN.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        journal::JournalId,
        ordering::changes::sample::{self, HOLD_ENDS_AT},
    };
    use jiff::{SignedDuration, Timestamp};

    fn choice(state: TicketState, units: u32, at: Timestamp) -> UnitChoice {
        choose(&sample::order(state), units, &Moment { journal_id: JournalId(1), at })
    }

    const IN_TIME: Timestamp = Timestamp::constant(999, 0);

    #[test]
    fn as_many_as_are_held_may_be_taken_or_fewer() {
        let chosen = |units| choice(TicketState::Reserved, units, IN_TIME);
        assert_eq!(chosen(2), UnitChoice::Done { units_back: 0 });
        assert_eq!(chosen(1), UnitChoice::Done { units_back: 1 });
        for units in [0, 3, u32::MAX] {
            assert_eq!(chosen(units), UnitChoice::NotHeld { held: 2 }, "{units}");
        }
    }

    #[test]
    fn units_are_chosen_while_nobody_pays_and_the_hold_lasts() {
        let late = HOLD_ENDS_AT + SignedDuration::from_nanos(1);
        for at in [HOLD_ENDS_AT, late] {
            assert_eq!(choice(TicketState::Reserved, 1, at), UnitChoice::HoldExpired);
        }
        for state in TicketState::ALL.iter().filter(|state| **state != TicketState::Reserved) {
            assert_eq!(choice(*state, 1, IN_TIME), UnitChoice::Refused(*state));
        }
    }
}
