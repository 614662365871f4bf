//! Codes and who used them: as often as they may be used, however many ask at once.

use crate::fixture::{DropOptions, TestDrop};
use database::selling::codes::{self, MakeCodesError, NewCodes, RevokedCodes};
use shared::{
    credentials::{DropCode, DropCodeHash},
    ids::{SellerId, ShopperId},
    line::Lane,
};
use std::sync::Arc;
use testkit::TestDatabase;

/// Stores one code of a label.
async fn make(
    test_drop: &TestDrop,
    label: &str,
    lane: u8,
    max_uses: i32,
) -> Result<DropCodeHash, MakeCodesError> {
    let hash = DropCode::generate().unwrap().hash();
    let new = NewCodes { hashes: &[hash], lane: Lane(lane), max_uses, label };
    let TestDrop { pool, seller_id, drop_id, .. } = test_drop;
    codes::make(pool, *seller_id, *drop_id, new, "a test").await.map(|()| hash)
}

async fn redeem(test_drop: &TestDrop, code: &DropCodeHash, shopper_id: ShopperId) -> Option<Lane> {
    codes::redeem(&test_drop.pool, test_drop.drop_id, code, shopper_id).await.unwrap()
}

async fn give_lane(test_drop: &TestDrop, lane: i16) {
    sqlx::query(
        "insert into drop_lanes (drop_id, lane, name, share_percent) values ($1, $2, 'A', 9)",
    )
    .bind(test_drop.drop_id)
    .bind(lane)
    .execute(&test_drop.pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn a_code_is_used_as_often_as_it_may_be_however_many_ask_at_once() {
    let test_drop = Arc::new(TestDrop::new(DropOptions::default()).await);
    let code = make(&test_drop, "Friends", 0, 3).await.unwrap();
    let tries = (0..24).map(|n| {
        let test_drop = Arc::clone(&test_drop);
        // Each of twelve asks twice.
        let shopper_id = ShopperId::from_uuid(uuid::Uuid::from_u128(n / 2 + 1));
        tokio::spawn(async move {
            let lane = redeem(&test_drop, &code, shopper_id).await;
            lane.map(|lane| (shopper_id, lane))
        })
    });
    let mut granted = Vec::new();
    for one in tries.collect::<Vec<_>>() {
        granted.extend(one.await.unwrap());
    }
    assert_eq!(granted.len(), 6, "three shoppers, each of both tries: {granted:?}");
    assert!(granted.iter().all(|(_, lane)| *lane == Lane::NORMAL));
    granted.dedup();
    assert_eq!(granted.len(), 3);
    assert_eq!(test_drop.number("select uses::bigint from drop_codes").await, 3);
    assert_eq!(test_drop.number("select count(*) from code_uses").await, 3);
    // Whoever has used it may ask again, now that nobody else can.
    assert_eq!(redeem(&test_drop, &code, granted[0].0).await, Some(Lane::NORMAL));
    assert_eq!(redeem(&test_drop, &code, ShopperId::generate()).await, None);
}

#[tokio::test]
async fn a_code_counts_for_its_drop_alone_and_until_it_is_revoked() {
    let database = Arc::new(TestDatabase::create().await);
    let test_drop = TestDrop::in_database(&database, DropOptions::default()).await;
    let other = TestDrop::in_database(&database, DropOptions::default()).await;
    let (one, all) = (make(&test_drop, "One", 0, 9).await, make(&test_drop, "All", 0, 9).await);
    let (one, all) = (one.unwrap(), all.unwrap());
    assert_eq!(redeem(&other, &one, ShopperId::generate()).await, None);
    let known = ShopperId::generate();
    assert!(redeem(&test_drop, &one, known).await.is_some());

    let TestDrop { pool, seller_id, drop_id, .. } = &test_drop;
    let stranger = SellerId::generate();
    for (seller, which, n_revoked) in [
        (stranger, RevokedCodes::Label("All"), 0),
        (stranger, RevokedCodes::Code(&one), 0),
        (*seller_id, RevokedCodes::Label("Nobody's"), 0),
        (*seller_id, RevokedCodes::Code(&one), 1),
        (*seller_id, RevokedCodes::Label("All"), 1),
        (*seller_id, RevokedCodes::Label("All"), 0),
    ] {
        let revoked = codes::revoke(pool, seller, *drop_id, which, "a test", "leaked").await;
        assert_eq!(revoked.unwrap(), n_revoked, "{which:?}");
    }
    for (code, shopper_id) in [(one, known), (one, ShopperId::generate()), (all, known)] {
        assert_eq!(redeem(&test_drop, &code, shopper_id).await, None);
    }
    let labels = codes::labels(pool, *seller_id, *drop_id).await.unwrap();
    let seen: Vec<_> = labels
        .iter()
        .map(|one| (one.label.as_str(), one.n_codes, one.n_revoked, one.uses))
        .collect();
    assert_eq!(seen, [("All", 1, 1, 0), ("One", 1, 1, 1)]);
    assert!(codes::labels(pool, stranger, *drop_id).await.unwrap().is_empty());
    let audited = "select count(*) from audit_log where action like 'drop.codes%'";
    assert_eq!(
        test_drop.number(audited).await,
        4,
        "two calls that made some, two that revoked some"
    );
}

#[tokio::test]
async fn codes_open_a_lane_that_the_drop_has_and_a_label_is_used_once() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    give_lane(&test_drop, 2).await;
    let code = make(&test_drop, "Early", 2, 1).await.unwrap();
    assert_eq!(redeem(&test_drop, &code, ShopperId::generate()).await, Some(Lane(2)));
    let refused = make(&test_drop, "Other", 1, 1).await;
    assert!(matches!(refused, Err(MakeCodesError::NoSuchLane)), "{refused:?}");
    let refused = make(&test_drop, "Early", 2, 1).await;
    assert!(matches!(refused, Err(MakeCodesError::LabelTaken)), "{refused:?}");
    sqlx::query("update drops set state = 'closed'").execute(&test_drop.pool).await.unwrap();
    let refused = make(&test_drop, "Late", 2, 1).await;
    assert!(matches!(refused, Err(MakeCodesError::WrongState(_))), "{refused:?}");
}

#[tokio::test]
async fn no_code_is_used_more_often_than_it_may_be_whatever_the_code_above_does() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    make(&test_drop, "Friends", 0, 1).await.unwrap();
    let overused = sqlx::query("update drop_codes set uses = 2").execute(&test_drop.pool).await;
    assert!(overused.is_err());
}
