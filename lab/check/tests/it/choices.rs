//! A drop whose shoppers choose how many of the held units to take: what is judged of it.

use check::{
    Evidence,
    evidence::{JournalEvidence, MoveEvidence, TransitionEvidence},
    judge,
};
use shared::{drops::Fulfilment, invariants::Invariant, lifecycle::TicketState, line::RoomEvent};
use uuid::Uuid;

use crate::sound::{ADMITTED, chain, evidence, happened, last_journal_id, order_id, usage};

/// As many as a ticket takes, and what the first shopper gave back of them.
const HELD: i32 = 3;
const BACK: i32 = 2;

/// The sound run, in which the first shopper was let in for three units and took one.
fn chosen() -> Evidence {
    let mut evidence = evidence();
    evidence.drop.fulfilment = Fulfilment::Checkout;
    (evidence.drop.max_units_per_ticket, evidence.drop.max_units_per_customer) = (HELD, HELD);
    evidence.usage = usage();
    let mut events = happened();
    let RoomEvent::Joined { tickets } = &mut events[2].1 else { panic!() };
    tickets[0].intent.units = HELD.unsigned_abs();
    evidence.events = chain(events);
    evidence.commands[0].order.units = HELD.unsigned_abs();
    let journal_id = make_room(&mut evidence);
    choose(&mut evidence, journal_id);
    evidence
}

/// Makes room for one more change behind the first one of the first order; returns the number of its
/// journal row.
fn make_room(evidence: &mut Evidence) -> i64 {
    let end = Some(last_journal_id(1));
    for change in evidence.moves.iter_mut().filter(|change| change.journal_id == end) {
        change.journal_id = end.map(|id| id + 1);
    }
    for row in evidence.journal.iter_mut().filter(|row| row.orders == [order_id(1)]) {
        if row.sequences[0] > 1 {
            row.sequences[0] += 1;
            row.id += 1;
        }
    }
    for step in evidence.transitions.iter_mut().filter(|step| step.order_id == order_id(1)) {
        step.sequence += i32::from(step.sequence > 1);
    }
    let order = &mut evidence.orders[0];
    order.sequence += 1;
    let told = evidence.order_events.get_mut(&order.id).unwrap();
    told.push((Uuid::from_u128(0x9000), i64::from(order.sequence)));
    order.placed_by + 1
}

/// Writes the choice into that row, and its move behind that of the placing.
fn choose(evidence: &mut Evidence, journal_id: i64) {
    let (id, at_us) = (order_id(1), evidence.orders[0].processed_at_us + 1_000);
    evidence.transitions.push(TransitionEvidence {
        order_id: id,
        sequence: 2,
        from_state: TicketState::Reserved,
        to_state: TicketState::Reserved,
        terminal: false,
        at_us,
    });
    evidence.journal.push(JournalEvidence {
        id: journal_id,
        orders: vec![id],
        sequences: vec![2],
        states: vec![TicketState::Reserved],
        events_pending: false,
        line_pending: false,
    });
    let placing = &mut evidence.moves[1];
    (placing.d_available, placing.d_reserved) = (-HELD, HELD);
    let choice = MoveEvidence {
        cause: "choose".to_owned(),
        d_available: BACK,
        d_reserved: -BACK,
        journal_id: Some(journal_id),
        at_us,
        ..placing.clone()
    };
    evidence.moves.insert(2, choice);
    for (version, change) in (1..).zip(&mut evidence.moves) {
        change.version = version;
    }
    evidence.inventory[0].version += 1;
}

#[track_caller]
fn breaks(change: impl FnOnce(&mut Evidence)) {
    let mut evidence = chosen();
    change(&mut evidence);
    let report = judge(&evidence);
    assert!(report.verdict(Invariant::Stock2).is_fail(), "{report}");
}

#[test]
fn a_run_with_a_choice_violates_nothing() {
    let report = judge(&chosen());
    assert!(report.is_clean(), "{report}");
}

/// The sound run, in which this shopper was let in for one unit and joined for as many as a ticket takes.
fn let_in_for_fewer(n: usize) -> Evidence {
    let mut evidence = evidence();
    evidence.drop.fulfilment = Fulfilment::Checkout;
    (evidence.drop.max_units_per_ticket, evidence.drop.max_units_per_customer) = (HELD, HELD);
    evidence.usage = usage();
    let mut events = happened();
    let RoomEvent::Joined { tickets } = &mut events[2].1 else { panic!() };
    tickets[n - 1].intent.units = HELD.unsigned_abs();
    evidence.events = chain(events);
    evidence
}

#[test]
fn stock_3_a_ticket_that_is_let_in_for_fewer_units_than_are_left() {
    let last = usize::try_from(ADMITTED).unwrap();
    let sound = judge(&let_in_for_fewer(last));
    assert!(sound.is_clean(), "it gets the last unit: {sound}");
    let fails = |evidence: &Evidence| judge(evidence).verdict(Invariant::Stock3).is_fail();
    assert!(fails(&let_in_for_fewer(last - 1)), "there were two");
    let mut evidence = let_in_for_fewer(last);
    evidence.drop.fulfilment = Fulfilment::Auto;
    assert!(fails(&evidence), "its shopper asked for them, and may not choose");
}

#[test]
fn stock_3_a_remainder_that_nobody_was_let_in_for() {
    let mut evidence = evidence();
    evidence.drop.fulfilment = Fulfilment::Checkout;
    (evidence.drop.max_units_per_ticket, evidence.drop.max_units_per_customer) = (HELD, HELD);
    evidence.usage = usage();
    let carve = &mut evidence.moves[0];
    carve.d_available += 1;
    let report = judge(&evidence);
    assert!(report.verdict(Invariant::Stock3).is_fail(), "{report}");
}

#[test]
fn stock_2_a_choice_that_moves_other_units_than_its_order_gave_back() {
    breaks(|evidence| (evidence.moves[2].d_available, evidence.moves[2].d_reserved) = (1, -1));
    breaks(|evidence| evidence.moves[2].journal_id = evidence.moves[1].journal_id);
    breaks(|evidence| {
        evidence.moves.remove(2);
    });
    breaks(|evidence| (evidence.orders[0].units_asked, evidence.orders[0].units_held) = (2, 2));
}

#[test]
fn stock_2_an_order_for_other_units_than_its_command_asked_for() {
    breaks(|evidence| evidence.commands[0].order.units += 1);
    breaks(|evidence| evidence.commands[1].order.units += 1);
}

#[test]
fn stock_2_a_choice_where_units_are_fixed_at_the_join() {
    breaks(|evidence| evidence.drop.fulfilment = Fulfilment::Auto);
}
