use super::*;
use crate::{
    ids::VariantId,
    line::{Intent, Lane, Score},
};

const AT: LogPosition = LogPosition { generation: 1, partition: 3, offset: 9 };

fn ticket(number: u64) -> JoinedTicket {
    JoinedTicket {
        ticket_id: TicketId::generate(),
        shopper_id: ShopperId::generate(),
        lane: Lane(0),
        score: Score::new(Epoch(1), number),
        intent: Intent { variant_id: VariantId::generate(), units: 1 },
        joined_at_ms: 5,
    }
}

fn joined(tickets: &[JoinedTicket]) -> RoomEvent {
    RoomEvent::Joined { tickets: tickets.to_vec() }
}

fn over(ticket: &JoinedTicket, end: LineEnd) -> EndedTicket {
    EndedTicket { ticket_id: ticket.ticket_id, score: ticket.score, end }
}

fn flying(ticket: JoinedTicket) -> InFlightTicket {
    InFlightTicket { ticket, admitted_at_us: 7, position: AT }
}

#[test]
fn an_admission_proves_nothing() {
    let (first, second) = (ticket(1), ticket(2));
    let mut fold = LineFold::new();
    fold.apply(&joined(&[second, first]));
    fold.apply(&RoomEvent::Admitted { tickets: vec![first.ticket_score()] });
    let image = fold.image();
    assert_eq!(image.waiting, [first, second]);
    assert_eq!(image.counts, EndedCounts { joined: 2, ..EndedCounts::default() });
}

#[test]
fn a_shopper_who_joined_again_behind_an_ended_order_waits() {
    let first = ticket(1);
    let again = JoinedTicket { shopper_id: first.shopper_id, ..ticket(2) };
    let mut fold = LineFold::new();
    fold.end(over(&first, LineEnd::Ordered));
    fold.apply(&joined(&[first]));
    fold.apply(&joined(&[again]));
    let image = fold.image();
    assert_eq!(image.waiting, [again]);
    let counts = EndedCounts { joined: 2, ordered: 1, ..EndedCounts::default() };
    assert_eq!(image.counts, counts);
}

#[test]
fn of_two_that_wait_the_one_further_ahead_stays() {
    let ahead = ticket(1);
    let behind = JoinedTicket { shopper_id: ahead.shopper_id, ..ticket(2) };
    for order in [[ahead, behind], [behind, ahead]] {
        let mut fold = LineFold::new();
        fold.apply(&joined(&order));
        let image = fold.image();
        assert_eq!(image.waiting, [ahead]);
        assert_eq!(image.why, [(behind.ticket_id, CloseReason::Replaced)]);
    }
}

#[test]
fn one_that_waits_yields_to_one_past_waiting() {
    let waits = ticket(1);
    let held = JoinedTicket { shopper_id: waits.shopper_id, ..ticket(2) };
    let mut fold = LineFold::new();
    fold.apply(&joined(&[waits]));
    fold.hold(held);
    fold.apply(&joined(&[JoinedTicket { shopper_id: waits.shopper_id, ..ticket(3) }]));
    let image = fold.image();
    assert_eq!((image.waiting, image.held), (vec![], vec![held]));
    assert_eq!(image.counts.closed, 1);
}

#[test]
fn a_row_undoes_an_end_and_a_command_does_not_undo_an_order() {
    let (left, ordered, held) = (ticket(1), ticket(2), ticket(3));
    let mut fold = LineFold::new();
    fold.end(over(&ordered, LineEnd::Ordered));
    fold.apply(&joined(&[left, held]));
    fold.apply(&RoomEvent::Left { tickets: vec![left.ticket_score()] });
    fold.hold(held);
    [left, ordered, held].into_iter().map(flying).for_each(|one| fold.fly(one));
    let image = fold.image();
    assert_eq!((image.held, image.in_flight), (vec![held], vec![flying(left)]));
    let counts = EndedCounts { joined: 3, ordered: 1, ..EndedCounts::default() };
    assert_eq!(image.counts, counts);
}

#[test]
fn who_was_missed_comes_back_as_missed_and_who_returned_as_waiting() {
    let [absent, back, unheard_of] = [1, 2, 3].map(ticket);
    let mut fold = LineFold::new();
    fold.apply(&joined(&[absent, back]));
    // The log may have lost the join of one.
    fold.apply(&RoomEvent::Missed { tickets: vec![absent, back, unheard_of] });
    fold.apply(&RoomEvent::Returned { tickets: vec![back] });
    let image = fold.clone().image();
    assert_eq!((image.waiting, image.missed), (vec![back], vec![absent, unheard_of]));
    assert_eq!(image.counts.joined, 3);

    fold.hold(absent);
    fold.apply(&RoomEvent::Left { tickets: vec![unheard_of.ticket_score()] });
    fold.apply(&RoomEvent::Missed { tickets: vec![absent, unheard_of] });
    let image = fold.image();
    assert_eq!((image.missed, image.held, image.counts.left), (vec![], vec![absent], 1));
}

#[test]
fn of_two_the_one_further_ahead_stays_though_it_is_missed() {
    let ahead = ticket(1);
    let behind = JoinedTicket { shopper_id: ahead.shopper_id, ..ticket(2) };
    let mut fold = LineFold::new();
    fold.apply(&joined(&[ahead]));
    fold.apply(&RoomEvent::Missed { tickets: vec![ahead] });
    fold.apply(&joined(&[behind]));
    let image = fold.image();
    assert_eq!((image.waiting, image.missed), (vec![], vec![ahead]));
    assert_eq!(image.why, [(behind.ticket_id, CloseReason::Replaced)]);
}

#[test]
fn a_logged_end_leaves_its_bits_and_its_reason() {
    let (left, closed) = (ticket(1), ticket(2));
    let mut fold = LineFold::new();
    fold.apply(&joined(&[left, closed]));
    fold.apply(&RoomEvent::Left { tickets: vec![left.ticket_score()] });
    let reason = CloseReason::SoldOut;
    fold.apply(&RoomEvent::Closed { reason, tickets: vec![closed.ticket_score()] });
    let image = fold.image();
    assert_eq!(image.ended, BTreeMap::from([(Epoch(1), vec![0b0001_1000])]));
    assert_eq!(image.why, [(closed.ticket_id, reason)]);
    assert!(image.waiting.is_empty());
}
