//! Whose fault it is that a batch fails: a record may be put aside only for what it says itself.

use crate::fixture::{DropOptions, TestDrop, batch};
use database::{DatabaseError, PgPool, ordering::order_batch::process};
use shared::{ids::ShopperId, messages::PlaceOrder};
use sqlx::{AssertSqlSafe, postgres::PgPoolOptions};

/// Before 4713 BC, where the times of Postgres begin.
const BEFORE_ALL_TIMES_US: i64 = -300_000_000_000_000_000;

/// Constraints that a record can break by itself, with their tables and columns.
const BROKEN_BY_RECORDS: [(&str, &str, &str); 5] = [
    ("orders", "order_units_asked", "units_asked"),
    ("orders", "order_units_held", "units_held"),
    ("orders", "order_amount_not_negative", "amount_minor / 1500"),
    ("customer_usage", "usage_not_negative", "units"),
    ("customer_usage", "customer_within_limit", "units"),
];

/// Ways to spoil a database for every order alike.
const TROUBLES: [(&str, &str); 6] = [
    ("a missing column", "alter table orders rename column lane to former_lane"),
    (
        "the stock",
        "alter table inventory drop constraint inventory_not_oversold,
             add constraint inventory_not_oversold check (available >= 100)",
    ),
    (
        "a state of a newer release",
        "alter table orders drop constraint order_state_known,
             add constraint order_state_known check (state <> 'reserved')",
    ),
    (
        "a check without a name",
        "create function refuse() returns trigger language plpgsql as $$ begin
             raise exception 'refused' using errcode = 'check_violation';
         end $$;
         create trigger refuse before insert on pending for each row execute function refuse()",
    ),
    (
        "a column that this release does not fill",
        "alter table journal add column kept_by text not null",
    ),
    ("a key of the journal", "create unique index one_consumer on pending (journal_id)"),
];

async fn failure(pool: &PgPool, commands: Vec<PlaceOrder>) -> DatabaseError {
    process(pool, batch(0, commands)).await.unwrap_err()
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_the_fault_of_its_record() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let mut command = test_drop.command(ShopperId::generate(), 1);
    command.admitted_at_us = BEFORE_ALL_TIMES_US;
    let error = failure(&test_drop.pool, vec![command]).await;
    assert!(error.blames_the_record(), "{error:?}");
}

#[tokio::test]
async fn a_record_is_to_blame_for_constraints_that_it_breaks_by_itself() {
    for (table, constraint, value) in BROKEN_BY_RECORDS {
        let test_drop = TestDrop::new(DropOptions::default()).await;
        // The code above keeps the real ones from being broken.
        let sql = format!(
            "alter table {table} drop constraint {constraint},
                 add constraint {constraint} check ({value} <> 2)"
        );
        sqlx::query(AssertSqlSafe(sql)).execute(&test_drop.pool).await.unwrap();
        let command = test_drop.command(ShopperId::generate(), 2);
        let error = failure(&test_drop.pool, vec![command]).await;
        assert_eq!(error.constraint(), Some(constraint), "{error:?}");
        assert!(error.blames_the_record(), "{error:?}");
    }
}

#[tokio::test]
async fn no_record_is_to_blame_for_trouble_of_the_database() {
    for (trouble, sql) in TROUBLES {
        let test_drop = TestDrop::new(DropOptions::default()).await;
        sqlx::raw_sql(sql).execute(&test_drop.pool).await.unwrap();
        let error = failure(&test_drop.pool, test_drop.commands(2)).await;
        assert!(!error.blames_the_record(), "{trouble}: {error:?}");
        assert_eq!(test_drop.number("select count(*) from orders").await, 0, "{trouble}");
    }
}

#[tokio::test]
async fn no_record_is_to_blame_for_a_server_that_only_reads() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let options = (*test_drop.pool.connect_options())
        .clone()
        .options([("default_transaction_read_only", "on")]);
    let read_only = PgPoolOptions::new().connect_with(options).await.unwrap();
    let error = failure(&read_only, test_drop.commands(1)).await;
    assert!(!error.blames_the_record(), "{error:?}");
}
