//! What a rebuild of a line reads.

use crate::fixture::{DropOptions, TOPIC, TestDrop, until_waiting};
use database::line::epochs::{self, Boundary, OrderInLine};
use shared::{
    decide::chain::Followed,
    line::{ChainHash, Epoch, EventPoint, Follows},
};
use std::time::Duration;
use tokio::time::sleep;

/// What other statements may take, milliseconds, and longer than that.
const LIMIT_MS: &str = "1500";
const LONGER: Duration = Duration::from_millis(2500);
/// More than are read at one go.
const N_OTHERS: usize = 12_000;

/// Adds orders that are like the only one there is, but over.
async fn multiply_orders(test_drop: &TestDrop) {
    sqlx::query(
        "insert into orders (id, drop_id, seller_id, shopper_id, variant_id, placed_by, score,
             amount_minor, admitted_at, processed_at, updated_at, units_asked, units_held, lane,
             is_only_one, currency, state)
         select gen_random_uuid(), drop_id, seller_id, gen_random_uuid(), variant_id, placed_by,
             score + n, amount_minor, admitted_at, processed_at, updated_at, units_asked, 0, lane,
             false, currency, 'expired'
         from orders, generate_series(1, $1) n",
    )
    .bind(N_OTHERS as i32)
    .execute(&test_drop.pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn a_rebuild_gets_every_order_once_in_the_order_of_the_tickets() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, shopper_id) = test_drop.reserved().await;
    multiply_orders(&test_drop).await;

    let mut orders: Vec<OrderInLine> = Vec::new();
    let take = |order| orders.push(order);
    let truth = epochs::truth(&test_drop.pool, test_drop.drop_id, TOPIC, 0, take).await.unwrap();

    assert_eq!((truth.n_orders, orders.len()), (N_OTHERS + 1, N_OTHERS + 1));
    assert!(orders.windows(2).all(|pair| pair[0].ticket_id < pair[1].ticket_id));
    let going_on: Vec<_> = orders.iter().filter(|order| !order.state.is_terminal()).collect();
    assert_eq!(going_on.len(), 1);
    assert_eq!((going_on[0].ticket_id, going_on[0].shopper_id), (order_id.into(), shopper_id));
}

#[tokio::test]
async fn a_long_read_is_not_cut_off_by_the_time_limit_of_other_statements() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    test_drop.reserved().await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    let hurried = [("statement_timeout", LIMIT_MS), ("lock_timeout", "0")];
    let options = (*pool.connect_options()).clone().options(hurried);
    let hurried = pool.options().clone().max_connections(1).connect_lazy_with(options);
    let mut slow = pool.begin().await.unwrap();
    sqlx::query("lock table orders in access exclusive mode").execute(&mut *slow).await.unwrap();

    let reading =
        tokio::spawn(async move { epochs::truth(&hurried, drop_id, TOPIC, 0, |_| {}).await });
    until_waiting(pool, 1).await;
    sleep(LONGER).await;
    slow.rollback().await.unwrap();

    assert_eq!(reading.await.unwrap().unwrap().n_orders, 1);
}

#[tokio::test]
async fn an_epoch_remembers_which_event_it_follows() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (pool, id) = (&test_drop.pool, test_drop.drop_id);
    let point = EventPoint { epoch: Epoch(1), evn: 17 };
    let follows = Follows { point, hash: ChainHash::from_bytes([7; 32]) };
    for (to, follows) in [(Epoch(2), None), (Epoch(3), Some(follows))] {
        assert!(epochs::begin(pool, id, Epoch(to.0 - 1), to).await.unwrap());
        let boundary = Boundary { generation: 1, offset: 0 };
        assert!(epochs::set_boundary(pool, id, to, boundary, follows).await.unwrap());
    }

    let followed = epochs::followed(pool, id).await.unwrap();

    assert_eq!(followed, Followed::from([(Epoch(3), follows)]));
}
