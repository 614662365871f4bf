//! Tickets in flight past their lease.

use crate::{SOON, test_worker::TestWorker};
use shared::{
    ids::{ShopperId, TicketId},
    line::{AdmitRequest, AdmittedTicket, Epoch, Intent, JoinRequest, Lane, StockFigure},
    messages::PlaceOrder,
};
use std::time::Duration;
use testkit::{room::room_config, stored::StoredDrop, wait_until};
use tokio::time::sleep;
use uuid::Uuid;

const EPOCH: Epoch = Epoch(1);
/// Over at the first look.
const LEASE: Duration = Duration::from_millis(1);

/// Opens the room of a drop and lets so many people in.
async fn let_in(worker: &TestWorker, stored: &StoredDrop, n_people: u32) -> Vec<AdmittedTicket> {
    let (queue, id, variant_id) = (&worker.app.queue, stored.drop_id, stored.variant_id);
    queue.begin(id, EPOCH).await.unwrap();
    let stock = StockFigure { variant_id, version: 1, available: 50, reserved: 0 };
    queue.restore_stock(id, EPOCH, &[stock]).await.unwrap();
    let config = room_config(vec![variant_id]);
    queue.open(id, EPOCH, &config, None, Duration::ZERO).await.unwrap();
    let admit = async |limit| {
        let request = AdmitRequest { limit, lease: LEASE, request_id: Uuid::now_v7(), extra: 0 };
        queue.admit(id, EPOCH, request).await.unwrap().tickets
    };
    // The bucket is empty at first.
    admit(1).await;
    sleep(Duration::from_millis(105)).await;
    let request = |_| JoinRequest {
        ticket_id: TicketId::generate(),
        shopper_id: ShopperId::generate(),
        lane: Lane(0),
        intent: Intent { variant_id, units: 1 },
    };
    let requests: Vec<_> = (0..n_people).map(request).collect();
    queue.join(id, EPOCH, &requests).await.unwrap();
    let admitted = admit(n_people).await;
    assert_eq!(admitted.len(), n_people as usize);
    admitted
}

#[tokio::test]
async fn whose_row_is_there_is_settled_even_while_kafka_is_away() {
    // Nothing listens at the address of its log.
    let worker = TestWorker::new(&[]).await;
    let stored = worker.another_drop().await;
    let admitted = let_in(&worker, &stored, 2).await;
    let ticket = admitted[0].ticket;
    let command = PlaceOrder {
        ticket_id: ticket.ticket_id,
        score: ticket.score,
        ..stored.command(ticket.shopper_id, 1)
    };
    worker.place_command(&stored, command).await;
    // Nobody else tells the line of it.
    worker.execute("delete from pending where consumer = 'line'").await;

    worker::start::tasks(&worker.app, &"reconciler".parse().unwrap(), &worker.shutdown);

    let in_flight = wait_until("a settled ticket", SOON, async || {
        let in_flight = worker.app.queue.in_flight(stored.drop_id, EPOCH).await.unwrap();
        (in_flight.len() == 1).then_some(in_flight)
    })
    .await;
    assert_eq!(in_flight[0].ticket.ticket.ticket_id, admitted[1].ticket.ticket_id);
}
