//! The invariants of stock and orders, seen violated.

use shared::{ids::OrderId, invariants::Invariant, lifecycle::TicketState, line::RoomEvent};
use uuid::Uuid;

use crate::{
    broken::{breaks, breaks_line},
    sound::{journal_id, last_journal_id, order_id, score, ticket},
};

#[test]
fn stock_1_more_orders_than_units() {
    breaks(Invariant::Stock1, |evidence| {
        for n in [3, 7] {
            evidence.orders[n - 1].state = TicketState::Confirmed;
        }
    });
    breaks(Invariant::Stock1, |evidence| evidence.inventory[0].available = -1);
    breaks(Invariant::Stock1, |evidence| evidence.moves[0].d_available = 20);
}

#[test]
fn stock_2_counts_that_do_not_add_up() {
    breaks(Invariant::Stock2, |evidence| evidence.inventory[0].sold -= 1);
    breaks(Invariant::Stock2, |evidence| {
        evidence.moves.pop();
    });
    breaks(Invariant::Stock2, |evidence| {
        evidence.inventory[0].sold -= 1;
        evidence.inventory[0].reserved += 1;
    });
}

#[test]
fn stock_2_moves_that_their_transactions_do_not_explain() {
    // A version that no move leads to, and one to which two do.
    breaks(Invariant::Stock2, |evidence| evidence.inventory[0].version += 1);
    breaks(Invariant::Stock2, |evidence| evidence.moves[9].version = 9);
    // A unit that comes back for the wrong order, and one that nobody asked for.
    breaks(Invariant::Stock2, |evidence| {
        let released = Some(last_journal_id(3));
        let mut moves = evidence.moves.iter_mut();
        let change = moves.find(|change| change.journal_id == released).unwrap();
        change.journal_id = Some(last_journal_id(4));
    });
    breaks(Invariant::Stock2, |evidence| evidence.moves[9].journal_id = None);
    breaks(Invariant::Stock2, |evidence| evidence.moves[9].cause = "carve".to_owned());
    // An order that ended and keeps its units.
    breaks(Invariant::Stock2, |evidence| evidence.orders[2].units_held = 1);
    breaks(Invariant::Stock2, |evidence| evidence.orders[0].units_held = 2);
}

#[test]
fn stock_3_units_left_and_people_turned_away() {
    breaks(Invariant::Stock3, |evidence| {
        evidence.inventory[0].sold -= 1;
        evidence.inventory[0].available += 1;
    });
}

#[test]
fn stock_3_counts_units_that_went_back_to_the_product() {
    breaks(Invariant::Stock3, |evidence| {
        evidence.inventory[0].sold -= 1;
        evidence.inventory[0].total -= 1;
    });
}

#[test]
fn order_1_two_orders_of_one_ticket() {
    breaks(Invariant::Order1, |evidence| {
        let again = evidence.orders[0].clone();
        evidence.orders.push(again);
    });
}

#[test]
fn order_2_no_end_two_ends_or_another_end() {
    breaks(Invariant::Order2, |evidence| {
        evidence.transitions.retain(|t| !(t.terminal && t.order_id == order_id(1)));
    });
    breaks(Invariant::Order2, |evidence| {
        let mut again = evidence.transitions.iter().rfind(|t| t.terminal).unwrap().clone();
        again.sequence += 1;
        evidence.transitions.push(again);
    });
    breaks(Invariant::Order2, |evidence| {
        evidence.orders.retain(|order| order.id != order_id(2));
    });
    breaks(Invariant::Order2, |evidence| {
        evidence.orders[4].state = TicketState::Expired;
    });
}

#[test]
fn order_2_a_move_that_no_order_may_make() {
    // Money that is taken before it is set aside, and another card after it was.
    for (to, then) in [
        (TicketState::Capturing, TicketState::Capturing),
        (TicketState::Authorized, TicketState::Reserved),
    ] {
        breaks(Invariant::Order2, |evidence| {
            let mut of_order =
                evidence.transitions.iter_mut().filter(|t| t.order_id == order_id(1));
            let (second, third, fourth) =
                (of_order.nth(1).unwrap(), of_order.next().unwrap(), of_order.next().unwrap());
            (third.from_state, third.to_state) = (second.to_state, to);
            (fourth.from_state, fourth.to_state) = (to, then);
        });
    }
    breaks(Invariant::Order2, |evidence| evidence.orders[0].sequence += 1);
    breaks(Invariant::Order2, |evidence| evidence.transitions[1].sequence = 9);
}

#[test]
fn order_2_closed_in_line_and_with_an_order() {
    breaks_line(Invariant::Order2, |events| {
        events.retain(|(_, event)| {
            !matches!(event, RoomEvent::Admitted { tickets } if tickets[0] == score(32))
        });
        let Some((_, RoomEvent::Closed { tickets, .. })) = events.last_mut() else { panic!() };
        tickets.push(score(32));
    });
}

#[test]
fn order_3_lost_unexpected_and_unpublished() {
    // Told of the admission, but no order: what pop-then-produce does in a crash.
    breaks(Invariant::Order3, |evidence| {
        evidence.commands.retain(|command| command.order.ticket_id != ticket(5));
        evidence.orders.retain(|order| order.id != order_id(5));
    });
    // A command that was skipped, as auto-commit does.
    breaks(Invariant::Order3, |evidence| {
        evidence.shoppers[4].shown.pop();
        evidence.orders.retain(|order| order.id != order_id(5));
    });
    breaks(Invariant::Order3, |evidence| {
        evidence.orders[0].id = OrderId::from_uuid(Uuid::from_u128(99));
    });
    // An order that nobody asked for, though its ticket joined.
    breaks(Invariant::Order3, |evidence| {
        evidence.commands.pop();
    });
    breaks(Invariant::Order3, |evidence| evidence.journal[0].events_pending = true);
    breaks(Invariant::Order3, |evidence| {
        evidence.order_events.remove(&order_id(1));
    });
    breaks(Invariant::Order3, |evidence| {
        evidence.order_events.get_mut(&order_id(1)).unwrap().reverse();
    });
}

#[test]
fn order_3_changes_that_are_not_written_or_told_as_they_were() {
    breaks(Invariant::Order3, |evidence| {
        evidence.journal.remove(0);
    });
    breaks(Invariant::Order3, |evidence| {
        let mut again = evidence.journal[0].clone();
        again.id = journal_id(1, 99);
        evidence.journal.push(again);
    });
    breaks(Invariant::Order3, |evidence| {
        evidence.journal[0].states = vec![TicketState::Rejected];
    });
    breaks(Invariant::Order3, |evidence| evidence.journal[0].states.clear());
    breaks(Invariant::Order3, |evidence| evidence.orders[0].placed_by = journal_id(2, 1));
    // An event of a change that was never made, and a change that goes by two names.
    breaks(Invariant::Order3, |evidence| {
        let of_order = evidence.order_events.get_mut(&order_id(1)).unwrap();
        of_order.push((Uuid::from_u128(77), 6));
    });
    breaks(Invariant::Order3, |evidence| {
        let of_order = evidence.order_events.get_mut(&order_id(1)).unwrap();
        of_order.push((Uuid::from_u128(77), 5));
    });
}

#[test]
fn order_3_a_command_for_a_ticket_that_was_never_admitted() {
    breaks_line(Invariant::Order3, |events| {
        events.retain(|(_, event)| {
            !matches!(event, RoomEvent::Admitted { tickets } if tickets[0] == score(32))
        });
    });
}
