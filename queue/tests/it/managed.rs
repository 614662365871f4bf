//! A Redis that somebody else manages: it shows no settings.

use crate::{EPOCH, private_redis::PrivateRedis};
use queue::Queue;
use testkit::room::{self, TestRoom};

/// Connects as a user who may do everything but ask for settings.
async fn connect_without_config(redis: &PrivateRedis) -> Queue {
    let mut user = redis::cmd("ACL");
    user.arg("SETUSER").arg("managed").arg("on").arg(">secret");
    user.arg("~*").arg("&*").arg("+@all").arg("-config");
    redis.ask::<()>(&user).await;
    let url = redis.redis().url().replacen("redis://", "redis://managed:secret@", 1);
    room::connect(&url).await
}

#[tokio::test]
async fn a_redis_that_shows_no_settings_is_believed_and_keeps_the_line() {
    let redis = PrivateRedis::start().await;
    let queue = connect_without_config(&redis).await;
    let mut evict = redis::cmd("CONFIG");
    evict.arg("SET").arg("maxmemory-policy").arg("allkeys-lru");
    redis.ask::<()>(&evict).await;
    // Whoever may see the setting is told that it is wrong.
    let shown = redis.redis().queue().await.assert_settings().await.unwrap_err();
    assert!(shown.to_string().contains("maxmemory-policy"), "{shown}");
    queue.assert_settings().await.unwrap();

    let mut room = TestRoom::on(redis.redis().clone()).await;
    room.queue = queue;
    room.begin(EPOCH, 5).await;
    room.fill_bucket().await;
    let tickets = room.join(3).await;
    let admitted = room.admit(1).await.tickets;
    assert_eq!(admitted[0].ticket.ticket_id, tickets[0].ticket_id);
}
