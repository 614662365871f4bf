use std::{pin::pin, time::Duration};

use sqlx::{Connection, PgConnection};
use tokio::time::timeout;

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
