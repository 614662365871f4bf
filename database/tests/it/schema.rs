//! The schema says what the code says.

use crate::fixture::{DropOptions, TestDrop};
use database::{
    money::payments::PaymentKind, people::api_keys::KeyRole, selling::scheduling::EpochState,
};
use shared::{
    drops::{DropMode, DropState, Fulfilment},
    lifecycle::TicketState,
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
        allowed(&database, "drop_epoch_state_known").await,
        texts(EpochState::ALL.iter().map(|state| state.as_str()))
    );
    assert_eq!(
        allowed(&database, "payment_kind_known").await,
        texts(PaymentKind::ALL.iter().map(|kind| kind.as_str()))
    );
    assert_eq!(
        allowed(&database, "api_key_role_known").await,
        texts(KeyRole::ALL.iter().map(|role| role.as_str()))
    );
}

#[tokio::test]
async fn the_index_of_ends_to_tell_has_every_end() {
    let database = TestDatabase::create().await;
    let definition: String = sqlx::query_scalar(
        "select indexdef from pg_indexes where indexname = 'orders_line_to_tell'",
    )
    .fetch_one(database.pool())
    .await
    .unwrap();
    for state in TicketState::ALL.iter().filter(|state| state.is_order_state()) {
        let text = format!("'{state}'");
        assert_eq!(definition.contains(&text), state.is_terminal(), "{state}");
    }
}

#[tokio::test]
async fn history_cannot_be_changed() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    test_drop.process(&test_drop.commands(1)).await;
    for sql in [
        "update inventory_moves set d_sold = 1",
        "delete from inventory_moves",
        "update ticket_transitions set to_state = 'confirmed'",
        "delete from ticket_transitions",
    ] {
        assert!(sqlx::query(sql).execute(&test_drop.pool).await.is_err(), "{sql}");
    }
}
