//! RATE-2: the order rate of a drop, exact and changed live.

use crate::fixture::{DropOptions, TestDrop};

/// Transactions at each rate.
const ROUNDS: usize = 15;

async fn set_rate(test_drop: &TestDrop, rate: f64, tat: Option<f64>) {
    sqlx::query(
        "with d as (update drops set order_rate_per_second = $1)
         update order_paces set tat_us = coalesce($2, tat_us)",
    )
    .bind(rate)
    .bind(tat)
    .execute(&test_drop.pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn only_a_burst_passes_and_always_a_prefix() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    set_rate(&test_drop, 50.0, Some(0.0)).await;
    let commands = test_drop.commands(20);
    let done = test_drop.process(&commands).await;
    assert_eq!((done.n_taken, done.next_offset), (5, 5));
    assert!(done.wait.unwrap().as_millis() <= 100, "{:?}", done.wait);
    let settled: Vec<_> = done.settled.iter().map(|settled| settled.ticket.ticket_id).collect();
    let first: Vec<_> = commands[..5].iter().map(|command| command.ticket_id).collect();
    assert_eq!(settled, first);
}

#[tokio::test]
async fn duplicates_spend_no_rate() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let commands = test_drop.commands(20);
    test_drop.process(&commands).await;
    set_rate(&test_drop, 0.001, None).await;
    sqlx::query("update consumer_offsets set next_offset = 0")
        .execute(&test_drop.pool)
        .await
        .unwrap();
    let done = test_drop.process(&commands).await;
    assert_eq!((done.n_taken, done.n_duplicates, done.wait), (20, 20, None));
}

#[tokio::test]
async fn a_bucket_that_was_never_used_starts_empty() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    set_rate(&test_drop, 100.0, None).await;
    sqlx::query("update order_paces set tat_us = null").execute(&test_drop.pool).await.unwrap();
    let done = test_drop.process(&test_drop.commands(20)).await;
    assert_eq!(done.n_taken, 0);
    tokio::time::sleep(done.wait.unwrap()).await;
    assert!(
        test_drop.process(&test_drop.commands(20)).await.n_taken >= 1,
        "the bucket fills from then on"
    );
}

#[tokio::test]
async fn no_window_has_more_than_rate_and_burst_while_the_rate_changes() {
    let test_drop = TestDrop::new(DropOptions { units: 10_000, ..DropOptions::default() }).await;
    set_rate(&test_drop, 400.0, Some(0.0)).await;
    let phases = [(400.0, 40.0), (40.0, 4.0), (400.0, 40.0)];
    let mut ends = Vec::new();
    for (rate, _) in phases {
        set_rate(&test_drop, rate, None).await;
        for _ in 0..ROUNDS {
            let done = test_drop.process(&test_drop.commands(100)).await;
            tokio::time::sleep(done.wait.unwrap_or_default()).await;
        }
        ends.push(test_drop.number("select count(*) from orders").await as usize);
    }
    let times = processed_at(&test_drop).await;
    assert!(times.len() > 100, "{}", times.len());
    // The highest of the rates bounds every window; changes add nothing to it.
    assert_bounded(&times, 400.0, 40.0);
    // Within its phase each rate has its own bound.
    let begins = [0, ends[0], ends[1]];
    for ((begin, end), (rate, burst)) in begins.into_iter().zip(ends).zip(phases) {
        let phase = &times[begin..end];
        // However slow the machine, a round waits until half of the burst is free: all but the
        // first have 2 or 20 orders. One each is asked for.
        assert!(phase.len() >= ROUNDS, "{} at {rate}/s", phase.len());
        assert_bounded(phase, rate, burst);
    }
}

/// Times at which orders were processed, in order, in seconds.
async fn processed_at(test_drop: &TestDrop) -> Vec<f64> {
    sqlx::query_scalar(
        "select extract(epoch from processed_at)::float8 from orders order by processed_at",
    )
    .fetch_all(&test_drop.pool)
    .await
    .unwrap()
}

/// RATE-2: asserts that no window has more than its rate over its time, and one burst.
fn assert_bounded(times: &[f64], rate: f64, burst: f64) {
    for (i, from) in times.iter().enumerate() {
        for (n, to) in (1_u32..).zip(&times[i..]) {
            let bound = rate * (to - from) + burst + 0.01;
            assert!(f64::from(n) <= bound, "{n} in {} s at {rate}/s", to - from);
        }
    }
}
