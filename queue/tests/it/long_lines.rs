//! What a call costs, however long the lines are: counted on a server that nobody else uses.

use crate::{EPOCH, ids, private_redis::PrivateRedis};
use futures_util::StreamExt;
use queue::{DropKeys, MAX_JOIN_BATCH};
use shared::{
    ids::{ShopperId, TicketId, VariantId},
    line::{
        AdmitBlock, Intent, JoinOutcome, JoinRequest, Score, SettleOutcome, Settlement,
        StockFigure, TicketKey,
    },
};
use std::{collections::BTreeMap, time::Duration};
use testkit::room::{TestRoom, room_config};

/// Lets so many new shoppers join who want this variant. Returns their tickets.
async fn join(room: &TestRoom, variant_id: VariantId, n: usize) -> Vec<TicketId> {
    let intent = Intent { variant_id, units: 1 };
    let requests: Vec<_> = (0..n).map(|_| JoinRequest { intent, ..room.request(1) }).collect();
    for batch in requests.chunks(MAX_JOIN_BATCH) {
        let joins = room.queue.join(room.drop_id, EPOCH, batch).await.unwrap();
        assert!(joins.outcomes.iter().all(|one| matches!(one, JoinOutcome::Joined(..))));
    }
    requests.into_iter().map(|request| request.ticket_id).collect()
}

/// Opens a room where those who want the first of two variants can't be let in, as all units of it
/// are held, and 50 units of the second are free.
async fn half_stuck(redis: &PrivateRedis) -> (TestRoom, VariantId) {
    let mut room = TestRoom::on(redis.redis().clone()).await;
    let other = VariantId::generate();
    room.config = room_config(vec![room.variant_id, other]);
    room.begin(EPOCH, 0).await;
    room.fill_bucket().await;
    let free = StockFigure { variant_id: other, version: 1, available: 50, reserved: 0 };
    let stock = [room.stock(2, 0, 50), free];
    room.queue.update_stock(room.drop_id, EPOCH, &stock).await.unwrap();
    (room, other)
}

/// Lets 50 in past so many who are stuck. Returns how often each command was called for that.
async fn let_past(redis: &PrivateRedis, n_stuck: usize) -> BTreeMap<String, u64> {
    let (room, other) = half_stuck(redis).await;
    join(&room, room.variant_id, n_stuck).await;
    let behind = join(&room, other, 50).await;
    redis.reset_counts().await;
    let admission = room.admit(50).await;
    let counts = redis.counts().await;
    assert_eq!(ids(&admission), behind, "past {n_stuck} who are stuck");
    assert_eq!(admission.blocked_by, None);
    assert_eq!(room.admit(1).await.blocked_by, Some(AdmitBlock::Stock));
    counts
}

#[tokio::test]
async fn heads_that_are_stuck_hold_up_nobody_who_wants_something_else() {
    let redis = PrivateRedis::start().await;
    // The first one sends the script as well.
    let_past(&redis, 1).await;
    let (few, many) = (let_past(&redis, 10).await, let_past(&redis, 2_100).await);
    assert_eq!(few, many, "calls past few and past many");
}

#[tokio::test]
async fn a_long_list_of_settled_tickets_is_split() {
    const N: usize = 31_500;
    const OF_CALL: usize = 500;
    /// A ticket's bytes, `held`, a line break.
    const OF_HINT: usize = 16 + 4 + 1;
    let redis = PrivateRedis::start().await;
    let room = redis.room(5).await;
    let key = |number| TicketKey {
        ticket_id: TicketId::generate(),
        shopper_id: ShopperId::generate(),
        score: Score::new(EPOCH, number),
    };
    let held = |number| Settlement { ticket: key(number), outcome: SettleOutcome::Held };
    let settlements: Vec<_> = (1..=N as u64).map(held).collect();
    room.queue.settle(room.drop_id, EPOCH, &[], &settlements[..1]).await.unwrap();

    let client = redis::Client::open(redis.redis().url()).unwrap();
    let mut hints = client.get_async_pubsub().await.unwrap();
    hints.subscribe(DropKeys::new(room.drop_id).hints()).await.unwrap();
    redis.reset_counts().await;
    let stock = [room.stock(9, 3, 2)];
    room.queue.settle(room.drop_id, EPOCH, &stock, &settlements).await.unwrap();

    assert_eq!(redis.counts().await["evalsha"], (N / OF_CALL) as u64);
    let heard = hints.into_on_message().take(N / OF_CALL).collect::<Vec<_>>();
    let heard = tokio::time::timeout(Duration::from_secs(10), heard).await.unwrap();
    for message in heard {
        assert_eq!(message.get_payload_bytes().len(), OF_CALL * OF_HINT);
    }
    assert_eq!(room.queue.stock(room.drop_id).await.unwrap(), stock);
    assert_eq!(room.queue.counts(room.drop_id, EPOCH).await.unwrap().occupied, N as u64);
}

#[tokio::test]
async fn whoever_waits_takes_300_bytes_at_most() {
    const N: usize = 100_000;
    let redis = PrivateRedis::start().await;
    let room = redis.room(5).await;
    join(&room, room.variant_id, 1).await;
    let before = redis.used_memory().await;
    join(&room, room.variant_id, N).await;
    let all = redis.used_memory().await - before;
    // However many wait, events that the log has take 8 MiB at most.
    let events = DropKeys::new(room.drop_id).events();
    let mut usage = redis::cmd("MEMORY");
    usage.arg("USAGE").arg(events).arg("SAMPLES").arg(0);
    let mut connection = redis.redis().connect().await;
    let of_events: u64 = usage.query_async(&mut connection).await.unwrap();
    let each = (all - of_events) / N as u64;
    println!("{each} bytes for each who waits, {of_events} bytes of events");
    assert!(each <= 300, "{each} bytes each");
}
