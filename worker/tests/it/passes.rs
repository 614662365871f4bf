//! A drop that lets people into a site: passes, and the places that they take.

use crate::{
    SOON,
    event_log::wait_for_joins,
    rebuild::wipe,
    test_line::{LineOptions, SiteOptions, TestLine},
};
use database::selling::passes::{self, RedeemOutcome};
use shared::{
    drops::{CloseReason, DropState},
    ids::TicketId,
    line::{JoinedTicket, LineState},
    shutdown::Shutdown,
};
use std::time::Duration;
use testkit::wait_until;

/// Everything that a pass needs: nobody calls a payment provider.
const ROLES: &str = "log,drain,orders,reconciler,scheduler,sweeper";
/// A place is given on within this: what the line was not told is told after a second or two.
const GIVEN_ON: Duration = Duration::from_secs(10);

/// Opens the line of a site that has no end of visits.
async fn open(max_inside: u32, pass_seconds: i32) -> (TestLine, Shutdown) {
    open_site(SiteOptions { max_inside, max_visits: None, pass_seconds, manual: false }).await
}

async fn open_site(site: SiteOptions) -> (TestLine, Shutdown) {
    let site = Some(site);
    let line = TestLine::new(LineOptions { site, ..LineOptions::default() }).await;
    let shutdown = line.run(ROLES);
    line.open(1).await;
    (line, shutdown)
}

/// Returns the state of a ticket's pass; empty before it has one.
async fn state(line: &TestLine, ticket_id: TicketId) -> String {
    let states = passes::states(&line.app.pool, &[(line.drop_id, ticket_id)]).await.unwrap();
    states[0].map(|state| state.to_string()).unwrap_or_default()
}

async fn comes_to(line: &TestLine, ticket: &JoinedTicket, wanted: &str, within: Duration) {
    wait_until(wanted, within, async || {
        (state(line, ticket.ticket_id).await == wanted).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_pass_runs_out_and_its_place_goes_to_the_next_in_line() {
    let (line, shutdown) = open(2, 2).await;
    let tickets = line.join(5).await;

    let ended = "select count(*) from orders where state = 'expired'";
    wait_until("everybody's pass to run out", SOON, async || {
        let inside = "select count(*) from orders where state = 'passed'";
        assert!(line.database.scalar::<i64>(inside).await <= 2, "more inside than may be");
        (line.database.scalar::<i64>(ended).await == 5).then_some(())
    })
    .await;

    let in_order: Vec<TicketId> =
        sqlx::query_scalar("select id from orders order by processed_at, score")
            .fetch_all(&line.app.pool)
            .await
            .unwrap();
    let joined: Vec<_> = tickets.iter().map(|ticket| ticket.ticket_id).collect();
    assert_eq!(in_order, joined);
    let row = line.row().await.unwrap();
    assert_eq!(row.state, DropState::Open, "it has no units to run out of");
    wait_until("an empty room", GIVEN_ON, async || {
        let counts = line.app.queue.counts(line.drop_id, row.epoch).await.unwrap();
        (counts.occupied + counts.waiting == 0).then_some(())
    })
    .await;
    assert!(line.header().await.unwrap().units.is_empty());
    shutdown.begin();
}

#[tokio::test]
async fn a_visit_that_is_over_gives_its_place_to_the_next_in_line() {
    let (line, shutdown) = open(1, 600).await;
    let (pool, drop_id) = (&line.app.pool, line.drop_id);
    let [first, second, third] = line.join(3).await[..] else { unreachable!("three joined") };
    comes_to(&line, &first, "passed", SOON).await;
    let redeemed = passes::redeem(pool, drop_id, first.ticket_id).await.unwrap();
    assert!(matches!(redeemed, RedeemOutcome::Redeemed(_)));
    assert_eq!(state(&line, second.ticket_id).await, "", "the only place is taken");

    assert_eq!(passes::end(pool, drop_id, &[first.ticket_id]).await.unwrap(), [first.ticket_id]);

    comes_to(&line, &second, "passed", GIVEN_ON).await;
    passes::revoke(pool, None, drop_id, second.ticket_id, "ann", "a bot").await.unwrap();
    comes_to(&line, &third, "passed", GIVEN_ON).await;
    shutdown.begin();
}

#[tokio::test]
async fn who_is_inside_when_redis_is_lost_keeps_the_place() {
    let (line, shutdown) = open(2, 600).await;
    let [first, second, third] = line.join(3).await[..] else { unreachable!("three joined") };
    for ticket in [first, second] {
        comes_to(&line, &ticket, "passed", SOON).await;
    }
    passes::redeem(&line.app.pool, line.drop_id, first.ticket_id).await.unwrap();
    wait_for_joins(&line, 3).await;

    wipe(&line).await;
    let row = line.open(2).await;

    let keys = [first, second, third].map(|ticket| ticket.key());
    let status = line.app.queue.status(line.drop_id, row.epoch, &keys).await.unwrap();
    assert_eq!(status, [LineState::Held, LineState::Held, LineState::Waiting]);
    passes::end(&line.app.pool, line.drop_id, &[second.ticket_id]).await.unwrap();
    comes_to(&line, &third, "passed", GIVEN_ON).await;
    shutdown.begin();
}

/// A site with room for everybody, and two visits in all.
const TWO_VISITS: SiteOptions =
    SiteOptions { max_inside: 10, max_visits: Some(2), pass_seconds: 600, manual: false };

#[tokio::test]
async fn the_first_so_many_come_in_and_then_the_line_is_sold_out() {
    let (line, shutdown) = open_site(TWO_VISITS).await;
    let (pool, drop_id) = (&line.app.pool, line.drop_id);
    let tickets = line.join(4).await;
    let [first, second, third, fourth] = tickets[..] else { unreachable!("four joined") };
    for ticket in [first, second] {
        comes_to(&line, &ticket, "passed", SOON).await;
    }
    assert_eq!(state(&line, third.ticket_id).await, "", "both visits are held by others");
    assert!(matches!(
        passes::redeem(pool, drop_id, first.ticket_id).await.unwrap(),
        RedeemOutcome::Redeemed(_)
    ));
    assert_eq!(line.row().await.unwrap().state, DropState::Open, "one may still come back");

    passes::revoke(pool, None, drop_id, second.ticket_id, "ann", "never came").await.unwrap();
    comes_to(&line, &third, "passed", GIVEN_ON).await;
    passes::redeem(pool, drop_id, third.ticket_id).await.unwrap();

    let keys = tickets.iter().map(JoinedTicket::key).collect::<Vec<_>>();
    let sold_out = LineState::Closed(CloseReason::SoldOut);
    wait_until("the line's end", GIVEN_ON, async || {
        let row = line.row().await.unwrap();
        let status = line.app.queue.status(drop_id, row.epoch, &keys).await.unwrap();
        (status[3] == sold_out).then_some(())
    })
    .await;
    assert_eq!(line.row().await.unwrap().state, DropState::SoldOut);
    assert_eq!(state(&line, fourth.ticket_id).await, "");
    for ticket in [first, third] {
        assert_eq!(state(&line, ticket.ticket_id).await, "redeemed", "they stay");
    }
    shutdown.begin();
}

#[tokio::test]
async fn a_line_of_so_many_visits_counts_on_as_before_when_redis_is_lost() {
    let (line, shutdown) = open_site(TWO_VISITS).await;
    let tickets = line.join(3).await;
    let [first, second, third] = tickets[..] else { unreachable!("three joined") };
    for ticket in [first, second] {
        comes_to(&line, &ticket, "passed", SOON).await;
    }
    passes::redeem(&line.app.pool, line.drop_id, first.ticket_id).await.unwrap();
    wait_for_joins(&line, 3).await;

    wipe(&line).await;
    let row = line.open(2).await;

    let keys = tickets.iter().map(JoinedTicket::key).collect::<Vec<_>>();
    let status = line.app.queue.status(line.drop_id, row.epoch, &keys).await.unwrap();
    assert_eq!(status, [LineState::Held, LineState::Held, LineState::Waiting]);
    passes::revoke(&line.app.pool, None, line.drop_id, second.ticket_id, "ann", "never came")
        .await
        .unwrap();
    comes_to(&line, &third, "passed", GIVEN_ON).await;
    shutdown.begin();
}
