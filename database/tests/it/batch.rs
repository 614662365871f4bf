//! One batch, one transaction.

use crate::fixture::{DropOptions, TestDrop, batch, done, records};
use database::ordering::{
    dead_letters,
    order_batch::{BatchOutcome, DeadReason, RecordContent, process},
};
use shared::{
    ids::{DropId, ShopperId, VariantId},
    lifecycle::TicketState,
    line::Epoch,
};
use std::sync::Arc;
use testkit::TestDatabase;

/// How many changes of orders the journal has.
const TOLD: &str = "select coalesce(sum(cardinality(orders)), 0) from journal";

#[tokio::test]
async fn stock_goes_in_queue_order_and_the_rest_is_sold_out() {
    let test_drop = TestDrop::new(DropOptions { units: 3, ..DropOptions::default() }).await;
    let done = test_drop.process(&test_drop.commands(5)).await;
    let states: Vec<_> = done.settled.iter().map(|ticket| ticket.state).collect();
    let (r, x) = (TicketState::Reserved, TicketState::Rejected);
    assert_eq!(states, [r, r, r, x, x]);
    assert_eq!(done.ended.len(), 2);
    assert_eq!((done.stock[0].figure.available, done.stock[0].figure.reserved), (0, 3));
    assert_eq!(test_drop.stock().await, (0, 3, 0));
    assert_eq!(test_drop.number(TOLD).await, 5);
    let journal = test_drop.number("select id from journal").await;
    assert_eq!(done.journal.iter().map(|id| id.0).collect::<Vec<_>>(), [journal]);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn reading_the_log_again_from_its_start_changes_nothing() {
    let test_drop = TestDrop::new(DropOptions { units: 30, ..DropOptions::default() }).await;
    let commands = test_drop.commands(40);
    test_drop.process(&commands).await;
    let before = test_drop.stock().await;

    sqlx::query("update consumer_offsets set next_offset = 0")
        .execute(&test_drop.pool)
        .await
        .unwrap();
    let done = test_drop.process(&commands).await;

    assert_eq!((done.n_placed, done.n_duplicates, done.settled.len()), (0, 40, 40));
    assert_eq!(test_drop.stock().await, before);
    assert_eq!(test_drop.number("select count(*) from orders").await, 40);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_batch_that_is_there_in_part_places_the_rest() {
    let test_drop = TestDrop::new(DropOptions { units: 4, ..DropOptions::default() }).await;
    let commands = test_drop.commands(6);
    test_drop.process(&commands[..3]).await;

    sqlx::query("update consumer_offsets set next_offset = 0")
        .execute(&test_drop.pool)
        .await
        .unwrap();
    let done = test_drop.process(&commands).await;

    assert_eq!((done.n_placed, done.n_duplicates, done.ended.len()), (3, 3, 2));
    assert_eq!(test_drop.stock().await, (0, 4, 0));
    assert_eq!(test_drop.number(TOLD).await, 6);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_duplicate_eats_no_stock() {
    let test_drop = TestDrop::new(DropOptions { units: 2, ..DropOptions::default() }).await;
    let commands = test_drop.commands(2);
    let twice = [commands[0].clone(), commands[0].clone(), commands[1].clone()];
    let done = test_drop.process(&twice).await;
    assert_eq!((done.n_placed, done.n_duplicates), (2, 1));
    assert_eq!(test_drop.stock().await, (0, 2, 0));
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_late_processor_changes_nothing() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    test_drop.process(&test_drop.commands(3)).await;
    let late = process(&test_drop.pool, batch(0, test_drop.commands(3))).await.unwrap();
    assert!(matches!(late, BatchOutcome::Late));
    assert_eq!(test_drop.number("select count(*) from orders").await, 3);
}

#[tokio::test]
async fn odd_commands_are_rejected_and_the_others_go_on() {
    let test_drop = TestDrop::new(DropOptions { per_ticket: 2, ..DropOptions::default() }).await;
    let mut unknown = test_drop.command(ShopperId::generate(), 1);
    unknown.variant_id = VariantId::generate();
    let commands = [
        test_drop.command(ShopperId::generate(), 0),
        test_drop.command(ShopperId::generate(), 3),
        test_drop.command(ShopperId::generate(), u32::MAX),
        unknown,
        test_drop.command(ShopperId::generate(), 1),
    ];
    let done = test_drop.process(&commands).await;
    assert_eq!((done.n_placed, done.ended.len()), (5, 4));
    let invalid = "select count(*) from orders where state = 'rejected' and reason = 'invalid'";
    assert_eq!(test_drop.number(invalid).await, 4);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_cancelled_drop_takes_no_orders() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    sqlx::query("update drops set state = 'cancelled'").execute(&test_drop.pool).await.unwrap();
    let done = test_drop.process(&test_drop.commands(2)).await;
    assert_eq!(done.ended.len(), 2);
    assert_eq!(test_drop.number("select count(*) from orders where reason = 'closed'").await, 2);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn dead_records_never_block_the_partition() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let mut foreign = test_drop.command(ShopperId::generate(), 1);
    foreign.drop_id = DropId::generate();
    let failed = test_drop.command(ShopperId::generate(), 1);
    let dead =
        |reason, command| RecordContent::Dead { reason, detail: "no \0 good".into(), command };
    let contents = vec![
        dead(DeadReason::Malformed, None),
        RecordContent::Command(test_drop.command(ShopperId::generate(), 1)),
        RecordContent::Command(foreign),
        dead(DeadReason::Failed, Some(failed.clone())),
        dead(DeadReason::BadMac, None),
    ];
    let done = done(process(&test_drop.pool, records(0, contents)).await.unwrap());
    assert_eq!((done.next_offset, done.n_dead, done.n_placed), (5, 4, 2));
    assert_eq!(test_drop.state(failed.ticket_id.into()).await, "dead");
    assert_eq!(test_drop.number("select count(*) from dead_letters").await, 4);
    test_drop.assert_invariants().await;

    let waiting = dead_letters::waiting(&test_drop.pool, 10).await.unwrap();
    assert_eq!(waiting.len(), 4);
    assert!(waiting[0].1.contains(r#""reason":"malformed""#), "{}", waiting[0].1);
    let ids: Vec<_> = waiting.iter().map(|(id, _)| *id).collect();
    dead_letters::mark_published(&test_drop.pool, &ids[..3]).await.unwrap();
    let left = dead_letters::waiting(&test_drop.pool, 10).await.unwrap();
    assert_eq!(left, waiting[3..]);
}

#[tokio::test]
async fn a_drop_of_another_partition_is_foreign() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    sqlx::query("update drops set partition = 5").execute(&test_drop.pool).await.unwrap();
    let command = test_drop.commands(1).remove(0);
    let done = test_drop.process(std::slice::from_ref(&command)).await;
    assert_eq!(done.n_dead, 1);
    assert_eq!(test_drop.state(command.ticket_id.into()).await, "dead");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn commands_of_an_epoch_that_was_rebuilt_without_them_are_passed_over() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    test_drop.rebuilt(Epoch(2), 1).await;
    let mut commands = test_drop.commands(3);
    commands[2].epoch = Epoch(2);
    let done = test_drop.process(&commands).await;
    assert_eq!((done.n_placed, done.n_passed_over, done.next_offset), (2, 1, 3));
    assert_eq!(test_drop.number("select count(*) from orders").await, 2);
}

#[tokio::test]
async fn what_a_rebuild_left_out_no_later_one_brings_back() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    test_drop.rebuilt(Epoch(2), 1).await;
    test_drop.rebuilt(Epoch(3), 3).await;
    let mut commands = test_drop.commands(4);
    commands[2].epoch = Epoch(2);
    let done = test_drop.process(&commands).await;
    // The second came behind the first boundary, the fourth behind both.
    assert_eq!((done.n_placed, done.n_passed_over, done.next_offset), (2, 2, 4));
    let placed: Vec<_> = done.settled.iter().map(|settled| settled.ticket.ticket_id).collect();
    assert_eq!(placed, [commands[0].ticket_id, commands[2].ticket_id]);
}

#[tokio::test]
async fn what_a_former_drop_left_in_a_partition_disturbs_nobody() {
    let database = Arc::new(TestDatabase::create().await);
    let former = TestDrop::in_database(&database, DropOptions::default()).await;
    let old = former.commands(4);
    former.process(&old).await;
    sqlx::query("update drops set state = 'closed', epoch_state = 'none'")
        .execute(database.pool())
        .await
        .unwrap();
    let next = TestDrop::in_database(&database, DropOptions::default()).await;
    // Freed, and reserved again.
    sqlx::query("update drops set partition = 0").execute(database.pool()).await.unwrap();

    // What was produced twice, between the commands of the next drop.
    let commands: Vec<_> =
        old.into_iter().zip(next.commands(4)).flat_map(|(a, b)| [a, b]).collect();
    let done = former.process(&commands).await;

    assert_eq!((done.n_placed, done.n_duplicates, done.n_dead), (4, 4, 0));
    assert_eq!((former.stock().await, next.stock().await), ((96, 4, 0), (96, 4, 0)));
    next.assert_invariants().await;
}

#[tokio::test]
async fn commands_wait_while_the_line_is_rebuilt() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let commands = test_drop.commands(3);
    sqlx::query("update drops set epoch_state = 'rebuilding'")
        .execute(&test_drop.pool)
        .await
        .unwrap();
    let paused = test_drop.process(&commands).await;
    assert_eq!((paused.n_taken, paused.next_offset), (0, 0));
    assert!(paused.wait.is_some());
    sqlx::query("update drops set epoch_state = 'open'").execute(&test_drop.pool).await.unwrap();
    assert_eq!(test_drop.process(&commands).await.n_placed, 3);
}
