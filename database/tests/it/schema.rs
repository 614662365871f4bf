//! The schema says what the code says.

use crate::fixture::Db;
use shared::{
    drops::{DropMode, DropState, Fulfilment},
    lifecycle::TicketState,
};
use std::collections::BTreeSet;

/// The texts that a check constraint allows.
async fn allowed(db: &Db, constraint: &str) -> BTreeSet<String> {
    let definition: String = sqlx::query_scalar(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = $1",
    )
    .bind(constraint)
    .fetch_one(&db.pool)
    .await
    .unwrap();
    definition.split('\'').skip(1).step_by(2).map(Into::into).collect()
}

fn texts<'a>(all: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    all.map(Into::into).collect()
}

#[tokio::test]
async fn the_checks_of_states_are_those_of_the_code() {
    let db = Db::new().await;
    let orders = TicketState::ALL.iter().filter(|state| state.is_order_state());
    assert_eq!(allowed(&db, "order_state_known").await, texts(orders.map(|state| state.as_str())));
    assert_eq!(
        allowed(&db, "drop_state_known").await,
        texts(DropState::ALL.iter().map(|state| state.as_str()))
    );
    assert_eq!(
        allowed(&db, "drop_mode_known").await,
        texts(DropMode::ALL.iter().map(|mode| mode.as_str()))
    );
    assert_eq!(
        allowed(&db, "drop_fulfilment_known").await,
        texts(Fulfilment::ALL.iter().map(|kind| kind.as_str()))
    );
    assert_eq!(
        allowed(&db, "payment_kind_known").await,
        texts(database::money::payments::PaymentKind::ALL.iter().map(|kind| kind.as_str()))
    );
}

#[tokio::test]
async fn the_index_of_ends_to_tell_has_every_end() {
    let db = Db::new().await;
    let definition: String = sqlx::query_scalar(
        "select indexdef from pg_indexes where indexname = 'orders_line_to_tell'",
    )
    .fetch_one(&db.pool)
    .await
    .unwrap();
    for state in TicketState::ALL.iter().filter(|state| state.is_order_state()) {
        let text = format!("'{state}'");
        assert_eq!(definition.contains(&text), state.is_terminal(), "{state}");
    }
}

#[tokio::test]
async fn history_cannot_be_changed() {
    let room = Db::new().await.room(crate::fixture::Make::default()).await;
    room.process(&room.commands(1)).await;
    for sql in [
        "update inventory_moves set d_sold = 1",
        "delete from inventory_moves",
        "update ticket_transitions set to_state = 'confirmed'",
        "delete from ticket_transitions",
    ] {
        assert!(sqlx::query(sql).execute(&room.pool).await.is_err(), "{sql}");
    }
}
