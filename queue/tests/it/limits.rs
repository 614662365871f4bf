//! Rate, stock, occupancy, mode, and the end.

use crate::{EPOCH, ids};
use shared::{
    drops::{CloseReason, DropMode},
    ids::VariantId,
    lifecycle::TicketState,
    line::{
        AdmitBlock, AdmittedTicket, JoinOutcome, JoinedTicket, LineState, RoomConfig,
        SettleOutcome, Settlement,
    },
};
use std::time::Duration;
use testkit::room::{TestRoom, admit_request, room_config};

#[tokio::test]
async fn one_a_minute_lets_nobody_in_at_first_and_one_after_a_minute() {
    let mut config = room_config(vec![VariantId::generate()]);
    config.admission_rate_per_second = 1.0 / 60.0;
    let room = TestRoom::open_with(config, 10).await;
    room.join(3).await;
    assert_eq!(room.admit(3).await.blocked_by, Some(AdmitBlock::Rate));

    // A minute is too long to wait: a faster rate pays the debt off in its own time.
    let mut faster = room.config.clone();
    faster.admission_rate_per_second = 20.0;
    faster.version = 2;
    let changed = room.queue.configure(room.drop_id, EPOCH, &faster).await.unwrap();
    assert!(changed.changed);
    assert_eq!(room.admit(3).await.blocked_by, Some(AdmitBlock::Rate));
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(!room.admit(3).await.tickets.is_empty());
}

#[tokio::test]
async fn a_room_without_a_stock_figure_lets_nobody_in() {
    let room = TestRoom::open(10).await;
    let other = TestRoom::open_with(room_config(vec![VariantId::generate()]), 10).await;
    let (queue, drop_id) = (&other.queue, other.drop_id);
    queue.begin(drop_id, EPOCH.next()).await.unwrap();
    queue.restore_stock(drop_id, EPOCH.next(), &[]).await.unwrap();
    let opened = queue.open(drop_id, EPOCH.next(), &room.config, None, Duration::ZERO);
    opened.await.unwrap();
    queue.join(drop_id, EPOCH.next(), &[room.request(1)]).await.unwrap();
    queue.admit(drop_id, EPOCH.next(), admit_request(1)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let admission = queue.admit(drop_id, EPOCH.next(), admit_request(5)).await.unwrap();
    assert!(admission.tickets.is_empty());
    assert_eq!(admission.blocked_by, Some(AdmitBlock::Stock));
    assert!(!admission.exhausted);
}

#[tokio::test]
async fn no_more_are_let_in_than_units_are_free() {
    let room = TestRoom::open(3).await;
    let tickets = room.join(5).await;
    let admission = room.admit(10).await;
    assert_eq!(ids(&admission).len(), 3);
    assert_eq!(admission.blocked_by, Some(AdmitBlock::Stock));
    assert!(room.admit(10).await.tickets.is_empty());

    // Two are held, one is rejected: its unit is free again.
    let settle = |n: usize, outcome| Settlement { ticket: tickets[n].key(), outcome };
    let settlements = [
        settle(0, SettleOutcome::Held),
        settle(1, SettleOutcome::Held),
        settle(2, SettleOutcome::Ended(TicketState::Rejected)),
    ];
    let stock = [room.stock(2, 1, 2)];
    room.queue.settle(room.drop_id, EPOCH, &stock, &settlements).await.unwrap();
    assert_eq!(ids(&room.admit(10).await), [tickets[3].ticket_id]);
}

#[tokio::test]
async fn nobody_passes_a_head_that_does_not_fit_until_it_is_hopeless() {
    let room = TestRoom::open(2).await;
    let big = room.request(3);
    let JoinOutcome::Joined(big, _) = room.try_join(big).await.unwrap() else { panic!() };
    let small = room.join(1).await[0];

    // Somebody holds one more unit, which may come back: the big one waits, and so do all behind.
    room.queue.update_stock(room.drop_id, EPOCH, &[room.stock(2, 2, 1)]).await.unwrap();
    let admission = room.admit(10).await;
    assert_eq!((ids(&admission).len(), admission.blocked_by), (0, Some(AdmitBlock::Stock)));

    // That unit is sold: nothing more can come back.
    room.queue.update_stock(room.drop_id, EPOCH, &[room.stock(3, 2, 0)]).await.unwrap();
    assert_eq!(ids(&room.admit(10).await), [small.ticket_id]);
    let status = room.queue.status(room.drop_id, EPOCH, &[big.key()]).await.unwrap();
    assert_eq!(status, [LineState::Closed(CloseReason::NotEnough)]);
}

/// Opens a room where each ticket takes the most units that it may, with so many for sale.
async fn room_that_takes_most(units: u32) -> TestRoom {
    let config = RoomConfig { takes_most: true, ..room_config(vec![VariantId::generate()]) };
    let room = TestRoom::open_with(config, units).await;
    room.fill_bucket().await;
    room
}

fn held(one: AdmittedTicket) -> Settlement {
    Settlement { ticket: one.ticket.key(), outcome: SettleOutcome::Held }
}

#[tokio::test]
async fn the_last_units_go_to_the_next_in_line_though_a_ticket_takes_more() {
    let room = room_that_takes_most(9).await;
    let requests: Vec<_> = (0..3).map(|_| room.request(4)).collect();
    room.queue.join(room.drop_id, EPOCH, &requests).await.unwrap();
    let admission = room.admit(10).await;
    let [first, second] = admission.tickets[..] else { panic!("{admission:?}") };
    let stock = [room.stock(2, 1, 8)];
    let settlements = [held(first), held(second)];
    room.queue.settle(room.drop_id, EPOCH, &stock, &settlements).await.unwrap();
    let admission = room.admit(10).await;
    assert_eq!((admission.tickets.len(), admission.exhausted), (0, false), "more may come back");

    // One of them has paid for four units; the other one took three, and may still give them back.
    room.queue.update_stock(room.drop_id, EPOCH, &[room.stock(4, 2, 3)]).await.unwrap();
    assert_eq!(room.admit(10).await.blocked_by, Some(AdmitBlock::Stock), "two would be too few");

    // Those are paid for as well: nothing can come back.
    room.queue.update_stock(room.drop_id, EPOCH, &[room.stock(5, 2, 0)]).await.unwrap();
    let admission = room.admit(10).await;
    let [third] = admission.tickets[..] else { panic!("{admission:?}") };
    assert_eq!((third.ticket.ticket_id, third.ticket.intent.units), (requests[2].ticket_id, 2));
    let leases = room.queue.in_flight(room.drop_id, EPOCH).await.unwrap();
    assert!(leases.iter().any(|lease| lease.ticket == third), "{leases:?}");
    let again = room.try_join(requests[2]).await.unwrap();
    assert!(matches!(again, JoinOutcome::Existing(ticket, ..) if ticket == third.ticket));

    // Both units are held now, and none is in flight any more.
    let settled = [held(third)];
    room.queue.settle(room.drop_id, EPOCH, &[room.stock(6, 0, 2)], &settled).await.unwrap();
    let header = room.queue.room(room.drop_id).await.unwrap().unwrap();
    assert_eq!((header.units[0].left, header.units[0].held), (0, 2));
}

#[tokio::test]
async fn a_room_whose_units_are_chosen_later_runs_out_when_none_is_left() {
    let room = room_that_takes_most(1).await;
    let requests = [room.request(4), room.request(4)];
    let joined = room.queue.join(room.drop_id, EPOCH, &requests).await.unwrap();
    let admission = room.admit(10).await;
    let [only] = admission.tickets[..] else { panic!("{admission:?}") };
    assert_eq!((only.ticket.intent.units, admission.exhausted), (1, false));

    room.queue.settle(room.drop_id, EPOCH, &[room.stock(2, 0, 1)], &[held(only)]).await.unwrap();
    assert!(!room.admit(10).await.exhausted, "it may come back");
    room.queue.update_stock(room.drop_id, EPOCH, &[room.stock(3, 0, 0)]).await.unwrap();
    let admission = room.admit(10).await;
    assert_eq!((admission.tickets.len(), admission.exhausted), (0, true));
    let JoinOutcome::Joined(late, _) = joined.outcomes[1] else { panic!("{joined:?}") };
    let status = room.queue.status(room.drop_id, EPOCH, &[late.key()]).await.unwrap();
    assert_eq!(status, [LineState::Waiting], "the end of the drop is what it hears");
}

#[tokio::test]
async fn an_empty_stock_ends_the_drop_and_closes_those_who_wait() {
    let room = TestRoom::open(0).await;
    let tickets = room.join(5).await;
    assert!(room.admit(1).await.exhausted);
    let (queue, drop_id) = (&room.queue, room.drop_id);
    let reason = queue.end(drop_id, EPOCH, CloseReason::SoldOut).await.unwrap();
    assert_eq!(reason, CloseReason::SoldOut);
    let again = queue.end(drop_id, EPOCH, CloseReason::Cancelled).await.unwrap();
    assert_eq!(again, CloseReason::SoldOut, "the first reason stays");
    let outcome = room.try_join(room.request(1)).await.unwrap();
    assert_eq!(outcome, JoinOutcome::Ended(CloseReason::SoldOut));
    assert_eq!(room.admit(1).await.blocked_by, Some(AdmitBlock::Closed));

    let first = queue.close_waiting(drop_id, EPOCH, CloseReason::SoldOut, 3).await.unwrap();
    assert_eq!((first.closed, first.remaining), (3, 2));
    let rest = queue.close_waiting(drop_id, EPOCH, CloseReason::SoldOut, 3).await.unwrap();
    assert_eq!((rest.closed, rest.remaining), (2, 0));
    let keys: Vec<_> = tickets.iter().map(JoinedTicket::key).collect();
    let status = queue.status(drop_id, EPOCH, &keys).await.unwrap();
    assert_eq!(status, [LineState::Closed(CloseReason::SoldOut); 5]);
}

#[tokio::test]
async fn occupancy_and_mode_hold_the_line() {
    let room = TestRoom::open(10).await;
    room.join(4).await;
    let mut config = room.config.clone();
    (config.occupancy_cap, config.version) = (2, 2);
    room.queue.configure(room.drop_id, EPOCH, &config).await.unwrap();
    let admission = room.admit(10).await;
    assert_eq!((admission.tickets.len(), admission.blocked_by), (2, Some(AdmitBlock::Occupancy)));

    (config.mode, config.version) = (DropMode::Stopped, 3);
    config.message = Some("back | at five\nreally".to_owned());
    room.queue.configure(room.drop_id, EPOCH, &config).await.unwrap();
    assert_eq!(room.admit(1).await.blocked_by, Some(AdmitBlock::Stopped));
    assert_eq!(room.try_join(room.request(1)).await.unwrap(), JoinOutcome::Stopped);
    let stale = room.queue.configure(room.drop_id, EPOCH, &room.config).await.unwrap();
    assert!(!stale.applied, "an older version never replaces a newer one");
    assert_eq!(room.queue.room(room.drop_id).await.unwrap().unwrap().config, config);
}

#[tokio::test]
async fn the_header_tells_what_is_left_and_what_is_held() {
    let room = TestRoom::open(3).await;
    let units = async || {
        let header = room.queue.room(room.drop_id).await.unwrap().unwrap();
        let [units] = header.units[..] else { panic!("{:?}", header.units) };
        assert_eq!(units.variant_id, room.variant_id);
        (units.left, units.held)
    };
    let occupied = async || room.queue.room(room.drop_id).await.unwrap().unwrap().occupied;
    assert_eq!((units().await, occupied().await), ((3, 0), 0));
    let tickets = room.join(2).await;
    assert_eq!(ids(&room.admit(2).await).len(), 2);
    assert_eq!(units().await, (1, 2), "held from the moment in which they are let in");
    assert_eq!(occupied().await, 2);

    let held =
        |ticket: &JoinedTicket| Settlement { ticket: ticket.key(), outcome: SettleOutcome::Held };
    let settled: Vec<_> = tickets.iter().map(held).collect();
    let stock = [room.stock(2, 1, 2)];
    room.queue.settle(room.drop_id, EPOCH, &stock, &settled).await.unwrap();
    assert_eq!(units().await, (1, 2), "by the orders now");
    room.queue.update_stock(room.drop_id, EPOCH, &[room.stock(3, 1, 0)]).await.unwrap();
    assert_eq!(units().await, (1, 0), "both are paid for");
}
