//! A change of an order.

use crate::ordering::order::Order;
use shared::lifecycle::TicketState;

/// A change of a placed order to another state.
#[derive(Clone, Debug)]
pub(crate) struct OrderChange {
    /// As it was locked, or as the change before left it.
    pub(crate) order: Order,
    pub(crate) to: TicketState,
    pub(crate) reason: Option<String>,
}

impl OrderChange {
    pub(crate) fn new(order: &Order, to: TicketState, reason: Option<&str>) -> Self {
        Self { order: order.clone(), to, reason: reason.map(str::to_owned) }
    }

    /// Returns the order as this change leaves it.
    pub(crate) fn leaves(&self) -> Order {
        Order {
            state: self.to,
            sequence: self.order.sequence + 1,
            units_held: if self.gives_back() { 0 } else { self.order.units_held },
            hold_expires_at: self.order.hold_expires_at.filter(|_| self.is_before_pivot()),
            ..self.order.clone()
        }
    }

    /// Whether the order ends without being paid, or the pass before its visit, so that what it holds is
    /// free again.
    pub(super) const fn gives_back(&self) -> bool {
        let ends_unpaid = matches!(
            self.to,
            TicketState::Expired
                | TicketState::PaymentFailed
                | TicketState::Cancelled
                | TicketState::Revoked
        );
        ends_unpaid && !matches!(self.order.state, TicketState::Redeemed)
    }

    /// Whether what the order holds is its own from now on: it is paid, or the visit begins. A site that
    /// looks at passes by itself tells of the visit at its end.
    pub(super) const fn takes(&self) -> bool {
        matches!(
            (self.order.state, self.to),
            (_, TicketState::Confirmed)
                | (TicketState::Passed, TicketState::Redeemed | TicketState::Visited)
        )
    }

    /// Whether the units, or the pass, can still be taken back when their time is over.
    const fn is_before_pivot(&self) -> bool {
        let may_be_paid = matches!(
            self.to,
            TicketState::Reserved | TicketState::Authorizing | TicketState::Authorized
        );
        may_be_paid || self.to.is_pass()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ordering::changes::sample;

    #[test]
    fn the_hold_lasts_until_the_pivot() {
        let order = sample::order(TicketState::Authorizing);
        let authorized = OrderChange::new(&order, TicketState::Authorized, None).leaves();
        assert_eq!(authorized.hold_expires_at, order.hold_expires_at);
        let capturing = OrderChange::new(&authorized, TicketState::Capturing, None).leaves();
        assert_eq!((capturing.hold_expires_at, capturing.units_held), (None, order.units_held));
        assert_eq!(capturing.sequence, order.sequence + 2);
    }

    #[test]
    fn a_pass_lasts_as_long_once_it_is_redeemed() {
        let passed = sample::order(TicketState::Passed);
        let redeemed = OrderChange::new(&passed, TicketState::Redeemed, None).leaves();
        assert_eq!(redeemed.hold_expires_at, passed.hold_expires_at);
        for end in [TicketState::Visited, TicketState::Revoked, TicketState::Expired] {
            let ended = OrderChange::new(&redeemed, end, None).leaves();
            assert_eq!((ended.units_held, ended.hold_expires_at), (0, None), "{end}");
        }
    }

    #[test]
    fn who_has_begun_a_visit_keeps_it_and_who_has_not_gives_it_back() {
        let passed = Order { units_held: 1, ..sample::order(TicketState::Passed) };
        let redeemed = OrderChange::new(&passed, TicketState::Redeemed, None);
        assert!(redeemed.takes());
        let redeemed = redeemed.leaves();
        for end in [TicketState::Expired, TicketState::Revoked, TicketState::Cancelled] {
            let unused = OrderChange::new(&passed, end, None);
            assert_eq!((unused.takes(), unused.leaves().units_held), (false, 0), "{end}");
            let used = OrderChange::new(&redeemed, end, None);
            assert_eq!((used.takes(), used.leaves().units_held), (false, 1), "{end}");
        }
        for (from, takes) in [(&passed, true), (&redeemed, false)] {
            let visited = OrderChange::new(from, TicketState::Visited, None);
            assert_eq!((visited.takes(), visited.leaves().units_held), (takes, 1));
        }
    }

    #[test]
    fn only_who_pays_keeps_the_units() {
        let order = sample::order(TicketState::Capturing);
        let paid = OrderChange::new(&order, TicketState::Confirmed, None).leaves();
        assert_eq!(paid.units_held, order.units_held);
        let failed = OrderChange::new(&order, TicketState::PaymentFailed, None).leaves();
        assert_eq!((failed.units_held, failed.hold_expires_at), (0, None));
    }
}
