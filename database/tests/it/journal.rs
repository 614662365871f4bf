//! What others must be told: each change once, until they were.

use crate::fixture::{DropOptions, TestDrop};
use database::{
    PgPool,
    journal::{self, Consumer, JournalId, partitions},
    ordering::holds,
};
use jiff::{ToSpan, civil::Date};
use jiff_sqlx::ToSqlx;
use shared::{
    ids::{OrderId, ShopperId},
    lifecycle::TicketState,
    messages::order_event_id,
};
use std::{sync::Arc, time::Duration};
use testkit::TestDatabase;

/// The day on which the journal's rows are written now.
async fn today(pool: &PgPool) -> Date {
    let today: jiff_sqlx::Date = sqlx::query_scalar("select (now() at time zone 'utc')::date")
        .fetch_one(pool)
        .await
        .unwrap();
    today.to_jiff()
}

/// Writes a row of that day, without an order, of which something is pending.
async fn write_row_of(pool: &PgPool, day: Date) -> JournalId {
    sqlx::query_scalar(
        "with written as (
             insert into journal (day, at, drop_id, orders, sequences, states, reasons)
             values ($1::date, $1::date::timestamp at time zone 'utc', gen_random_uuid(), '{}', '{}',
                 '{}', '{}')
             returning id, day, drop_id)
         insert into pending (consumer, journal_id, day, drop_id)
         select 'events', id, day, drop_id from written returning journal_id",
    )
    .bind(day.to_sqlx())
    .fetch_one(pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn the_events_of_a_batch_wait_until_they_are_acknowledged() {
    let test_drop = TestDrop::new(DropOptions { units: 2, ..DropOptions::default() }).await;
    let pool = &test_drop.pool;
    let commands = [2, 1].map(|units| test_drop.command(ShopperId::generate(), units));
    let done = test_drop.process(&commands).await;

    let waiting = journal::waiting_events(pool, 10).await.unwrap();
    assert_eq!(waiting.iter().map(|row| row.journal_id).collect::<Vec<_>>(), done.journal);
    assert_eq!(journal::n_waiting(pool).await.unwrap(), 1);
    let [reserved, rejected] = &waiting[0].events[..] else { panic!("{waiting:?}") };
    assert_eq!((reserved.state, reserved.reason.as_deref()), (TicketState::Reserved, None));
    assert_eq!((reserved.units, reserved.amount_minor), (2, 3000));
    assert_eq!(
        (rejected.state, rejected.reason.as_deref()),
        (TicketState::Rejected, Some("sold_out"))
    );
    for (event, command) in [reserved, rejected].into_iter().zip(&commands) {
        assert_eq!(event.order_id, OrderId::from(command.ticket_id));
        assert_eq!((event.drop_id, event.seller_id), (test_drop.drop_id, test_drop.seller_id));
        assert_eq!(event.event_id, order_event_id(event.order_id, 1));
    }
    assert_eq!(journal::waiting_events(pool, 10).await.unwrap(), waiting, "the same each time");

    journal::acknowledge(pool, Consumer::Events, &done.journal).await.unwrap();
    assert!(journal::waiting_events(pool, 10).await.unwrap().is_empty());
    assert_eq!(journal::n_waiting(pool).await.unwrap(), 0);
}

#[tokio::test]
async fn events_of_an_order_come_in_the_order_of_its_changes() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    test_drop.capturing().await;
    let waiting = journal::waiting_events(&test_drop.pool, 100).await.unwrap();
    let told: Vec<_> = waiting.iter().flat_map(|row| &row.events).collect();
    let sequences: Vec<_> = told.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, [1, 2, 3, 4]);
    assert_eq!(told[3].state, TicketState::Capturing);
    let first = journal::waiting_events(&test_drop.pool, 1).await.unwrap();
    assert_eq!(first, waiting[..1], "the limit takes the oldest");
}

#[tokio::test]
async fn a_drop_with_much_to_tell_keeps_no_other_waiting() {
    let database = Arc::new(TestDatabase::create().await);
    let [hot, other] = [
        TestDrop::in_database(&database, DropOptions::default()).await,
        TestDrop::in_database(&database, DropOptions::default()).await,
    ];
    let mut of_hot = Vec::new();
    for _ in 0..5 {
        of_hot.extend(hot.process(&hot.commands(1)).await.journal);
    }
    let of_other = other.process(&other.commands(1)).await.journal[0];

    let pool = database.pool();
    let events = journal::waiting_events(pool, 3).await.unwrap();
    let events: Vec<_> = events.iter().map(|row| row.journal_id).collect();
    let untold = journal::untold(pool, Duration::ZERO, 3).await.unwrap();
    let untold: Vec<_> = untold.iter().map(|row| row.journal_id).collect();
    assert_eq!(events, [of_hot[0], of_other, of_hot[1]], "they take turns");
    assert_eq!(untold, events);
    let all = journal::waiting_events(pool, 10).await.unwrap();
    let all = all.iter().map(|row| row.journal_id).filter(|id| *id != of_other);
    assert_eq!(all.collect::<Vec<_>>(), of_hot, "those of a drop come in their order");
}

#[tokio::test]
async fn what_a_line_was_not_told_is_found_as_it_is_now() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    let commands = test_drop.commands(2);
    let placed = test_drop.process(&commands).await;
    assert!(journal::untold(pool, Duration::from_secs(60), 10).await.unwrap().is_empty());

    test_drop.let_holds_run_out().await;
    let expired = holds::expire_due(pool, drop_id, 1).await.unwrap();

    let untold = journal::untold(pool, Duration::ZERO, 10).await.unwrap();
    let rows: Vec<_> = untold.iter().map(|row| (row.journal_id, row.drop_id)).collect();
    assert_eq!(rows, [(placed.journal[0], drop_id), (expired.journal[0], drop_id)]);
    let ended = expired.ended[0].ticket.ticket_id;
    for order in &untold[0].orders {
        let now =
            if order.ticket_id == ended { TicketState::Expired } else { TicketState::Reserved };
        assert_eq!(order.state, now);
        assert_eq!(order.score, commands[0].score.raw());
        let command = commands.iter().find(|command| command.ticket_id == order.ticket_id);
        assert_eq!(order.shopper_id, command.unwrap().shopper_id);
    }
    assert_eq!((untold[0].orders.len(), untold[1].orders.len()), (2, 1));

    journal::acknowledge(pool, Consumer::Line, &placed.journal).await.unwrap();
    let left = journal::untold(pool, Duration::ZERO, 10).await.unwrap();
    assert_eq!(left, untold[1..]);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_row_goes_to_the_partition_of_its_day_as_soon_as_there_is_one() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let pool = &test_drop.pool;
    test_drop.process(&test_drop.commands(3)).await;
    assert_eq!(partitions::n_in_default(pool).await.unwrap(), 1, "there is none yet");
    let waiting = journal::waiting_events(pool, 10).await.unwrap();

    let day = today(pool).await;
    assert_eq!(partitions::make_ahead(pool, day, 2).await.unwrap(), 3);
    assert_eq!(partitions::make_ahead(pool, day, 2).await.unwrap(), 0, "they are there");
    assert_eq!(partitions::n_in_default(pool).await.unwrap(), 0);
    assert_eq!(journal::waiting_events(pool, 10).await.unwrap(), waiting, "nothing was lost");

    // Over midnight, and beyond what was made ahead.
    write_row_of(pool, day.saturating_add(1.day())).await;
    test_drop.process(&test_drop.commands(3)).await;
    assert_eq!(partitions::n_in_default(pool).await.unwrap(), 0);
    write_row_of(pool, day.saturating_add(9.days())).await;
    assert_eq!(partitions::n_in_default(pool).await.unwrap(), 1);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn several_may_make_partitions_at_once() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let day = today(&test_drop.pool).await;
    let makers = (0..4).map(|_| {
        let pool = test_drop.pool.clone();
        tokio::spawn(async move { partitions::make_ahead(&pool, day, 3).await.unwrap() })
    });
    let mut n_made = 0;
    for maker in makers.collect::<Vec<_>>() {
        n_made += maker.await.unwrap();
    }
    assert_eq!(n_made, 4);
}

#[tokio::test]
async fn a_partition_goes_once_nothing_of_it_is_pending() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let pool = &test_drop.pool;
    let day = today(pool).await;
    let old = day.saturating_sub(8.days());
    partitions::make_ahead(pool, old, 1).await.unwrap();
    partitions::make_ahead(pool, day, 0).await.unwrap();
    let row = write_row_of(pool, old).await;

    assert_eq!(partitions::drop_old(pool, day).await.unwrap(), 1, "the day behind it is empty");
    journal::acknowledge(pool, Consumer::Events, &[row]).await.unwrap();
    assert_eq!(partitions::drop_old(pool, day).await.unwrap(), 1);
    assert_eq!(partitions::drop_old(pool, day).await.unwrap(), 0, "today's stays");

    test_drop.process(&test_drop.commands(1)).await;
    assert_eq!(partitions::n_in_default(pool).await.unwrap(), 0);
    test_drop.assert_invariants().await;
}
