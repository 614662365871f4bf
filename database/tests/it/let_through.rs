//! Visitors who come into a site without a line, and the policy that says how many.

use crate::fixture::{DropOptions, TestDrop};
use database::selling::{
    drops::{self, ChangeDropError},
    passes::{self, DoorOutcome},
};
use shared::{
    decide::failure::OnFailure,
    drops::DropState,
    ids::{SellerId, TicketId},
};
use sqlx::AssertSqlSafe;

/// One a minute: nobody else comes in while a test lasts.
const ONE: OnFailure = OnFailure::Open { per_minute: 1 };

async fn set(site: &TestDrop, of: Option<SellerId>, new: OnFailure) -> Result<(), ChangeDropError> {
    drops::change_failure_policy(&site.pool, of, site.drop_id, new, "a test", "why").await
}

async fn come_in(site: &TestDrop) -> DoorOutcome {
    passes::let_through(&site.pool, site.drop_id, TicketId::generate()).await.unwrap()
}

#[tokio::test]
async fn of_many_at_once_as_many_come_in_without_a_line_as_the_policy_says() {
    let site = TestDrop::before_site().await;
    assert_eq!(come_in(&site).await, DoorOutcome::Shut, "it is closed by default");
    set(&site, None, ONE).await.unwrap();

    let coming = (0..8).map(|_| {
        let (pool, drop_id) = (site.pool.clone(), site.drop_id);
        let visit_id = TicketId::generate();
        tokio::spawn(async move { passes::let_through(&pool, drop_id, visit_id).await.unwrap() })
    });
    let mut outcomes = Vec::new();
    for one in coming.collect::<Vec<_>>() {
        outcomes.push(one.await.unwrap());
    }

    let is_in = |outcome: &&DoorOutcome| matches!(outcome, DoorOutcome::Through { .. });
    assert_eq!(outcomes.iter().filter(is_in).count(), 1, "{outcomes:?}");
    assert!(!outcomes.contains(&DoorOutcome::Shut), "{outcomes:?}");
    assert_eq!(passes::count_let_through(&site.pool, site.drop_id).await.unwrap(), 1);
    let lasts = "select extract(epoch from ends_at - at)::bigint from let_through";
    assert_eq!(site.number(lasts).await, 300, "as long as a pass is good");
    assert_eq!(site.number("select count(*) from orders").await, 0);

    // As if a minute had gone by.
    let later = "update open_doors set tat_us = tat_us - 60000000";
    sqlx::query(later).execute(&site.pool).await.unwrap();
    assert!(matches!(come_in(&site).await, DoorOutcome::Through { .. }));
    site.assert_invariants().await;
}

#[tokio::test]
async fn nobody_comes_in_without_a_line_whom_the_operator_keeps_out() {
    let site = TestDrop::before_site().await;
    set(&site, None, ONE).await.unwrap();
    for state in [
        "mode = 'paused'",
        "mode = 'stopped'",
        "mode = 'running', closes_at = now()",
        "closes_at = null, failure_policy = 'hold', failure_per_minute = null",
    ] {
        let sql = AssertSqlSafe(format!("update drops set {state}"));
        sqlx::query(sql).execute(&site.pool).await.unwrap();
        assert_eq!(come_in(&site).await, DoorOutcome::Shut, "{state}");
    }
    assert_eq!(site.number("select count(*) from let_through").await, 0);
}

#[tokio::test]
async fn each_change_of_a_failure_policy_is_written_down_once() {
    let site = TestDrop::before_site().await;
    let own = Some(site.seller_id);
    for new in [OnFailure::Hold, OnFailure::Hold, ONE, OnFailure::Closed] {
        set(&site, own, new).await.unwrap();
        let found = drops::find(&site.pool, site.drop_id).await.unwrap().unwrap();
        assert_eq!(found.on_failure, new);
    }
    let written = "select count(*) from audit_log where action = 'drop.failure_policy'";
    assert_eq!(site.number(written).await, 3, "the same again is no change");
    let foreign = set(&site, Some(SellerId::generate()), ONE).await.unwrap_err();
    assert!(matches!(foreign, ChangeDropError::NotFound), "{foreign}");

    sqlx::query("update drops set members_only = true").execute(&site.pool).await.unwrap();
    let for_some = set(&site, None, ONE).await.unwrap_err();
    assert!(matches!(for_some, ChangeDropError::NotForAll), "{for_some}");
    set(&site, None, OnFailure::Hold).await.unwrap();

    sqlx::query("update drops set state = 'closed'").execute(&site.pool).await.unwrap();
    let late = set(&site, None, OnFailure::Closed).await.unwrap_err();
    assert!(matches!(late, ChangeDropError::WrongState(DropState::Closed)), "{late}");
}

#[tokio::test]
async fn where_there_are_only_so_many_visits_nobody_comes_in_without_the_line() {
    let site = TestDrop::before_site_of(5).await;
    let refused = set(&site, None, ONE).await.unwrap_err();
    assert!(matches!(refused, ChangeDropError::NotForAll), "{refused}");
    set(&site, None, OnFailure::Hold).await.unwrap();
}

#[tokio::test]
async fn a_drop_that_sells_units_has_no_failure_policy() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let refused = set(&test_drop, None, OnFailure::Hold).await.unwrap_err();
    assert!(matches!(refused, ChangeDropError::NotFound), "{refused}");
    assert_eq!(come_in(&test_drop).await, DoorOutcome::Shut);
}
