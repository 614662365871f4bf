//! Orders that can't be committed: they wait for the database to be mended, and none of them dies.

use crate::{
    SOON,
    orders::{n_orders, produce, signed, start},
    test_worker::TestWorker,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use shared::messages::{OrderCommand, PlaceOrder};
use std::time::Duration;
use testkit::wait_until;

const N_ORDERS: i64 = 20;
/// A processor that blames its records has put them all aside by then.
const A_WHILE: Duration = Duration::from_secs(1);
/// Before 4713 BC, where the times of Postgres begin.
const BEFORE_ALL_TIMES_US: i64 = -300_000_000_000_000_000;

/// Waits until so many partitions are reported as stalled.
async fn n_stalled(prometheus: &PrometheusHandle, n: u32) {
    let line = format!("sluice_stalled_partitions {n}");
    wait_until(&line, SOON, async || prometheus.render().contains(&line).then_some(())).await;
}

/// Spoils the database, produces commands, and mends it again.
async fn assert_orders_wait(spoil: &'static str, mend: &'static str) {
    let recorder = PrometheusBuilder::new().build_recorder();
    let prometheus = recorder.handle();
    // Everything in a test runs on its one thread.
    let _recording = metrics::set_default_local_recorder(&recorder);
    let worker = TestWorker::with_log().await;
    worker.execute(spoil).await;
    for _ in 0..N_ORDERS {
        let (_, bytes) = signed(&worker);
        produce(&worker, &bytes).await;
    }

    start(&worker);
    n_stalled(&prometheus, 1).await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(worker.number("select count(*) from orders").await, 0);
    assert_eq!(worker.number("select count(*) from dead_letters").await, 0);

    worker.execute(mend).await;
    n_orders(&worker, N_ORDERS).await;
    n_stalled(&prometheus, 0).await;
    assert_eq!(worker.stock().await, (80, 20, 0));
    assert_eq!(worker.number("select count(*) from dead_letters").await, 0);
}

#[tokio::test]
async fn orders_wait_for_a_column_that_is_missing() {
    assert_orders_wait(
        "alter table orders rename column lane to former_lane",
        "alter table orders rename column former_lane to lane",
    )
    .await;
}

#[tokio::test]
async fn orders_wait_while_a_constraint_of_the_stock_refuses_them() {
    assert_orders_wait(
        "alter table inventory drop constraint inventory_not_oversold,
             add constraint inventory_not_oversold check (available >= 100)",
        "alter table inventory drop constraint inventory_not_oversold,
             add constraint inventory_not_oversold
                 check (available >= 0 and reserved >= 0 and sold >= 0)",
    )
    .await;
}

fn bytes(worker: &TestWorker, command: PlaceOrder) -> Vec<u8> {
    let command = command.signed(&worker.app.command_keys);
    serde_json::to_vec(&OrderCommand::V1(command)).unwrap()
}

#[tokio::test]
async fn a_record_that_is_to_blame_dies_alone() {
    let worker = TestWorker::with_log().await;
    worker
        .execute(
            "alter table orders drop constraint order_units_held,
             add constraint order_units_held check (units_held < 3)",
        )
        .await;
    let breaks_a_constraint = PlaceOrder { units: 3, ..worker.command() };
    let fits_no_column = PlaceOrder { admitted_at_us: BEFORE_ALL_TIMES_US, ..worker.command() };
    for at in 0..40 {
        match at {
            13 => produce(&worker, &bytes(&worker, breaks_a_constraint.clone())).await,
            29 => produce(&worker, &bytes(&worker, fits_no_column.clone())).await,
            _ => {}
        }
        produce(&worker, &bytes(&worker, worker.command())).await;
    }

    start(&worker);
    wait_until("the last record", SOON, async || {
        let next =
            worker.number("select coalesce(max(next_offset), 0) from consumer_offsets").await;
        (next == 42).then_some(())
    })
    .await;

    let reserved = "select count(*) from orders where state = 'reserved'";
    assert_eq!(worker.number(reserved).await, 40);
    assert_eq!(worker.state(breaks_a_constraint.ticket_id.into()).await, "dead");
    // An order with such a time can't be stored in any state.
    assert_eq!(worker.number("select count(*) from orders").await, 41);
    let failed = "select count(*) from dead_letters where reason = 'failed'";
    assert_eq!(worker.number(failed).await, 2);
    assert_eq!(worker.stock().await, (60, 40, 0));
}
