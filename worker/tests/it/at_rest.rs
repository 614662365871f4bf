//! Drops in which nobody waits and nobody is in flight: they cost next to nothing, and what happens
//! in them is noticed all the same.

use crate::{
    SOON,
    test_line::LineOptions,
    wakes::{OwnRedis, time_until_let_in},
};
use database::selling::scheduling::EpochState;
use shared::line::AdmitRequest;
use std::time::Duration;
use testkit::wait_until;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// Windows of which one has to be quiet: on a slow machine, what was begun at the opening may go on in
/// one.
const N_WINDOWS: usize = 3;
/// Drops beside the first.
const N_OTHERS: i64 = 9;
/// Looks go by rest from then on: what was begun at the opening is over.
const SETTLED: Duration = Duration::from_secs(8);
const WINDOW: Duration = Duration::from_secs(10);
/// What is asked for all drops together: the read that waits for events, and the looks at the servers.
const FOR_ALL_PER_SECOND: u64 = 10;
/// What is asked for one drop in the window: drain and reconciler look with a command each, perhaps
/// twice, the event log writer with a script.
const OF_A_DROP: u64 = 10;
/// Half the time that a drop at rest is left alone.
const IN_TIME: Duration = Duration::from_secs(15);

/// How many commands were run, those in scripts included.
async fn n_commands(own: &OwnRedis) -> u64 {
    let mut asking = redis::cmd("INFO");
    asking.arg("commandstats");
    let info: String = asking.query_async(&mut own.connect().await).await.unwrap();
    let calls = |line: &str| {
        let (_, calls) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
        calls.split(',').next()?.parse::<u64>().ok()
    };
    info.lines().filter_map(calls).sum()
}

#[tokio::test]
async fn drops_at_rest_cost_redis_next_to_nothing_and_are_served_all_the_same() {
    let own = OwnRedis::new(LineOptions::default().units).await;
    let line = &own.line;
    for _ in 0..N_OTHERS {
        line.another_drop().await;
    }
    let shutdown = line.run("log,drain,reconciler,scheduler");
    line.open(1).await;
    let open = "select count(*) from drops where state = 'open' and epoch_state = 'open'";
    wait_until("open drops", SOON, async || {
        (line.database.scalar::<i64>(open).await == 1 + N_OTHERS).then_some(())
    })
    .await;
    sleep(SETTLED).await;

    let n_drops = 1 + N_OTHERS.unsigned_abs();
    let most = FOR_ALL_PER_SECOND * WINDOW.as_secs() + OF_A_DROP * n_drops;
    let mut n_asked = u64::MAX;
    for _ in 0..N_WINDOWS {
        let before = n_commands(&own).await;
        sleep(WINDOW).await;
        n_asked = n_asked.min(n_commands(&own).await - before);
        if n_asked <= most {
            break;
        }
    }
    assert!(n_asked <= most, "{n_asked} commands for {n_drops} drops in {WINDOW:?}, not {most}");
    let ticket = line.join(1).await[0];
    let took = time_until_let_in(line, ticket).await;
    assert!(took < IN_TIME, "{took:?}");
    shutdown.begin();
    own.servers.stop().await.unwrap();
}

#[tokio::test]
async fn a_room_at_rest_that_redis_has_lost_is_soon_there_again() {
    let own = OwnRedis::new(10).await;
    let line = &own.line;
    let shutdown = line.run("log,scheduler");
    line.open(1).await;
    sleep(SETTLED).await;

    let since = Instant::now();
    own.wipe().await;
    wait_until("second epoch", SOON, async || {
        let row = line.row().await?;
        (row.epoch.0 == 2 && row.epoch_state == EpochState::Open).then_some(())
    })
    .await;

    let took = since.elapsed();
    assert!(took < IN_TIME, "{took:?}");
    shutdown.begin();
    own.servers.stop().await.unwrap();
}

#[tokio::test]
async fn who_is_let_in_after_a_rest_is_in_flight_no_longer_than_the_lease_says() {
    let own = OwnRedis::new(10).await;
    let line = &own.line;
    let shutdown = line.run("log,reconciler,scheduler");
    let row = line.open(1).await;
    sleep(SETTLED).await;

    let since = Instant::now();
    line.join(1).await;
    // A drain that dies right after ADMIT.
    wait_until("admission", SOON, async || {
        let lease = Duration::from_millis(200);
        let request = AdmitRequest { limit: 10, lease, request_id: Uuid::now_v7(), extra: 0 };
        let admission = line.app.queue.admit(line.drop_id, row.epoch, request).await.unwrap();
        (admission.tickets.len() == 1).then_some(())
    })
    .await;
    wait_until("its command", SOON, async || (line.commands().await.len() == 1).then_some(()))
        .await;

    let took = since.elapsed();
    assert!(took < IN_TIME, "{took:?}");
    shutdown.begin();
    own.servers.stop().await.unwrap();
}
