//! Every migration meets rows: those that the migrations before it left, with samples of each.

use crate::fixture::assert_invariants;
use database::PgPool;
use sqlx::{
    AssertSqlSafe,
    migrate::{Migration, Migrator},
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use testkit::TestDatabase;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

fn sample_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample_data")
}

/// Returns the name of a migration's files, such as `0001_catalogue.sql`.
fn file_name(migration: &Migration) -> String {
    format!("{:04}_{}.sql", migration.version, migration.description.replace(' ', "_"))
}

/// Applies the migrations to an empty database, each followed by its sample rows.
async fn migrate_with_samples(pool: &PgPool) {
    let sql = "drop schema public cascade; create schema public";
    sqlx::raw_sql(sql).execute(pool).await.unwrap();
    for migration in MIGRATIONS.iter() {
        let name = file_name(migration);
        let applied = MIGRATIONS.run_to(migration.version, pool).await;
        assert!(applied.is_ok(), "{name}: {applied:?}");
        let samples = fs::read_to_string(sample_dir().join(&name)).unwrap();
        let inserted = sqlx::raw_sql(AssertSqlSafe(samples)).execute(pool).await;
        assert!(inserted.is_ok(), "sample rows of {name}: {inserted:?}");
    }
}

async fn n_rows(pool: &PgPool, table: &str) -> i64 {
    let sql = AssertSqlSafe(format!("select count(*) from {table}"));
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn each_migration_applies_to_a_database_with_rows() {
    let database = TestDatabase::create().await;
    let pool = database.pool();

    migrate_with_samples(pool).await;

    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.tables
         where table_schema = 'public' and table_name <> '_sqlx_migrations'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    for table in tables {
        assert!(n_rows(pool, &table).await > 0, "{table} has no sample rows");
    }
    assert_invariants(pool).await;
}

#[test]
fn each_migration_has_sample_rows() {
    let migrations: BTreeSet<String> = MIGRATIONS.iter().map(file_name).collect();
    let samples: BTreeSet<String> = fs::read_dir(sample_dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(samples, migrations, "tests/sample_data has one file per migration");
}
