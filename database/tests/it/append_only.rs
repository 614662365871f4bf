//! What was written down stays: no statement of a service changes, deletes or empties it.

use sqlx::{AssertSqlSafe, raw_sql};
use std::{fs, path::Path};
use testkit::TestDatabase;

/// Every append-only table, and a column of it.
const TABLES: [(&str, &str); 4] = [
    ("audit_log", "why = ''"),
    ("ledger_entries", "amount_minor = 0"),
    ("stock_moves", "d_sold = 1"),
    ("ticket_transitions", "reason = ''"),
];

/// Puts the sample rows of all migrations in.
async fn fill(database: &TestDatabase) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample_data");
    let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let samples = fs::read_to_string(&file).unwrap();
        let inserted = raw_sql(AssertSqlSafe(samples)).execute(database.pool()).await;
        assert!(inserted.is_ok(), "{}: {inserted:?}", file.display());
    }
}

#[tokio::test]
async fn no_row_of_an_append_only_table_is_changed_deleted_or_truncated() {
    let database = TestDatabase::create().await;
    fill(&database).await;
    for (table, change) in TABLES {
        for sql in [
            format!("update {table} set {change}"),
            format!("delete from {table}"),
            format!("truncate {table}"),
            format!("truncate {table} cascade"),
        ] {
            let refused = raw_sql(AssertSqlSafe(sql.clone())).execute(database.pool()).await;
            let error = refused.unwrap_err().to_string();
            assert!(error.contains("append-only"), "{sql}: {error}");
        }
    }
}

#[tokio::test]
async fn every_table_that_refuses_changes_refuses_to_be_emptied() {
    let database = TestDatabase::create().await;
    let guarded: Vec<String> = sqlx::query_scalar(
        "select distinct tgrelid::regclass::text from pg_trigger t
         join pg_proc p on p.oid = t.tgfoid where p.proname = 'refuse_change' order by 1",
    )
    .fetch_all(database.pool())
    .await
    .unwrap();
    assert_eq!(guarded, TABLES.map(|(table, _)| table));
}
