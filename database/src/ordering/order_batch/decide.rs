//! The decision: who gets units, in the order of the queue. Pure, so that it can be tested by
//! itself; the rows it speaks of are locked by whoever asks.

use shared::{
    drops::{DropState, check_units},
    ids::{DropId, ShopperId, VariantId},
    lifecycle::RejectReason,
    mutants::{self, Mutant},
};
use std::collections::BTreeMap;

/// What an order command asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The drop.
    pub drop_id: DropId,
    /// Who asks.
    pub shopper_id: ShopperId,
    /// For what.
    pub variant_id: VariantId,
    /// How many.
    pub units: u32,
}

/// What is decided for a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The units are held, at this price for all of them.
    Reserved {
        /// Minor units.
        amount_minor: i64,
    },
    /// The order is not taken.
    Rejected(RejectReason),
}

/// A drop as the decision sees it. What is granted is taken from here, so that the next wish
/// meets what is left.
#[derive(Clone, Debug)]
pub struct Room {
    /// Where the drop is in its life.
    pub state: DropState,
    /// Units of one ticket, at most.
    pub max_units_per_ticket: u32,
    /// Units of one customer, at most.
    pub max_units_per_customer: u32,
    /// What is free.
    pub shelves: BTreeMap<VariantId, Shelf>,
    /// What each customer has or holds.
    pub usage: BTreeMap<ShopperId, u32>,
}

/// The free units of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// How many.
    pub available: u32,
    /// Price of one, minor units.
    pub price_minor: i64,
}

/// Decides wishes one after the other.
///
/// Greedy on purpose: a big order that does not fit does not stop a small one behind it, since
/// whoever was admitted was admitted with units in hand.
pub fn decide(rooms: &mut BTreeMap<DropId, Room>, wishes: &[Wish]) -> Vec<Verdict> {
    let invalid = Verdict::Rejected(RejectReason::Invalid);
    let one = |wish: &Wish| rooms.get_mut(&wish.drop_id).map_or(invalid, |room| room.decide(wish));
    wishes.iter().map(one).collect()
}

impl Room {
    fn decide(&mut self, wish: &Wish) -> Verdict {
        match self.grant(wish) {
            Ok(amount_minor) => Verdict::Reserved { amount_minor },
            Err(reason) => Verdict::Rejected(reason),
        }
    }

    fn grant(&mut self, wish: &Wish) -> Result<i64, RejectReason> {
        // Whoever was let in before the drop closed or sold out is honoured; a cancelled one
        // sells nothing any more.
        if self.state == DropState::Cancelled {
            return Err(RejectReason::Closed);
        }
        let units = check_units(wish.units, self.max_units_per_ticket)
            .map_err(|_| RejectReason::Invalid)?;
        let shelf = self.shelves.get_mut(&wish.variant_id).ok_or(RejectReason::Invalid)?;
        let amount_minor =
            shelf.price_minor.checked_mul(i64::from(units)).ok_or(RejectReason::Invalid)?;
        let used = self.usage.entry(wish.shopper_id).or_default();
        let after = used.checked_add(units).filter(|after| *after <= self.max_units_per_customer);
        let after = after.ok_or(RejectReason::Limit)?;
        if !mutants::is(Mutant::BlindInsert) {
            shelf.available = shelf.available.checked_sub(units).ok_or(RejectReason::SoldOut)?;
        }
        *used = after;
        Ok(amount_minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn drop_id() -> DropId {
        DropId::from_uuid(Uuid::from_u128(1))
    }

    fn variant(n: u8) -> VariantId {
        VariantId::from_uuid(Uuid::from_u128(u128::from(n)))
    }

    fn shopper(n: u8) -> ShopperId {
        ShopperId::from_uuid(Uuid::from_u128(u128::from(n)))
    }

    fn room(available: u32, per_ticket: u32, per_customer: u32) -> Room {
        let shelf = Shelf { available, price_minor: 100 };
        Room {
            state: DropState::Open,
            max_units_per_ticket: per_ticket,
            max_units_per_customer: per_customer,
            shelves: [(variant(0), shelf)].into(),
            usage: BTreeMap::new(),
        }
    }

    fn wish(by: u8, units: u32) -> Wish {
        Wish { drop_id: drop_id(), shopper_id: shopper(by), variant_id: variant(0), units }
    }

    fn decide_one(room: &mut Room, wish: &Wish) -> Verdict {
        room.decide(wish)
    }

    #[test]
    fn a_small_order_fits_behind_a_big_one_that_does_not() {
        let mut room = room(3, 9, 9);
        assert_eq!(
            [wish(1, 2), wish(2, 2), wish(3, 1)].map(|wish| decide_one(&mut room, &wish)),
            [
                Verdict::Reserved { amount_minor: 200 },
                Verdict::Rejected(RejectReason::SoldOut),
                Verdict::Reserved { amount_minor: 100 }
            ]
        );
    }

    #[test]
    fn odd_wishes_are_invalid() {
        let mut room = room(9, 2, 9);
        let unknown = Wish { variant_id: variant(7), ..wish(1, 1) };
        for odd in [wish(1, 0), wish(1, 3), wish(1, u32::MAX), unknown] {
            let verdict = decide_one(&mut room, &odd);
            assert_eq!(verdict, Verdict::Rejected(RejectReason::Invalid), "{odd:?}");
        }
    }

    #[test]
    fn a_price_that_does_not_fit_is_invalid() {
        let mut room = room(9, 2, 9);
        room.shelves.insert(variant(0), Shelf { available: 9, price_minor: i64::MAX });
        assert_eq!(decide_one(&mut room, &wish(1, 2)), Verdict::Rejected(RejectReason::Invalid));
    }

    #[test]
    fn a_cancelled_drop_sells_nothing_and_a_closed_one_honours() {
        for (state, sells) in [
            (DropState::Cancelled, false),
            (DropState::Closed, true),
            (DropState::SoldOut, true),
            (DropState::Open, true),
        ] {
            let mut room = Room { state, ..room(9, 2, 9) };
            let verdict = decide_one(&mut room, &wish(1, 1));
            assert_eq!(matches!(verdict, Verdict::Reserved { .. }), sells, "{state}");
        }
    }

    #[test]
    fn an_unknown_drop_is_invalid() {
        let verdicts = decide(&mut BTreeMap::new(), &[wish(1, 1)]);
        assert_eq!(verdicts, [Verdict::Rejected(RejectReason::Invalid)]);
    }

    proptest! {
        /// STOCK-1, LIMIT-1, and nobody is refused units that are there.
        #[test]
        fn stock_and_limits_hold_in_any_order(
            stock in 0u32..40,
            per_ticket in 1u32..5,
            per_customer in 1u32..7,
            asked in proptest::collection::vec((0u8..8, 0u32..6), 0..120),
        ) {
            let mut rooms = BTreeMap::from([(drop_id(), room(stock, per_ticket, per_customer))]);
            let wishes: Vec<_> = asked.iter().map(|(by, units)| wish(*by, *units)).collect();
            let verdicts = decide(&mut rooms, &wishes);
            prop_assert_eq!(verdicts.len(), wishes.len());

            let (mut left, mut used) = (stock, BTreeMap::<ShopperId, u32>::new());
            for (wish, verdict) in wishes.iter().zip(&verdicts) {
                let has = used.entry(wish.shopper_id).or_default();
                match verdict {
                    Verdict::Reserved { amount_minor } => {
                        prop_assert!(wish.units >= 1 && wish.units <= per_ticket);
                        prop_assert!(wish.units <= left, "oversold");
                        prop_assert!(*has + wish.units <= per_customer, "over the limit");
                        prop_assert_eq!(*amount_minor, i64::from(wish.units) * 100);
                        left -= wish.units;
                        *has += wish.units;
                    }
                    Verdict::Rejected(RejectReason::Invalid) => {
                        prop_assert!(wish.units == 0 || wish.units > per_ticket);
                    }
                    Verdict::Rejected(RejectReason::Limit) => {
                        prop_assert!(*has + wish.units > per_customer);
                    }
                    Verdict::Rejected(RejectReason::SoldOut) => prop_assert!(wish.units > left),
                    Verdict::Rejected(RejectReason::Closed) => prop_assert!(false, "not cancelled"),
                }
            }
            prop_assert_eq!(rooms[&drop_id()].shelves[&variant(0)].available, left);
        }
    }
}
