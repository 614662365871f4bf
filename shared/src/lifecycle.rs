//! The one table of ticket states and the moves between them.
//!
//! Code, the SQL checks, the API and the model all follow it: `database/tests/` compares the
//! migrations with [`TicketState::ALL`].

use crate::text_enum;

text_enum! {
    /// Where a ticket is, from the join to its end.
    TicketState {
        /// In line.
        Waiting = "waiting",
        /// Was absent near the front; may come back.
        Missed = "missed",
        /// Its shopper left the line.
        Left = "left",
        /// Closed in line, before its turn.
        Closed = "closed",
        /// Let in; its order command is on its way.
        Admitted = "admitted",
        /// Units are held for it.
        Reserved = "reserved",
        /// The provider is being asked for an authorization.
        Authorizing = "authorizing",
        /// The provider has set the money aside.
        Authorized = "authorized",
        /// Past the pivot: the money is being taken.
        Capturing = "capturing",
        /// Paid. The end everybody wants.
        Confirmed = "confirmed",
        /// Let into someone else's site: its pass waits to be redeemed there. Where there are only so many
        /// visits in all, one is held for it.
        Passed = "passed",
        /// Its pass was redeemed, so its visit has begun.
        Redeemed = "redeemed",
        /// Its visit is over, as the site or its visitor said.
        Visited = "visited",
        /// Its order could not be placed.
        Rejected = "rejected",
        /// Its command could not be understood.
        Dead = "dead",
        /// The hold, or the time of the pass, ran out.
        Expired = "expired",
        /// The provider declined.
        PaymentFailed = "payment_failed",
        /// Called off before it was paid.
        Cancelled = "cancelled",
        /// Its pass was taken back.
        Revoked = "revoked",
    }
}

text_enum! {
    /// Why an order was not placed.
    RejectReason {
        /// No units were free.
        SoldOut = "sold_out",
        /// The customer would have more units than the drop allows.
        Limit = "limit",
        /// The command asks for something that the drop doesn't offer.
        Invalid = "invalid",
        /// The drop was cancelled.
        Closed = "closed",
    }
}

impl TicketState {
    /// Returns the states that may follow this one.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Waiting => &[Self::Missed, Self::Left, Self::Closed, Self::Admitted],
            Self::Missed => &[Self::Waiting, Self::Left, Self::Closed],
            Self::Admitted => &[Self::Reserved, Self::Passed, Self::Rejected, Self::Dead],
            // To itself: its shopper chose fewer units than are held.
            Self::Reserved => &[
                Self::Reserved,
                Self::Authorizing,
                Self::Expired,
                Self::PaymentFailed,
                Self::Cancelled,
            ],
            // Back to reserved: a declined card may be followed by another while the hold lasts.
            Self::Authorizing => &[
                Self::Authorized,
                Self::Reserved,
                Self::Expired,
                Self::PaymentFailed,
                Self::Cancelled,
            ],
            Self::Authorized => {
                &[Self::Capturing, Self::Expired, Self::PaymentFailed, Self::Cancelled]
            }
            Self::Capturing => &[Self::Confirmed, Self::PaymentFailed],
            // A site that looks at passes by itself ends visits that it never redeemed.
            Self::Passed => {
                &[Self::Redeemed, Self::Visited, Self::Expired, Self::Revoked, Self::Cancelled]
            }
            Self::Redeemed => &[Self::Visited, Self::Expired, Self::Revoked, Self::Cancelled],
            Self::Left
            | Self::Closed
            | Self::Confirmed
            | Self::Visited
            | Self::Rejected
            | Self::Dead
            | Self::Expired
            | Self::PaymentFailed
            | Self::Cancelled
            | Self::Revoked => &[],
        }
    }

    /// Whether no state can follow.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        self.next().is_empty()
    }

    /// Whether an order in this state holds units that are not sold yet, whatever its drop.
    #[must_use]
    pub const fn holds_units(self) -> bool {
        matches!(self, Self::Reserved | Self::Authorizing | Self::Authorized | Self::Capturing)
    }

    /// Whether a ticket in this state has a pass that may be used.
    #[must_use]
    pub const fn is_pass(self) -> bool {
        matches!(self, Self::Passed | Self::Redeemed)
    }

    /// Whether an order row can be in this state.
    #[must_use]
    pub const fn is_order_state(self) -> bool {
        !matches!(self, Self::Waiting | Self::Missed | Self::Left | Self::Closed | Self::Admitted)
    }

    /// Checks that `to` may follow this state.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidTransition`] when the table has no such move.
    pub fn check_move(self, to: Self) -> Result<(), InvalidTransition> {
        if self.next().contains(&to) { Ok(()) } else { Err(InvalidTransition { from: self, to }) }
    }
}

/// A move that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a ticket cannot go from {from} to {to}")]
pub struct InvalidTransition {
    /// The state it was in.
    pub from: TicketState,
    /// The state it was to enter.
    pub to: TicketState,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_states_absorb() {
        for state in TicketState::ALL.iter().filter(|state| state.is_terminal()) {
            for to in TicketState::ALL {
                assert!(state.check_move(*to).is_err(), "{state} -> {to}");
            }
        }
    }

    #[test]
    fn nothing_follows_the_pivot_but_success_or_failure() {
        assert_eq!(
            TicketState::Capturing.next(),
            &[TicketState::Confirmed, TicketState::PaymentFailed]
        );
    }

    #[test]
    fn a_declined_card_may_be_followed_by_another() {
        assert_eq!(TicketState::Authorizing.check_move(TicketState::Reserved), Ok(()));
    }

    #[test]
    fn only_a_reserved_order_may_change_and_stay_what_it_is() {
        let stays = |state: &&TicketState| state.next().contains(state);
        let found: Vec<_> = TicketState::ALL.iter().filter(stays).collect();
        assert_eq!(found, [&TicketState::Reserved]);
    }

    #[test]
    fn a_pass_holds_no_units_and_is_redeemed_once() {
        for pass in TicketState::ALL.iter().filter(|state| state.is_pass()) {
            assert!(!pass.holds_units() && !pass.is_terminal(), "{pass}");
            assert_eq!(pass.check_move(TicketState::Revoked), Ok(()));
        }
        let leads_to = |from: &&TicketState| from.next().contains(&TicketState::Redeemed);
        let before: Vec<_> = TicketState::ALL.iter().filter(leads_to).collect();
        assert_eq!(before, [&TicketState::Passed]);
    }

    #[test]
    fn every_state_can_be_reached() {
        for state in TicketState::ALL.iter().skip(1) {
            assert!(TicketState::ALL.iter().any(|from| from.next().contains(state)), "{state}");
        }
    }
}
