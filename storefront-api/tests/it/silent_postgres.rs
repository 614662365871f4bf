//! Postgres takes everything and answers nothing, as after a failover: whoever only looks is sent
//! away in time, and served again when there is another way to it.

use crate::shop::{SOON, Shop, Who};
use futures_util::future::join_all;
use reqwest::Url;
use std::{
    future::pending,
    time::{Duration, Instant},
};
use testkit::{TestDatabase, TestRedis, wait_until};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};
use uuid::Uuid;

/// Whoever only looks has an answer by then: two seconds after they asked, and what a busy machine adds.
/// Who waited for a connection would wait for a minute, and for an answer of Postgres for ever.
const IN_TIME: Duration = Duration::from_secs(8);
/// Of each thing, so many look at once.
const N_LOOKS: usize = 4;

/// A way to Postgres. Connections that stand or are made while it is blocked are silent for ever.
pub(crate) struct Way {
    pub(crate) url: String,
    pub(crate) is_blocked: watch::Sender<bool>,
}

impl Way {
    pub(crate) async fn to(database: &TestDatabase) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut url: Url = database.url().parse().unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let is_blocked = watch::Sender::new(false);
        let told = is_blocked.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, server.clone(), told.subscribe()));
            }
        });
        Self { url: url.into(), is_blocked }
    }
}

/// Passes on what one connection says, until the way is blocked.
async fn pass(mut client: TcpStream, server: String, mut is_blocked: watch::Receiver<bool>) {
    if *is_blocked.borrow() {
        return pending().await;
    }
    let mut server = TcpStream::connect(server).await.unwrap();
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        // Both ends stay open, so neither learns of it.
        _ = is_blocked.changed() => pending().await,
    }
}

/// Looks, and checks that the answer is to come back later, and comes in time.
async fn is_sent_away(shop: &Shop, path: &str, shopper: &Who) {
    let begun = Instant::now();
    let answer = shop.get(path, shopper).await;
    let took = begun.elapsed();
    assert_eq!(answer.status, 503, "{path}: {}", answer.text);
    assert!(answer.headers.contains_key("retry-after"), "{path}: {:?}", answer.headers);
    assert!(took < IN_TIME, "{path}: {took:?}");
}

#[tokio::test]
async fn whoever_only_looks_is_sent_away_in_time_while_postgres_is_silent() {
    let (database, redis) = (TestDatabase::create().await, TestRedis::create().await);
    let way = Way::to(&database).await;
    let shop = Shop::open_with([
        ("SLUICE_REDIS__URL", redis.url().to_owned()),
        ("SLUICE_DATABASE__URL", way.url.clone()),
        // So that waiting for a connection is not what ends.
        ("SLUICE_DATABASE__ACQUIRE_TIMEOUT_MS", "60000".to_owned()),
    ])
    .await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let order_id = shop.order_of(&shopper, &shop.drop_of(&seller).await).await;
    let order = format!("/v1/orders/{order_id}");
    shop.get(&order, &shopper).await.expect(200);

    way.is_blocked.send_replace(true);
    let flash_drop = format!("/v1/drops/{}", Uuid::now_v7());
    let paths = [order.as_str(), "/v1/orders", &flash_drop, "/v1/drops", "/v1/tickets"];
    let looks = paths.into_iter().cycle().take(N_LOOKS * paths.len());
    join_all(looks.map(|path| is_sent_away(&shop, path, &shopper))).await;

    way.is_blocked.send_replace(false);
    wait_until("order that can be read again", SOON, async || {
        (shop.get(&order, &shopper).await.status == 200).then_some(())
    })
    .await;
}
