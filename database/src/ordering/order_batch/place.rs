//! The orders that come of the taken records.

use super::{
    decide::{Decision, Wish, decide},
    locked_drop::LockedDrop,
    take::{Fate, Taken},
};
use crate::{
    journal::{JournalId, Moment},
    ordering::order::{EndedOrder, Order},
};
use jiff::{SignedDuration, Timestamp};
use shared::{
    ids::{DropId, OrderId},
    lifecycle::TicketState,
    messages::PlaceOrder,
};
use std::collections::BTreeMap;

/// An order to write, with the command it comes from.
pub(super) struct Placed<'a> {
    pub(super) command: &'a PlaceOrder,
    pub(super) order: Order,
    pub(super) reason: Option<&'static str>,
    /// The row that tells of it.
    pub(super) journal_id: JournalId,
    /// When it was decided.
    pub(super) at: Timestamp,
}

/// Decides what the taken records ask for, at the moment of each drop.
pub(super) fn place<'a>(
    drops: &BTreeMap<DropId, LockedDrop>,
    moments: &BTreeMap<DropId, Moment>,
    taken: &'a Taken<'_>,
) -> Vec<Placed<'a>> {
    let fates = || taken.records.iter().map(|(_, fate)| fate);
    let wishes: Vec<_> = fates().filter_map(Fate::wanted).map(wish).collect();
    let mut shops = drops.iter().map(|(id, flash_drop)| (*id, flash_drop.shop.clone())).collect();
    let mut decisions = decide(&mut shops, &wishes).into_iter();
    let place = |fate: &'a Fate<'_>| {
        let command = fate.placed()?;
        let flash_drop = drops.get(&command.drop_id)?;
        let moment = moments.get(&command.drop_id)?;
        let decision = fate.wanted().and_then(|_| decisions.next());
        let (state, reason, amount) = match (decision, fate) {
            (Some(Decision::Reserved { amount_minor }), _) => {
                (TicketState::Reserved, None, Some(amount_minor))
            }
            (Some(Decision::Passed), _) => (TicketState::Passed, None, None),
            (Some(Decision::Rejected(reason)), _) => {
                (TicketState::Rejected, Some(reason.as_str()), None)
            }
            (None, Fate::Dead { reason, .. }) => (TicketState::Dead, Some(reason.as_str()), None),
            (None, _) => return None,
        };
        let order = order(command, flash_drop, moment, state, amount);
        let Moment { journal_id, at } = *moment;
        Some(Placed { command, order, reason, journal_id, at })
    };
    fates().filter_map(place).collect()
}

impl Placed<'_> {
    pub(super) fn id_and_state(&self) -> (OrderId, TicketState) {
        (self.order.id, self.order.state)
    }

    /// The end, for an order that came to it at once.
    pub(super) fn ended(&self) -> Option<EndedOrder> {
        let state = self.order.state;
        state.is_terminal().then(|| self.order.ended(state, self.at))
    }
}

fn wish(command: &PlaceOrder) -> Wish {
    Wish {
        drop_id: command.drop_id,
        shopper_id: command.shopper_id,
        variant_id: command.variant_id,
        units: command.units,
    }
}

fn order(
    command: &PlaceOrder,
    flash_drop: &LockedDrop,
    moment: &Moment,
    state: TicketState,
    amount_minor: Option<i64>,
) -> Order {
    // What was not taken still shows what it would have cost, where that is known.
    let price = || {
        let shelf = flash_drop.shop.shelves.get(&command.variant_id)?;
        shelf.price_minor.checked_mul(i64::from(command.units))
    };
    let currency = flash_drop.currency.get(&command.variant_id);
    let units_asked = i32::try_from(command.units).unwrap_or(i32::MAX);
    let is_timed = state.holds_units() || state.is_pass();
    let holds = state.holds_units() || (state.is_pass() && flash_drop.shop.has_stock);
    let hold = SignedDuration::from_secs(i64::from(flash_drop.hold_seconds));
    Order {
        id: command.ticket_id.into(),
        drop_id: command.drop_id,
        seller_id: flash_drop.seller_id,
        shopper_id: command.shopper_id,
        variant_id: command.variant_id,
        units_asked,
        units_held: if holds { units_asked } else { 0 },
        amount_minor: amount_minor.or_else(price).unwrap_or_default(),
        // ISO 4217: no currency involved.
        currency: currency.cloned().unwrap_or_else(|| "XXX".into()),
        state,
        sequence: 1,
        lane: i16::from(command.lane.0),
        score: command.score.raw() as i64,
        is_only_one: flash_drop.is_only_one(),
        hold_expires_at: is_timed.then(|| moment.at + hold),
    }
}
