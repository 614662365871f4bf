use std::{fs, os::unix::fs::PermissionsExt, pin::pin, time::Duration};

use sqlx::{Connection, PgConnection};
use stack::{Stack, StackOptions};
use tokio::time::timeout;

/// What Postgres answers to a password that is not the role's.
const INVALID_PASSWORD: &str = "28P01";

#[tokio::test]
async fn committed_rows_survive_kill_9_with_sessions_open() {
    let (stack, _dir) = super::start(false, true, false).await;
    let server = stack.postgres();
    let mut connection = PgConnection::connect(server.url()).await.unwrap();
    sqlx::query("create table numbers (number integer)").execute(&mut connection).await.unwrap();

    for number in 1..=3_i32 {
        sqlx::query("insert into numbers values ($1)")
            .bind(number)
            .execute(&mut connection)
            .await
            .unwrap();
        server.kill9().await.unwrap(); // with the session of `connection` still there
        server.start().await.unwrap();
        connection = PgConnection::connect(server.url()).await.unwrap();
        let n_numbers: i64 = sqlx::query_scalar("select count(*) from numbers")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(n_numbers, i64::from(number));
    }

    let fsync: String = sqlx::query_scalar("show fsync").fetch_one(&mut connection).await.unwrap();
    assert_eq!(fsync, "on");
    server.restart().await.unwrap(); // ends the open session rather than waiting for it
    stack.stop().await.unwrap();
}

#[tokio::test]
async fn a_frozen_server_answers_once_it_is_thawed() {
    let (stack, _dir) = super::start(false, true, false).await;
    let server = stack.postgres();
    let mut connection = PgConnection::connect(server.url()).await.unwrap();

    server.freeze().await.unwrap();
    let mut answer = pin!(connection.ping());
    let early = timeout(Duration::from_millis(500), answer.as_mut()).await;
    assert!(early.is_err(), "a backend still runs");

    server.thaw().await.unwrap();
    answer.await.unwrap();
    stack.stop().await.unwrap();
}

#[tokio::test]
async fn nobody_comes_in_without_the_password_of_the_stack() {
    let (stack, _dir) = super::start(false, true, false).await;
    let url = stack.postgres().url();
    let (login, server) = url.rsplit_once('@').unwrap();
    let (_, password) = login.rsplit_once(':').unwrap();
    assert_eq!(password.len(), 64);
    for login in ["sluice", "sluice:sluice"] {
        let refused = PgConnection::connect(&format!("postgres://{login}@{server}")).await;
        let error = refused.unwrap_err();
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        assert_eq!(code.as_deref(), Some(INVALID_PASSWORD), "{login}: {error}");
    }
    stack.stop().await.unwrap();
}

#[tokio::test]
async fn a_stack_that_comes_back_to_its_data_has_the_password_for_it() {
    let (stack, dir) = super::start(false, true, false).await;
    stack.stop().await.unwrap();
    drop(stack); // and with it the lock on the folder
    let options = StackOptions::on_free_ports(dir.path().join("stack")).unwrap();
    let again = Stack::start(options.only(false, true, false)).await.unwrap();
    PgConnection::connect(again.postgres().url()).await.unwrap();
    again.stop().await.unwrap();
}

#[tokio::test]
async fn neither_logs_nor_secrets_can_be_read_by_others() {
    let (stack, _dir) = super::start(false, true, false).await;
    let mode = |path: &str| {
        let found = fs::metadata(stack.dir().join(path)).unwrap();
        found.permissions().mode() & 0o777
    };
    for file in ["logs/postgres.log", "postgres-password", "postgres.verifier"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
    for folder in ["logs", "postgres"] {
        assert_eq!(mode(folder) & 0o066, 0, "{folder}");
    }
    stack.stop().await.unwrap();
}
