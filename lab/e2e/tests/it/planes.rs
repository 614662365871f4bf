//! The whole way over servers that are closed to strangers: TLS on all three, SASL on Kafka, an ACL user
//! of Redis and a role of Postgres for each service. Who has no credential gets nowhere, and each
//! service only where it has business.

use crate::half_of_the_machine;
use anyhow::Context;
use redis::{Client, RedisError, TlsCertificates};
use shared::config::{KafkaSasl, KafkaSettings};
use stack::Planes;
use std::{fs, time::Duration};
use testkit::{
    TestApp, World, WorldOptions,
    app::{Shopper, TestDrop},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// How many buy.
const N_SHOPPERS: u32 = 12;
/// How long a server may take to turn somebody away.
const PATIENCE: Duration = Duration::from_secs(10);

async fn closed_world() -> anyhow::Result<TestApp> {
    let options = WorldOptions { are_closed: true, ..WorldOptions::default() };
    Ok(TestApp { world: World::start("planes", options).await? })
}

#[tokio::test]
async fn a_sale_goes_the_whole_way_over_closed_planes() -> anyhow::Result<()> {
    let _machine = half_of_the_machine().await;
    let app = closed_world().await?;
    let (seller, operator) = (app.seller().await, app.operator().await);
    let flash_drop = seller.flash_drop().units(N_SHOPPERS).hold_seconds(300).create().await;

    operator.pause(&flash_drop).await;
    let shoppers = join_all(&app, &flash_drop).await;
    operator.resume(&flash_drop).await;
    for shopper in &shoppers {
        shopper.wait_order("reserved").await;
        shopper.pay("pm_card_approve").await;
        shopper.wait_order("confirmed").await;
    }

    let numbers = seller.numbers(&flash_drop).await;
    assert_eq!(numbers["units"]["sold"], N_SHOPPERS, "{numbers}");
    assert!(operator.audit().await.to_string().contains("drop.pause"));
    every_service_comes_as_itself_and_over_tls(&app).await?;
    strangers_get_nowhere(&app).await?;
    each_service_gets_where_it_has_business_only(&app).await?;
    app.world.stop().await
}

async fn join_all(app: &TestApp, flash_drop: &TestDrop) -> Vec<Shopper> {
    let mut shoppers = Vec::new();
    for _ in 0..N_SHOPPERS {
        let shopper = app.shopper().await;
        shopper.join(flash_drop).await;
        shoppers.push(shopper);
    }
    shoppers
}

async fn every_service_comes_as_itself_and_over_tls(app: &TestApp) -> anyhow::Result<()> {
    let sessions: Vec<(String, bool)> = sqlx::query_as(
        "select a.usename::text, bool_and(s.ssl) from pg_stat_activity a
         join pg_stat_ssl s on s.pid = a.pid
         where a.datname = current_database() and a.usename <> current_user
         group by 1 order by 1",
    )
    .fetch_all(app.world.database.pool())
    .await?;
    for login in ["storefront", "worker"] {
        assert!(sessions.contains(&(login.to_owned(), true)), "{login}: {sessions:?}");
    }
    assert!(sessions.iter().all(|(_, is_over_tls)| *is_over_tls), "{sessions:?}");

    let listed = redis_as(app, "sluice", &["CLIENT", "LIST"]).await?;
    for login in ["admission", "storefront", "worker"] {
        assert!(listed.contains(&format!(" user={login} ")), "{login}: {listed}");
    }
    Ok(())
}

async fn strangers_get_nowhere(app: &TestApp) -> anyhow::Result<()> {
    let stack = app.world.stack.as_ref().context("this world has servers of its own")?;
    let planes = stack.planes().context("they are closed")?;

    let redis = planes.redis_url("worker");
    let (_, address) = redis.rsplit_once('@').context("it has a password")?;
    assert_eq!(answer_in_plain_text(address).await, "", "Redis answered without TLS");
    for url in [format!("rediss://{address}"), format!("rediss://worker:guess@{address}")] {
        let answer = run_in_redis(planes, &url, &["PING"]).await;
        assert!(answer.is_err(), "Redis let a stranger in: {answer:?}");
    }

    let database = stack.postgres().url();
    let (server, _) = database.split_once('?').context("it names its authority")?;
    let (_, address) = server.rsplit_once('@').context("it has a password")?;
    for url in [
        format!("{server}?sslmode=disable"),
        database.replacen(&format!("@{address}"), &format!("guess@{address}"), 1),
        format!("postgres://sluice@{address}?sslmode=require"),
    ] {
        let connected =
            sqlx::postgres::PgPoolOptions::new().acquire_timeout(PATIENCE).connect(&url).await;
        assert!(connected.is_err(), "Postgres let a stranger in");
    }

    let kafka = app.world.topics.settings();
    assert!(reaches_kafka(kafka).await, "the worker's credential must be good for something");
    for stranger in [
        KafkaSettings { sasl: KafkaSasl::None, ..kafka.clone() },
        KafkaSettings { password: "guess".into(), ..kafka.clone() },
        KafkaSettings { tls: false, ..kafka.clone() },
        // It does not trust the authority of these servers.
        KafkaSettings { ca_file: String::new(), ..kafka.clone() },
    ] {
        assert!(!reaches_kafka(&stranger).await, "Kafka let a stranger in: {stranger:?}");
    }
    Ok(())
}

async fn each_service_gets_where_it_has_business_only(app: &TestApp) -> anyhow::Result<()> {
    for login in ["admission", "storefront", "worker"] {
        redis_as(app, login, &["PING"]).await?;
        for harm in [
            &["FLUSHALL"][..],
            &["KEYS", "*"],
            &["CONFIG", "SET", "appendonly", "no"],
            &["GET", "somebody-elses"],
        ] {
            let answer = redis_as(app, login, harm).await;
            let refusal =
                answer.as_ref().err().and_then(|error| error.downcast_ref::<RedisError>());
            let code = refusal.and_then(RedisError::code);
            assert_eq!(code, Some("NOPERM"), "{login}, {harm:?}: {answer:?}");
        }
    }
    Ok(())
}

/// Runs a command as one of the logins; returns what Redis answers, as text.
async fn redis_as(app: &TestApp, login: &str, words: &[&str]) -> anyhow::Result<String> {
    let stack = app.world.stack.as_ref().context("this world has servers of its own")?;
    let planes = stack.planes().context("they are closed")?;
    run_in_redis(planes, &planes.redis_url(login), words).await
}

async fn run_in_redis(planes: &Planes, url: &str, words: &[&str]) -> anyhow::Result<String> {
    let root_cert = Some(fs::read(planes.ca_file())?);
    let client = Client::build_with_tls(url, TlsCertificates { client_tls: None, root_cert })?;
    let asking = async {
        let mut connection = client.get_multiplexed_async_connection().await?;
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query_async::<String>(&mut connection).await
    };
    Ok(timeout(PATIENCE, asking).await??)
}

/// What a server says to a question without TLS.
async fn answer_in_plain_text(address: &str) -> String {
    let asking = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(b"PING\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    match timeout(PATIENCE, asking).await {
        Ok(Ok(answer)) if answer.contains("PONG") => answer,
        // A broken connection, or a TLS alert.
        _ => String::new(),
    }
}

async fn reaches_kafka(settings: &KafkaSettings) -> bool {
    match broker::LogInfo::new(settings) {
        Ok(log) => log.partitions().await.is_ok(),
        Err(_) => false,
    }
}
