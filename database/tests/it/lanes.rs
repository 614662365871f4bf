//! The lanes of a drop, as the workers and everybody else read them.

use crate::fixture::{DropOptions, TestDrop};
use database::selling::{
    drops::{self, ChangeDropError, DropLane},
    scheduling,
};
use shared::line::{Lane, LaneShare};

async fn scheduled() -> TestDrop {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    set_state(&test_drop, "scheduled").await;
    test_drop
}

async fn set_state(test_drop: &TestDrop, state: &'static str) {
    sqlx::query("update drops set state = $1").bind(state).execute(&test_drop.pool).await.unwrap();
}

fn lane(lane: u8, percent: u8) -> DropLane {
    DropLane { share: LaneShare { lane: Lane(lane), percent }, name: format!("Lane {lane}") }
}

async fn set(test_drop: &TestDrop, lanes: &[DropLane]) -> Result<(), ChangeDropError> {
    let TestDrop { pool, seller_id, drop_id, .. } = test_drop;
    drops::set_lanes(pool, *seller_id, *drop_id, lanes, "a test", "a test").await
}

#[tokio::test]
async fn workers_and_shoppers_read_the_lanes_that_were_set_last() {
    let test_drop = scheduled().await;
    let before = scheduling::live_drop(&test_drop.pool, test_drop.drop_id).await.unwrap().unwrap();
    assert!(before.lanes.is_empty() && !before.invite_only);
    set(&test_drop, &[lane(1, 20), lane(3, 0)]).await.unwrap();
    set(&test_drop, &[lane(2, 30), lane(3, 5)]).await.unwrap();

    let live = scheduling::live_drop(&test_drop.pool, test_drop.drop_id).await.unwrap().unwrap();
    assert_eq!(live.lanes, [lane(2, 30).share, lane(3, 5).share]);
    assert_eq!(live.limits_version, before.limits_version + 2, "its room takes them");
    let shown = drops::find_public(&test_drop.pool, test_drop.drop_id).await.unwrap().unwrap();
    assert_eq!(shown.lanes, [lane(2, 30), lane(3, 5)]);

    set(&test_drop, &[lane(2, 30), lane(3, 5)]).await.unwrap();
    let same = scheduling::live_drop(&test_drop.pool, test_drop.drop_id).await.unwrap().unwrap();
    assert_eq!(same.limits_version, live.limits_version, "nothing has changed");
    let audited = "select count(*) from audit_log where action = 'drop.lanes'";
    assert_eq!(test_drop.number(audited).await, 2);
}

#[tokio::test]
async fn lanes_stay_once_the_drop_is_open() {
    let test_drop = scheduled().await;
    set(&test_drop, &[lane(1, 20)]).await.unwrap();
    set_state(&test_drop, "open").await;
    let late = set(&test_drop, &[]).await;
    assert!(matches!(late, Err(ChangeDropError::WrongState(_))), "{late:?}");
    assert_eq!(test_drop.number("select count(*) from drop_lanes").await, 1);
}

#[tokio::test]
async fn lanes_that_cannot_be_are_refused_whatever_the_code_above_does() {
    let test_drop = scheduled().await;
    for (number, percent) in [(0, 10), (4, 10), (1, 91)] {
        assert!(set(&test_drop, &[lane(number, percent)]).await.is_err(), "{number}: {percent}");
    }
    assert!(set(&test_drop, &[lane(1, 5), lane(1, 5)]).await.is_err(), "one number twice");
    assert_eq!(test_drop.number("select count(*) from drop_lanes").await, 0);
}
