//! A room in which units are not what is waited for.

use crate::{EPOCH, ids};
use shared::{
    ids::VariantId,
    lifecycle::TicketState,
    line::{AdmitBlock, JoinRequest, Lane, LaneShare, RoomConfig, SettleOutcome, Settlement},
};
use testkit::room::{TestRoom, room_config};

/// The settings of such a room, which lets in one after the other as fast as anybody comes.
fn without_stock() -> RoomConfig {
    RoomConfig { has_stock: false, ..room_config(vec![VariantId::generate()]) }
}

#[tokio::test]
async fn a_room_without_stock_lets_in_as_many_as_may_be_inside() {
    let room = TestRoom::open_with(RoomConfig { occupancy_cap: 3, ..without_stock() }, 0).await;
    room.fill_bucket().await;
    let (queue, drop_id) = (&room.queue, room.drop_id);
    let tickets = room.join(5).await;

    let admission = room.admit(10).await;

    assert_eq!(ids(&admission).len(), 3);
    assert_eq!(admission.blocked_by, Some(AdmitBlock::Occupancy));
    assert!(!admission.exhausted, "it never runs out, whatever its stock row says");

    // A pass takes its place until the visit is over.
    let settle = |outcome| [Settlement { ticket: tickets[0].key(), outcome }];
    let stock = [room.stock(2, 0, 0)];
    queue.settle(drop_id, EPOCH, &stock, &settle(SettleOutcome::Held)).await.unwrap();
    assert!(room.admit(10).await.tickets.is_empty());
    let visited = SettleOutcome::Ended(TicketState::Visited);
    queue.settle(drop_id, EPOCH, &stock, &settle(visited)).await.unwrap();
    assert_eq!(ids(&room.admit(10).await), [tickets[3].ticket_id]);
}

#[tokio::test]
async fn a_room_without_stock_keeps_its_rate() {
    let slow = RoomConfig { admission_rate_per_second: 10.0, ..without_stock() };
    let room = TestRoom::open_with(slow, 0).await;
    room.join(3).await;
    // The bucket holds one, and is empty at first.
    let first = room.admit(3).await;
    assert_eq!((first.tickets.len(), first.blocked_by), (0, Some(AdmitBlock::Rate)));
    tokio::time::sleep(first.next_due.unwrap()).await;
    let second = room.admit(3).await;
    assert_eq!((second.tickets.len(), second.blocked_by), (1, Some(AdmitBlock::Rate)));
}

#[tokio::test]
async fn the_lanes_of_a_room_without_stock_keep_their_shares() {
    let lanes = vec![LaneShare { lane: Lane(1), percent: 20 }];
    let room = TestRoom::open_with(RoomConfig { lanes, ..without_stock() }, 0).await;
    room.fill_bucket().await;
    for lane in [Lane(1), Lane::NORMAL] {
        let requests: Vec<_> = (0..20).map(|_| JoinRequest { lane, ..room.request(1) }).collect();
        room.queue.join(room.drop_id, EPOCH, &requests).await.unwrap();
    }
    let admission = room.admit(20).await;
    let n_first = admission.tickets.iter().filter(|one| one.ticket.lane == Lane(1)).count();
    assert_eq!((admission.tickets.len(), n_first), (20, 4));
}

#[tokio::test]
async fn a_room_without_stock_tells_of_no_units() {
    let room = TestRoom::open_with(without_stock(), 7).await;
    let header = room.queue.room(room.drop_id).await.unwrap().unwrap();
    assert_eq!(header.config, room.config);
    assert!(header.units.is_empty(), "{:?}", header.units);
}
