//! Many who poll at once.

use crate::{
    harness::{PATIENCE, answer},
    lost_line::LossTest,
};
use futures_util::future::join_all;
use redis::aio::MultiplexedConnection;
use reqwest::Client;
use serde_json::Value;
use shared::{
    credentials::TicketClaims,
    line::{JoinedTicket, SettleOutcome, Settlement},
};
use testkit::{keyring, room::TestRoom, wait_until};

const N_POLLERS: usize = 200;
/// Fewer calls than these are few.
const FEW: u64 = 50;
/// Rounds, of which one has to take few: on a busy machine some come late, and alone.
const N_ROUNDS: usize = 5;
/// How long Redis answers nobody: time for all to ask, and less than a question may wait.
const PAUSE_MS: u64 = 1000;

/// Lets all of a room in; every other one has its units.
async fn let_in(room: &TestRoom) -> Vec<JoinedTicket> {
    let tickets = room.join(N_POLLERS).await;
    let last = tickets[N_POLLERS - 1].ticket_id;
    wait_until("the last admission", PATIENCE, async || {
        room.admit(500).await.tickets.iter().any(|one| one.ticket.ticket_id == last).then_some(())
    })
    .await;
    let hold =
        |ticket: &JoinedTicket| Settlement { ticket: ticket.key(), outcome: SettleOutcome::Held };
    let held: Vec<_> = tickets.iter().step_by(2).map(hold).collect();
    room.queue.settle(room.drop_id, TestRoom::EPOCH, &[], &held).await.unwrap();
    tickets
}

/// How many scripts were run since the counts were reset.
pub(crate) async fn n_scripts(redis: &mut MultiplexedConnection) -> u64 {
    let info: String = redis::cmd("INFO").arg("commandstats").query_async(redis).await.unwrap();
    let calls = |line: &str| {
        line.strip_prefix("cmdstat_evalsha:calls=")?.split(',').next()?.parse::<u64>().ok()
    };
    info.lines().find_map(calls).unwrap()
}

/// Polls as a page does: who is told to come back does so.
async fn poll(client: &Client, url: &str, token: &str) -> (u16, Value) {
    wait_until("answer", PATIENCE, async || {
        let (status, view) = answer(client.get(url).header("sluice-ticket", token)).await;
        (status != 503).then_some((status, view))
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_past_waiting_who_poll_at_once_share_a_few_calls() {
    let alone = LossTest::open().await;
    let test = &alone.test;
    let instance = test.instance().await;
    let drop_id = test.room.drop_id;
    let tokens: Vec<_> = let_in(&test.room)
        .await
        .into_iter()
        .map(|ticket| TicketClaims { drop_id, ticket, expires_at_ms: i64::MAX, key: None })
        .map(|claims| claims.seal(&keyring()))
        .collect();
    // From now on the instance knows the room.
    assert_eq!(test.status(&instance, &tokens[0]).await.0, 200);

    let mut redis = test.room.redis.connect().await;
    let (client, url) = (Client::new(), instance.url(&test.path("ticket")));
    let mut fewest = u64::MAX;
    for _ in 0..N_ROUNDS {
        redis::cmd("CONFIG").arg("RESETSTAT").query_async::<()>(&mut redis).await.unwrap();
        let mut pause = redis::cmd("CLIENT");
        pause.arg("PAUSE").arg(PAUSE_MS).query_async::<()>(&mut redis).await.unwrap();
        let answers = join_all(tokens.iter().map(|token| poll(&client, &url, token))).await;

        for (n, (status, view)) in answers.iter().enumerate() {
            let state = if n % 2 == 0 { "held" } else { "waiting" };
            assert_eq!((*status, view["state"].as_str()), (200, Some(state)), "{view}");
        }
        fewest = fewest.min(n_scripts(&mut redis).await);
        if fewest < FEW {
            break;
        }
    }
    assert!(fewest < FEW, "{fewest} calls");
}
