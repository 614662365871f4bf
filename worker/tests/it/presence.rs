//! Those who are absent near the front, and those who never show up.

use crate::{
    SOON,
    event_log::chain,
    rebuild::wipe,
    test_line::{LineOptions, TestLine},
};
use database::selling::drops::{LimitsChange, change_limits};
use shared::{
    ids::TicketId,
    line::{AdmitRequest, AttachOutcome, Epoch, JoinedTicket, LineState, PresenceMark, RoomEvent},
};
use std::time::{Duration, Instant};
use testkit::wait_until;
use uuid::Uuid;

/// How long a mark lasts.
const TTL: Duration = Duration::from_millis(800);

async fn see(line: &TestLine, epoch: Epoch, present: &JoinedTicket) {
    let mark = PresenceMark { ticket_id: present.ticket_id, ahead: Duration::ZERO };
    line.app.queue.here(line.drop_id, epoch, &[mark]).await.unwrap();
}

/// Lets the next one in.
async fn admit(line: &TestLine, epoch: Epoch) -> TicketId {
    wait_until("admission", SOON, async || {
        let (lease, request_id) = (Duration::from_secs(60), Uuid::now_v7());
        let request = AdmitRequest { limit: 1, lease, request_id, extra: 0 };
        let admission = line.app.queue.admit(line.drop_id, epoch, request).await.unwrap();
        admission.tickets.first().map(|one| one.ticket.ticket_id)
    })
    .await
}

#[tokio::test]
async fn a_rebuild_brings_back_those_who_were_missed() {
    let settings = vec![("SLUICE_ADMISSION__PRESENCE_TTL_MS", TTL.as_millis().to_string())];
    let line =
        TestLine::new(LineOptions { presence: true, settings, ..LineOptions::default() }).await;
    let shutdown = line.run("log,scheduler");
    let epoch = line.open(1).await.epoch;
    let tickets = line.join(3).await;
    let [first, absent, present] = tickets.as_slice() else { panic!("{tickets:?}") };
    assert_eq!(admit(&line, epoch).await, first.ticket_id);
    let began = Instant::now();
    while began.elapsed() < TTL + TTL / 2 {
        see(&line, epoch, present).await;
        tokio::time::sleep(TTL / 16).await;
    }
    assert_eq!(admit(&line, epoch).await, present.ticket_id);
    wait_until("logged absence", SOON, async || {
        let missed = RoomEvent::Missed { tickets: vec![*absent] };
        chain(&line).await.iter().any(|logged| logged.event == missed).then_some(())
    })
    .await;

    wipe(&line).await;
    let epoch = line.open(2).await.epoch;

    let keys: Vec<_> = tickets.iter().map(JoinedTicket::key).collect();
    let status = line.app.queue.status(line.drop_id, epoch, &keys).await.unwrap();
    // No command tells of those who were let in.
    assert_eq!(status, [LineState::Waiting, LineState::Missed, LineState::Waiting]);
    let back = line.app.queue.attach(line.drop_id, epoch, &[*absent]).await.unwrap();
    assert_eq!(back.outcomes, [AttachOutcome::Returned]);
    let scores: Vec<_> = tickets.iter().map(|ticket| ticket.score.raw()).collect();
    assert_eq!(line.waiting().await, scores);
    shutdown.begin();
}

#[tokio::test]
async fn more_are_let_in_where_many_never_show_up_and_no_more_than_is_allowed() {
    let line = TestLine::new(LineOptions::default()).await;
    line.pretend_processors().await;
    let change = LimitsChange {
        occupancy_cap: Some(10),
        no_show_percent: Some(20),
        ..LimitsChange::default()
    };
    change_limits(&line.app.pool, line.drop_id, change, "operator:test", "a test").await.unwrap();
    sqlx::query(
        "insert into drop_counters (drop_id, what, n, amount_minor)
         values ($1, 'confirmed', 500, 0), ($1, 'expired', 500, 0), ($1, 'no_show', 500, 0)",
    )
    .bind(line.drop_id)
    .execute(&line.app.pool)
    .await
    .unwrap();
    let shutdown = line.run("log,drain,scheduler");
    let epoch = line.open(1).await.epoch;
    line.join(30).await;
    let occupied = async || line.app.queue.counts(line.drop_id, epoch).await.unwrap().occupied;
    wait_until("two above the cap", SOON, async || (occupied().await == 12).then_some(())).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(occupied().await, 12);
    shutdown.begin();
}
