//! The decision: who gets units, in queue order. Pure, so that it can be tested by itself; the
//! caller has locked the rows it speaks of.

use shared::{
    drops::{DropState, check_units},
    ids::{DropId, ShopperId, VariantId},
    lifecycle::RejectReason,
};
use std::collections::BTreeMap;

/// What an order command asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) drop_id: DropId,
    pub(super) shopper_id: ShopperId,
    pub(super) variant_id: VariantId,
    pub(super) units: u32,
}

/// What is decided for a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The units are held, at this price for all of them.
    Reserved { amount_minor: i64 },
    /// The shopper may enter; where there are only so many visits, one is held.
    Passed,
    /// The order is not taken.
    Rejected(RejectReason),
}

/// A drop as the decision sees it. What is granted is taken from here, so that the next wish
/// meets what is left.
#[derive(Clone, Debug)]
pub(super) struct Shop {
    pub(super) state: DropState,
    /// Whether it sells units. Otherwise it lets people in.
    pub(super) sells: bool,
    /// Whether there is an end of what it gives: units, or visits. Otherwise it lets in as many as the
    /// line has let through.
    pub(super) has_stock: bool,
    pub(super) max_units_per_ticket: u32,
    pub(super) max_units_per_customer: u32,
    /// What is free.
    pub(super) shelves: BTreeMap<VariantId, Shelf>,
    /// What each customer has or holds.
    pub(super) usage: BTreeMap<ShopperId, u32>,
}

/// The free units of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shelf {
    pub(super) available: u32,
    /// Price of one, minor units.
    pub(super) price_minor: i64,
}

/// Decides wishes one after the other.
///
/// Greedy on purpose: a big order that does not fit does not stop a small one behind it, since
/// everybody who was admitted was admitted with units in hand.
pub(super) fn decide(shops: &mut BTreeMap<DropId, Shop>, wishes: &[Wish]) -> Vec<Decision> {
    let invalid = Decision::Rejected(RejectReason::Invalid);
    let one = |wish: &Wish| shops.get_mut(&wish.drop_id).map_or(invalid, |shop| shop.decide(wish));
    wishes.iter().map(one).collect()
}

impl Shop {
    fn decide(&mut self, wish: &Wish) -> Decision {
        match self.grant(wish) {
            Ok(_) if !self.sells => Decision::Passed,
            Ok(amount_minor) => Decision::Reserved { amount_minor },
            Err(reason) => Decision::Rejected(reason),
        }
    }

    fn grant(&mut self, wish: &Wish) -> Result<i64, RejectReason> {
        // A ticket that was let in before the drop closed or sold out is honoured; a cancelled drop
        // sells nothing any more.
        if self.state == DropState::Cancelled {
            return Err(RejectReason::Closed);
        }
        let units = check_units(wish.units, self.max_units_per_ticket)
            .map_err(|_| RejectReason::Invalid)?;
        let shelf = self.shelves.get_mut(&wish.variant_id).ok_or(RejectReason::Invalid)?;
        let amount_minor =
            shelf.price_minor.checked_mul(i64::from(units)).ok_or(RejectReason::Invalid)?;
        if !self.has_stock {
            return Ok(amount_minor);
        }
        let used = self.usage.entry(wish.shopper_id).or_default();
        let after = used.checked_add(units).filter(|after| *after <= self.max_units_per_customer);
        let after = after.ok_or(RejectReason::Limit)?;
        shelf.available = shelf.available.checked_sub(units).ok_or(RejectReason::SoldOut)?;
        *used = after;
        Ok(amount_minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{fmt::Debug, str::FromStr};

    /// The id with this number, of whatever kind.
    fn id<Id: FromStr<Err: Debug>>(n: u8) -> Id {
        format!("{n:032x}").parse().unwrap()
    }

    fn drop_id() -> DropId {
        id(1)
    }

    fn shop(available: u32, per_ticket: u32, per_customer: u32) -> Shop {
        let shelf = Shelf { available, price_minor: 100 };
        Shop {
            state: DropState::Open,
            sells: true,
            has_stock: true,
            max_units_per_ticket: per_ticket,
            max_units_per_customer: per_customer,
            shelves: [(id(0), shelf)].into(),
            usage: BTreeMap::new(),
        }
    }

    fn wish(by: u8, units: u32) -> Wish {
        Wish { drop_id: drop_id(), shopper_id: id(by), variant_id: id(0), units }
    }

    #[test]
    fn a_small_order_fits_behind_a_big_one_that_does_not() {
        let mut shop = shop(3, 9, 9);
        assert_eq!(
            [wish(1, 2), wish(2, 2), wish(3, 1)].map(|wish| shop.decide(&wish)),
            [
                Decision::Reserved { amount_minor: 200 },
                Decision::Rejected(RejectReason::SoldOut),
                Decision::Reserved { amount_minor: 100 }
            ]
        );
    }

    #[test]
    fn odd_wishes_are_invalid() {
        let mut shop = shop(9, 2, 9);
        let unknown = Wish { variant_id: id(7), ..wish(1, 1) };
        for odd in [wish(1, 0), wish(1, 3), wish(1, u32::MAX), unknown] {
            let decision = shop.decide(&odd);
            assert_eq!(decision, Decision::Rejected(RejectReason::Invalid), "{odd:?}");
        }
    }

    #[test]
    fn a_price_that_does_not_fit_is_invalid() {
        let mut shop = shop(9, 2, 9);
        shop.shelves.insert(id(0), Shelf { available: 9, price_minor: i64::MAX });
        assert_eq!(shop.decide(&wish(1, 2)), Decision::Rejected(RejectReason::Invalid));
    }

    #[test]
    fn a_cancelled_drop_sells_nothing_and_a_closed_one_honours() {
        for (state, sells) in [
            (DropState::Cancelled, false),
            (DropState::Closed, true),
            (DropState::SoldOut, true),
            (DropState::Open, true),
        ] {
            let mut shop = Shop { state, ..shop(9, 2, 9) };
            let decision = shop.decide(&wish(1, 1));
            assert_eq!(matches!(decision, Decision::Reserved { .. }), sells, "{state}");
        }
    }

    #[test]
    fn a_drop_without_stock_lets_in_whoever_was_admitted_until_it_is_cancelled() {
        let mut site = Shop { sells: false, has_stock: false, ..shop(0, 1, 1) };
        assert_eq!([1, 1, 2].map(|by| site.decide(&wish(by, 1))), [Decision::Passed; 3]);
        let invalid = Decision::Rejected(RejectReason::Invalid);
        assert_eq!(site.decide(&wish(3, 2)), invalid);
        site.state = DropState::Cancelled;
        let closed = Decision::Rejected(RejectReason::Closed);
        assert_eq!(site.decide(&wish(4, 1)), closed);
    }

    #[test]
    fn of_only_so_many_visits_each_shopper_gets_one_until_none_is_left() {
        let mut site = Shop { sells: false, ..shop(2, 1, 1) };
        let (limit, sold_out) = (RejectReason::Limit, RejectReason::SoldOut);
        assert_eq!(
            [1, 1, 2, 3].map(|by| site.decide(&wish(by, 1))),
            [
                Decision::Passed,
                Decision::Rejected(limit),
                Decision::Passed,
                Decision::Rejected(sold_out)
            ]
        );
    }

    #[test]
    fn an_unknown_drop_is_invalid() {
        let decisions = decide(&mut BTreeMap::new(), &[wish(1, 1)]);
        assert_eq!(decisions, [Decision::Rejected(RejectReason::Invalid)]);
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
            let mut shops = BTreeMap::from([(drop_id(), shop(stock, per_ticket, per_customer))]);
            let wishes: Vec<_> = asked.iter().map(|(by, units)| wish(*by, *units)).collect();
            let decisions = decide(&mut shops, &wishes);
            prop_assert_eq!(decisions.len(), wishes.len());

            let (mut left, mut used) = (stock, BTreeMap::<ShopperId, u32>::new());
            for (wish, decision) in wishes.iter().zip(&decisions) {
                let has = used.entry(wish.shopper_id).or_default();
                match decision {
                    Decision::Reserved { amount_minor } => {
                        prop_assert!(wish.units >= 1 && wish.units <= per_ticket);
                        prop_assert!(wish.units <= left, "oversold");
                        prop_assert!(*has + wish.units <= per_customer, "over the limit");
                        prop_assert_eq!(*amount_minor, i64::from(wish.units) * 100);
                        left -= wish.units;
                        *has += wish.units;
                    }
                    Decision::Rejected(RejectReason::Invalid) => {
                        prop_assert!(wish.units == 0 || wish.units > per_ticket);
                    }
                    Decision::Rejected(RejectReason::Limit) => {
                        prop_assert!(*has + wish.units > per_customer);
                    }
                    Decision::Rejected(RejectReason::SoldOut) => prop_assert!(wish.units > left),
                    Decision::Rejected(RejectReason::Closed) => prop_assert!(false, "not cancelled"),
                    Decision::Passed => prop_assert!(false, "it sells units"),
                }
            }
            prop_assert_eq!(shops[&drop_id()].shelves[&id(0)].available, left);
        }
    }
}
