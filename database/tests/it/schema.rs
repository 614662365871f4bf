//! The schema says what the code says.

use crate::fixture::{DropOptions, TestDrop};
use database::{
    journal::Consumer,
    money::payments::PaymentKind,
    ordering::{counters::Counted, inventory::MoveCause},
    people::api_keys::KeyRole,
    selling::scheduling::EpochState,
};
use shared::{
    drops::{DropMode, DropState, FailurePolicy, Fulfilment},
    lifecycle::TicketState,
    load_lab::{LoadPreset, LoadRunState},
};
use std::collections::BTreeSet;
use testkit::TestDatabase;

/// Returns the texts that a check constraint allows.
async fn allowed(database: &TestDatabase, constraint: &str) -> BTreeSet<String> {
    let definition: String = sqlx::query_scalar(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = $1",
    )
    .bind(constraint)
    .fetch_one(database.pool())
    .await
    .unwrap();
    definition.split('\'').skip(1).step_by(2).map(Into::into).collect()
}

fn texts<'a>(all: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    all.map(Into::into).collect()
}

#[tokio::test]
async fn the_checks_of_states_are_those_of_the_code() {
    let database = TestDatabase::create().await;
    let orders = TicketState::ALL.iter().filter(|state| state.is_order_state());
    assert_eq!(
        allowed(&database, "order_state_known").await,
        texts(orders.map(|state| state.as_str()))
    );
    assert_eq!(
        allowed(&database, "drop_state_known").await,
        texts(DropState::ALL.iter().map(|state| state.as_str()))
    );
    assert_eq!(
        allowed(&database, "drop_mode_known").await,
        texts(DropMode::ALL.iter().map(|mode| mode.as_str()))
    );
    assert_eq!(
        allowed(&database, "drop_fulfilment_known").await,
        texts(Fulfilment::ALL.iter().map(|kind| kind.as_str()))
    );
    assert_eq!(
        allowed(&database, "drop_failure_policy_known").await,
        texts(FailurePolicy::ALL.iter().map(|policy| policy.as_str()))
    );
    assert_eq!(
        allowed(&database, "drop_epoch_state_known").await,
        texts(EpochState::ALL.iter().map(|state| state.as_str()))
    );
    assert_eq!(
        allowed(&database, "payment_kind_known").await,
        texts(PaymentKind::ALL.iter().map(|kind| kind.as_str()))
    );
    assert_eq!(
        allowed(&database, "move_cause_known").await,
        texts(MoveCause::ALL.iter().map(|cause| cause.as_str()))
    );
    assert_eq!(
        allowed(&database, "counter_known").await,
        texts(Counted::ALL.iter().map(|what| what.as_str()))
    );
    assert_eq!(
        allowed(&database, "consumer_known").await,
        texts(Consumer::ALL.iter().map(|consumer| consumer.as_str()))
    );
    assert_eq!(
        allowed(&database, "api_key_role_known").await,
        texts(KeyRole::ALL.iter().map(|role| role.as_str()))
    );
    assert_eq!(
        allowed(&database, "load_run_preset_known").await,
        texts(LoadPreset::ALL.iter().map(|preset| preset.as_str()))
    );
    assert_eq!(
        allowed(&database, "load_run_state_known").await,
        texts(LoadRunState::ALL.iter().map(|state| state.as_str()))
    );
}

/// A version that was rolled back to, or is still running beside a later one, starts.
#[tokio::test]
async fn migrations_of_a_later_version_are_left_alone() {
    let database = TestDatabase::create().await;
    let later = database::schema_version() + 1;
    sqlx::query(
        "insert into _sqlx_migrations
             (version, description, installed_on, success, checksum, execution_time)
         values ($1, 'later', now(), true, '\\x00', 0)",
    )
    .bind(later)
    .execute(database.pool())
    .await
    .unwrap();
    database::migrate(database.pool()).await.unwrap();
    let known: i64 = database.scalar("select max(version) from _sqlx_migrations").await;
    assert_eq!(known, later);
}

#[test]
fn every_end_of_an_order_is_counted() {
    let counted = texts(Counted::ALL.iter().map(|what| what.as_str()));
    for state in TicketState::ALL.iter().filter(|state| state.is_order_state()) {
        assert_eq!(counted.contains(state.as_str()), state.is_terminal(), "{state}");
    }
}

#[tokio::test]
async fn history_cannot_be_changed() {
    let test_drop = TestDrop::new(DropOptions { units: 1, ..DropOptions::default() }).await;
    // The second one is sold out, and so has a transition.
    test_drop.process(&test_drop.commands(2)).await;
    for sql in [
        "update stock_moves set d_sold = 1",
        "delete from stock_moves",
        "truncate stock_moves",
        "update ticket_transitions set to_state = 'confirmed'",
        "delete from ticket_transitions",
    ] {
        assert!(sqlx::query(sql).execute(&test_drop.pool).await.is_err(), "{sql}");
    }
}

/// Commits with a notice wait for one another, all over the installation, so only rows that seldom
/// change may send any.
#[tokio::test]
async fn only_drops_send_notices() {
    let database = TestDatabase::create().await;
    let senders: Vec<String> = sqlx::query_scalar(
        "select distinct tgrelid::regclass::text
         from pg_trigger join pg_proc on pg_proc.oid = tgfoid
         where prosrc like '%pg_notify%'",
    )
    .fetch_all(database.pool())
    .await
    .unwrap();
    assert_eq!(senders, ["drops"]);
}
