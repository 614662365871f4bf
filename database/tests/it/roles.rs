//! What Postgres itself allows to whom, whatever the code above it asks for.

use database::selling::catalogue::{self, NewProduct, NewVariant};
use shared::ids::{ProductId, SellerId};
use sqlx::{AssertSqlSafe, PgConnection};
use std::borrow::Cow;
use testkit::TestDatabase;

const PERMISSION_DENIED: &str = "42501";

/// What a service is refused: its role, and the statement.
const REFUSED: &[(&str, &str)] = &[
    ("sluice_admission", "select shopper_id from orders"),
    ("sluice_admission", "select from payments"),
    ("sluice_admission", "update orders set state = 'dead'"),
    ("sluice_admission", "update drops set state = 'open'"),
    ("sluice_admission", "delete from admission_history"),
    ("sluice_storefront", "delete from admission_history"),
    ("sluice_seller", "select from admission_history"),
    ("sluice_storefront", "delete from orders"),
    ("sluice_storefront", "delete from audit_log"),
    ("sluice_storefront", "truncate audit_log"),
    ("sluice_storefront", "alter table audit_log disable trigger all"),
    ("sluice_storefront", "update ledger_entries set amount_minor = 0"),
    ("sluice_storefront", "update consumer_offsets set next_offset = 0"),
    ("sluice_storefront", "create table loot (id int)"),
    ("sluice_storefront", "select drop_journal_day(current_date)"),
    ("sluice_storefront", "update drop_history set waiting = 0"),
    ("sluice_worker", "select from api_keys"),
    ("sluice_worker", "select from console_sessions"),
    ("sluice_worker", "insert into api_keys (hash, role, name) values ('', 'operator', 'me')"),
    ("sluice_worker", "select from idempotency_keys"),
    ("sluice_worker", "select from handoffs"),
    ("sluice_seller", "select from handoffs"),
    ("sluice_worker", "update variants set price_minor = 0"),
    ("sluice_worker", "update aws_rooms set serving_counter = 9"),
    ("sluice_worker", "delete from audit_log"),
    ("sluice_worker", "truncate orders"),
    ("sluice_worker", "drop table journal"),
    ("sluice_worker", "create table loot (id int)"),
    ("sluice_storefront", "update drop_codes set max_uses = 9"),
    ("sluice_admission", "insert into drop_lanes (drop_id) select id from drops"),
    ("sluice_admission", "select from drop_codes"),
    ("sluice_worker", "select from drop_codes"),
    ("sluice_seller", "select from code_uses"),
    ("sluice_seller", "update drop_codes set uses = 0"),
    ("sluice_seller", "delete from drop_codes"),
    ("sluice_seller", "select from api_keys"),
    ("sluice_seller", "select from console_links"),
    ("sluice_seller", "select from payments"),
    ("sluice_seller", "update aws_rooms set serving_counter = 9"),
    ("sluice_seller", "select from aws_tokens"),
    ("sluice_storefront", "delete from let_through"),
    ("sluice_worker", "select from let_through"),
    ("sluice_seller", "insert into let_through (drop_id) select id from drops"),
    ("sluice_seller", "update orders set state = 'confirmed'"),
    ("sluice_seller", "delete from drops"),
    ("sluice_admission", "update themes set accent = null"),
    ("sluice_seller", "delete from themes"),
    ("sluice_worker", "select from themes"),
    ("sluice_worker", "select from load_runs"),
    ("sluice_seller", "select from load_runs"),
];

/// What every service role must still be able to do, so that a refusal above says something.
const ALLOWED: &[(&str, &str)] = &[
    ("sluice_admission", "select state, opens_at from drops"),
    ("sluice_admission", "select state from orders"),
    ("sluice_admission", "update admission_history set sockets = 0 where false"),
    ("sluice_storefront", "update drops set message = null where false"),
    ("sluice_storefront", "insert into audit_log (actor, action, why) values ('a', 'b', 'c')"),
    ("sluice_storefront", "select nextval('journal_ids')"),
    ("sluice_storefront", "delete from aws_tokens where false"),
    ("sluice_worker", "update variants set stock = stock where false"),
    ("sluice_worker", "select make_journal_day(current_date)"),
    ("sluice_worker", "select drop_journal_day(current_date)"),
    ("sluice_seller", "select free_partition(16)"),
    ("sluice_seller", "update drop_codes set revoked_at = now() where false"),
    ("sluice_storefront", "update drop_codes set uses = uses + 1 where false"),
    ("sluice_worker", "select from drop_lanes"),
    ("sluice_seller", "select from drops"),
    ("sluice_seller", "update themes set accent = null where false"),
    ("sluice_storefront", "select from themes"),
];

/// Runs a statement as a role; returns the code of the refusal, if there is one.
async fn run_as(connection: &mut PgConnection, role: &str, sql: &'static str) -> Option<String> {
    let become_it = format!("set role {role}");
    sqlx::query(AssertSqlSafe(become_it)).execute(&mut *connection).await.unwrap();
    let ran = sqlx::query(sql).execute(&mut *connection).await;
    sqlx::query("reset role").execute(connection).await.unwrap();
    let error = ran.err()?;
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    Some(code.map_or_else(|| error.to_string(), Cow::into_owned))
}

async fn names(database: &TestDatabase, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(database.pool()).await.unwrap()
}

/// A seller with one product.
async fn seller_with_product(database: &TestDatabase) -> SellerId {
    let seller_id = SellerId::generate();
    catalogue::create_seller(database.pool(), seller_id, "One of two").await.unwrap();
    catalogue::create_product(database.pool(), &product_of(seller_id), "test").await.unwrap();
    seller_id
}

fn product_of(seller_id: SellerId) -> NewProduct {
    let variant = NewVariant {
        name: "One size".to_owned(),
        price_minor: 100,
        currency: "EUR".to_owned(),
        stock: 10,
    };
    NewProduct {
        id: ProductId::generate(),
        seller_id,
        name: "A thing".to_owned(),
        description: String::new(),
        variants: vec![variant],
    }
}

#[tokio::test]
async fn a_service_is_refused_what_is_not_its_business() {
    let database = TestDatabase::create().await;
    let mut connection = database.pool().acquire().await.unwrap();
    for &(role, sql) in REFUSED {
        let refusal = run_as(&mut connection, role, sql).await;
        assert_eq!(refusal.as_deref(), Some(PERMISSION_DENIED), "{role}: {sql}");
    }
    for &(role, sql) in ALLOWED {
        assert_eq!(run_as(&mut connection, role, sql).await, None, "{role}: {sql}");
    }
}

#[tokio::test]
async fn a_seller_meets_nothing_of_another_whatever_a_statement_forgets() {
    let database = TestDatabase::create().await;
    let (own, other) = (seller_with_product(&database).await, seller_with_product(&database).await);
    let settings = testkit::settings([("SLUICE_DATABASE__URL", database.url())]);
    let pool = database::connect_for_seller(&settings.database, own).unwrap();

    for table in ["sellers", "products", "variants", "audit_log"] {
        let sql = AssertSqlSafe(format!("select count(*) from {table}"));
        let n_seen: i64 = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
        assert_eq!(n_seen, 1, "{table}");
    }
    let renamed = sqlx::query("update products set name = 'Mine'").execute(&pool).await.unwrap();
    assert_eq!(renamed.rows_affected(), 1);
    let foreign = catalogue::create_product(&pool, &product_of(other), "test").await;
    assert!(foreign.is_err(), "it gave another seller a product");
    catalogue::create_product(&pool, &product_of(own), "test").await.unwrap();
    let of_other = catalogue::list_products(database.pool(), other, None, 10).await.unwrap();
    assert_eq!((of_other.len(), of_other[0].name.as_str()), (1, "A thing"));
}

#[tokio::test]
async fn a_connection_of_sellers_that_names_none_meets_nothing() {
    let database = TestDatabase::create().await;
    seller_with_product(&database).await;
    let mut connection = database.pool().acquire().await.unwrap();
    sqlx::query("set role sluice_seller").execute(&mut *connection).await.unwrap();
    let counting = sqlx::query_scalar("select count(*) from products");
    let n_seen: i64 = counting.fetch_one(&mut *connection).await.unwrap();
    assert_eq!(n_seen, 0);
}

#[tokio::test]
async fn every_table_is_some_services_business() {
    let database = TestDatabase::create().await;
    let nobodys = names(
        &database,
        "select c.relname::text from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
             and not c.relispartition and c.relname <> '_sqlx_migrations'
             and not exists (
                 select from pg_roles r
                 where r.rolname in ('sluice_admission', 'sluice_storefront', 'sluice_worker')
                     and has_any_column_privilege(r.oid, c.oid, 'select'))",
    )
    .await;
    assert!(nobodys.is_empty(), "not granted in migrations/0008_roles.sql: {nobodys:?}");
}

#[tokio::test]
async fn whatever_a_seller_can_read_is_walled() {
    let database = TestDatabase::create().await;
    let open = names(
        &database,
        "select c.relname::text from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
             and has_any_column_privilege('sluice_seller', c.oid, 'select')
             and not c.relrowsecurity",
    )
    .await;
    assert!(open.is_empty(), "without row level security: {open:?}");
}
