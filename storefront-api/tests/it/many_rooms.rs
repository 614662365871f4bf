//! A shopper's tickets while many rooms are open and Redis is far away.

use crate::{
    answer::text,
    line::{EPOCH, id_of, join},
    shop::{Shop, TestSeller, drop_body},
};
use queue::Queue;
use reqwest::Url;
use serde_json::json;
use shared::ids::DropId;
use std::time::{Duration, Instant};
use testkit::{TestRedis, room::room_config};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream},
    time::sleep,
};

const N_ROOMS: usize = 40;
/// How long each answer of Redis is on its way.
const FAR: Duration = Duration::from_millis(50);
/// One after the other, the rooms would take twice as long.
const IN_TIME: Duration = Duration::from_secs(2);
/// Looks of which one has to be in time: the machine may be busy once, not each time.
const N_LOOKS: usize = 5;

/// Starts a long way to this Redis; returns its address. It ends with the test.
async fn long_way_to(redis: &TestRedis) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut url: Url = redis.url().parse().unwrap();
    let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(6379));
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(pass(client, server));
        }
    });
    url.into()
}

/// Passes on what is asked at once, and answers late, all that came meanwhile together.
async fn pass(client: TcpStream, server: TcpStream) {
    let (mut asked, mut answers) = client.into_split();
    let (mut answered, mut asks) = server.into_split();
    tokio::spawn(async move { copy(&mut asked, &mut asks).await });
    let mut buffer = vec![0; 1 << 16];
    while let Ok(n @ 1..) = answered.read(&mut buffer).await {
        sleep(FAR).await;
        if answers.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}

/// A drop of one unit whose room is open.
async fn open_drop(shop: &Shop, queue: &Queue, seller: &TestSeller) -> DropId {
    let mut body = drop_body(seller);
    body["variants"][0]["units"] = json!(1);
    let made = shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
    let drop_id = text(&made, "id").parse().unwrap();
    queue.begin(drop_id, EPOCH).await.unwrap();
    let config = room_config(vec![seller.variant_id.parse().unwrap()]);
    queue.open(drop_id, EPOCH, &config, None, Duration::ZERO).await.unwrap();
    drop_id
}

#[tokio::test]
async fn a_ticket_among_many_rooms_is_found_in_time() {
    let redis = TestRedis::create().await;
    let far = long_way_to(&redis).await;
    let shop = Shop::open_with([("SLUICE_REDIS__URL", far)]).await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let near = redis.queue().await;
    let mut drop_ids = Vec::new();
    for _ in 0..N_ROOMS {
        drop_ids.push(open_drop(&shop, &near, &seller).await);
    }
    let open = "update drops set state = 'open', epoch = 1, epoch_state = 'open'";
    sqlx::query(open).execute(&shop.app.pool).await.unwrap();
    let shopper_id = id_of(&shop, &shopper).await;
    let ticket_id = join(&shop, &seller, drop_ids[0], shopper_id).await;

    let mut fastest = Duration::MAX;
    for _ in 0..N_LOOKS {
        let begun = Instant::now();
        let tickets = shop.get("/v1/tickets", &shopper).await.expect(200);
        fastest = fastest.min(begun.elapsed());
        assert_eq!(tickets["data"][0]["ticket_id"], ticket_id.to_string());
        assert_eq!(tickets["not_ready"], json!([]));
        if fastest < IN_TIME {
            break;
        }
    }
    assert!(fastest < IN_TIME, "{fastest:?}");
}
