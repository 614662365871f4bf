//! Codes that take a place in line along to another device.

use database::people::handoffs::{self, Handoff};
use jiff::{Timestamp, ToSpan};
use shared::{
    clock::{Clock, SystemClock},
    ids::{DropId, SellerId, ShopperId},
};
use testkit::TestDatabase;

fn handoff() -> Handoff {
    Handoff {
        shopper_id: ShopperId::generate(),
        drop_id: DropId::generate(),
        member_of: Some(SellerId::generate()),
        began_at: Timestamp::from_second(1_700_000_000).unwrap(),
        ticket: "a token".to_owned(),
    }
}

fn soon() -> Timestamp {
    SystemClock.now() + 60.seconds()
}

fn hash(n: u8) -> Vec<u8> {
    vec![n; 32]
}

#[tokio::test]
async fn a_code_is_good_once() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let handoff = handoff();
    assert!(handoffs::store(pool, &hash(1), &handoff, soon()).await.unwrap());
    assert_eq!(handoffs::take(pool, &[hash(2)]).await.unwrap(), None);
    // By which of the keys it was hashed does not matter.
    assert_eq!(handoffs::take(pool, &[hash(3), hash(1)]).await.unwrap(), Some(handoff));
    assert_eq!(handoffs::take(pool, &[hash(1)]).await.unwrap(), None);
}

#[tokio::test]
async fn a_new_code_replaces_the_old_one_and_nobody_elses() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let (own, other) = (handoff(), handoff());
    assert!(handoffs::store(pool, &hash(1), &own, soon()).await.unwrap());
    assert!(handoffs::store(pool, &hash(2), &own, soon()).await.unwrap());
    assert_eq!(handoffs::take(pool, &[hash(1)]).await.unwrap(), None);
    assert!(!handoffs::store(pool, &hash(2), &other, soon()).await.unwrap(), "it is taken");
    assert_eq!(handoffs::take(pool, &[hash(2)]).await.unwrap(), Some(own));
}

#[tokio::test]
async fn a_code_that_has_expired_is_good_for_nothing_and_is_forgotten() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let past = SystemClock.now() - 1.second();
    let handoff = handoff();
    assert!(handoffs::store(pool, &hash(1), &handoff, past).await.unwrap());
    assert_eq!(handoffs::take(pool, &[hash(1)]).await.unwrap(), None);
    assert!(handoffs::store(pool, &hash(1), &handoff, past).await.unwrap());
    assert_eq!(handoffs::forget(pool).await.unwrap(), 1);
}
