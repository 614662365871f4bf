//! A room that Redis lost comes back with everybody in their order.

use crate::{
    SOON,
    event_log::{chain, joined, wait_for_joins},
    test_line::{LineOptions, TestLine},
    wakes::OwnRedis,
};
use database::selling::{drops::DropLane, scheduling::EpochState};
use shared::{
    ids::ShopperId,
    line::{JoinOutcome, JoinedTicket, Lane, LaneShare, LineState, RoomEvent},
};
use stack::{Stack, StackOptions};
use testkit::wait_until;

pub(crate) async fn wipe(line: &TestLine) {
    let mut connection = line.redis.connect().await;
    redis::cmd("FLUSHDB").query_async::<()>(&mut connection).await.unwrap();
}

#[tokio::test]
async fn a_wiped_line_stands_again_in_its_order() {
    let line = TestLine::new(LineOptions::default()).await;
    let shutdown = line.run("log,scheduler");
    let row = line.open(1).await;
    let tickets = line.join(50).await;
    let gone = tickets[10];
    line.app.queue.leave(line.drop_id, row.epoch, gone.key()).await.unwrap();
    let before = line.waiting().await;
    wait_until("logged leave", SOON, async || {
        let left = |event: &RoomEvent| matches!(event, RoomEvent::Left { .. });
        chain(&line).await.iter().any(|logged| left(&logged.event)).then_some(())
    })
    .await;

    wipe(&line).await;
    let row = line.open(2).await;

    assert_eq!(line.waiting().await, before);
    let status = line.app.queue.status(line.drop_id, row.epoch, &[gone.key()]).await.unwrap();
    assert_eq!(status, [LineState::Left]);
    let late = line.join(1).await;
    assert!(late[0].score > tickets[49].score, "newcomers stand behind everybody");
    let events = wait_for_joins(&line, 51).await;
    assert_eq!(joined(&events), 51);
    let begun: Vec<_> = events
        .iter()
        .filter_map(|logged| match &logged.event {
            RoomEvent::Begun { follows, .. } => Some(*follows),
            _ => None,
        })
        .collect();
    assert_eq!(begun.len(), 2);
    let last_before = events.iter().rfind(|logged| logged.epoch < row.epoch).unwrap();
    assert_eq!(begun[1], Some(last_before.point()));
    shutdown.begin();
}

#[tokio::test]
async fn a_wiped_line_with_lanes_stands_again_in_the_order_of_each() {
    let share = LaneShare { lane: Lane(1), percent: 20 };
    let lanes = vec![DropLane { share, name: "Early".to_owned() }];
    let line = TestLine::new(LineOptions { lanes, ..LineOptions::default() }).await;
    let shutdown = line.run("log,scheduler");
    line.open(1).await;
    // One after the other, so that the lanes take turns in the log.
    for n in 0..20 {
        line.join_lane(Lane(n % 2), &[ShopperId::generate()]).await;
    }
    let snapshot = async |epoch| line.app.queue.snapshot(line.drop_id, epoch).await.unwrap().lines;
    let before = snapshot(line.row().await.unwrap().epoch).await;
    assert_eq!(before.iter().map(|line| line.scores.len()).collect::<Vec<_>>(), [10, 10]);
    wait_for_joins(&line, 20).await;

    wipe(&line).await;
    let row = line.open(2).await;

    assert_eq!(snapshot(row.epoch).await, before);
    assert_eq!(line.header().await.unwrap().config.lanes, [share]);
    shutdown.begin();
}

#[tokio::test]
async fn those_let_in_before_the_loss_are_in_flight_after_it() {
    let line = TestLine::new(LineOptions { units: 20, ..LineOptions::default() }).await;
    line.pretend_processors().await;
    let shutdown = line.run("log,drain,reconciler,scheduler");
    line.open(1).await;
    let tickets = line.join(30).await;
    wait_until("commands", SOON, async || (line.commands().await.len() == 20).then_some(())).await;
    wait_for_joins(&line, 30).await;

    wipe(&line).await;
    let row = line.open(2).await;

    let counts = line.app.queue.counts(line.drop_id, row.epoch).await.unwrap();
    assert_eq!((counts.in_flight, counts.occupied, counts.waiting), (20, 20, 10));
    let who: Vec<_> = tickets.iter().map(JoinedTicket::key).collect();
    let status = line.app.queue.status(line.drop_id, row.epoch, &who).await.unwrap();
    let in_flight = LineState::InFlight { extended: true };
    assert!(status[..20].iter().all(|one| *one == in_flight));
    assert!(status[20..].iter().all(|one| *one == LineState::Waiting));
    assert_eq!(line.commands().await.len(), 20, "nobody is let in a second time");
    shutdown.begin();
}

#[tokio::test]
async fn a_restarted_redis_is_not_taken_for_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let options = StackOptions::on_free_ports(dir.path()).unwrap().only(true, false, false);
    let servers = Stack::start(options).await.unwrap();
    let url = servers.endpoints().redis_url;
    let settings = vec![("SLUICE_REDIS__URL", url)];
    let line = TestLine::new(LineOptions { settings, ..LineOptions::default() }).await;
    line.pretend_processors().await;
    let shutdown = line.run("log,drain,reconciler,scheduler");
    line.open(1).await;
    line.join(120).await;
    wait_until("commands", SOON, async || (line.commands().await.len() == 100).then_some(())).await;
    wait_for_joins(&line, 120).await;

    // It may come back without its last second; the log and the commands have it all.
    servers.redis().kill9().await.unwrap();
    servers.redis().start().await.unwrap();
    let row = line.open(2).await;

    let counts = line.app.queue.counts(line.drop_id, row.epoch).await.unwrap();
    assert_eq!((counts.in_flight, counts.waiting), (100, 20));
    line.join(5).await;
    let events = wait_for_joins(&line, 125).await;
    assert!(events.windows(2).all(|pair| pair[1].previous == pair[0].hash));
    assert_eq!(line.commands().await.len(), 100);
    shutdown.begin();
    servers.stop().await.unwrap();
}

#[tokio::test]
async fn a_loss_in_mid_sale_costs_nobody_an_order_or_a_position() {
    let line = TestLine::new(LineOptions { units: 40, rate: 20.0, ..LineOptions::default() }).await;
    let shutdown = line.run("log,drain,orders,reconciler,scheduler");
    line.open(1).await;
    let tickets = line.join(60).await;
    wait_for_joins(&line, 60).await;
    let orders = async || {
        line.database.scalar::<i64>("select count(*) from orders where state = 'reserved'").await
    };
    wait_until("first orders", SOON, async || (orders().await > 10).then_some(())).await;

    wipe(&line).await;
    line.open(2).await;

    wait_until("orders", SOON, async || (orders().await == 40).then_some(())).await;
    let last: i64 = line.database.scalar("select max(score) from orders").await;
    assert_eq!(last.cast_unsigned(), tickets[39].score.raw(), "the first forty, nobody else");
    let waiting = wait_until("twenty who wait", SOON, async || {
        let waiting = line.waiting().await;
        (waiting.len() == 20).then_some(waiting)
    })
    .await;
    assert_eq!(waiting[0], tickets[40].score.raw());
    wait_until("nobody in flight", SOON, async || {
        let epoch = line.row().await.unwrap().epoch;
        let counts = line.app.queue.counts(line.drop_id, epoch).await.unwrap();
        (counts.in_flight == 0 && counts.occupied == 40).then_some(())
    })
    .await;
    shutdown.begin();
}

#[tokio::test]
async fn who_joined_again_after_an_ended_order_keeps_the_new_position() {
    let line = TestLine::new(LineOptions { units: 1, ..LineOptions::default() }).await;
    let shutdown = line.run("log,drain,orders,sweeper,reconciler,scheduler");
    line.open(1).await;
    let first = line.join(2).await[0];
    let expired = "select count(*) from orders where state = 'expired'";
    wait_until("a hold that ran out", SOON, async || {
        let cut = "update orders set hold_expires_at = now()
            where id = $1 and hold_expires_at is not null";
        sqlx::query(cut).bind(first.ticket_id).execute(&line.app.pool).await.unwrap();
        (line.database.scalar::<i64>(expired).await == 1).then_some(())
    })
    .await;
    let again = wait_until("a second ticket", SOON, async || {
        match line.join_as(&[first.shopper_id]).await[0] {
            JoinOutcome::Joined(ticket, _) => Some(ticket),
            _ => None,
        }
    })
    .await;
    wait_for_joins(&line, 3).await;

    wipe(&line).await;
    let row = line.open(2).await;

    let status = line.app.queue.status(line.drop_id, row.epoch, &[again.key()]).await.unwrap();
    assert_eq!(status, [LineState::Waiting]);
    shutdown.begin();
}

#[tokio::test]
async fn a_rebuild_asks_redis_far_less_often_than_there_are_events() {
    const N_EVENTS: usize = 600;
    let own = OwnRedis::new(10).await;
    let line = &own.line;
    let shutdown = line.run("log,scheduler");
    line.open(1).await;
    for _ in 0..N_EVENTS {
        line.join(1).await;
    }
    wait_for_joins(line, N_EVENTS).await;
    let before = line.waiting().await;

    let n_before = own.n_scripts().await;
    own.wipe().await;
    wait_until("second epoch", SOON, async || {
        let row = line.row().await?;
        (row.epoch.0 == 2 && row.epoch_state == EpochState::Open).then_some(())
    })
    .await;
    let n_asked = own.n_scripts().await - n_before;

    // Looks at the room are among them, the more the longer it takes.
    assert!(n_asked < N_EVENTS as u64 / 4, "{n_asked} scripts for {N_EVENTS} events");
    line.open(2).await;
    assert_eq!(line.waiting().await, before);
    shutdown.begin();
    own.servers.stop().await.unwrap();
}
