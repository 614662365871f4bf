//! A site that gives only so many visits in all.

use crate::fixture::TestDrop;
use database::{
    journal::{self, Consumer},
    ordering::holds,
    selling::{
        passes::{self, RedeemOutcome, RevokeOutcome},
        scheduling,
    },
};
use shared::{
    drops::DropState,
    ids::{ShopperId, TicketId},
    lifecycle::TicketState,
    line::Epoch,
};
use std::time::Duration;

/// Processes a shopper's command; returns the ticket and what became of it.
async fn asks(site: &TestDrop, shopper_id: ShopperId) -> (TicketId, TicketState) {
    let command = site.command(shopper_id, 1);
    let done = site.process(std::slice::from_ref(&command)).await;
    (command.ticket_id, done.settled[0].state)
}

async fn let_in(site: &TestDrop) -> TicketId {
    let (ticket_id, state) = asks(site, ShopperId::generate()).await;
    assert_eq!(state, TicketState::Passed);
    ticket_id
}

async fn redeem(site: &TestDrop, ticket_id: TicketId) {
    let outcome = passes::redeem(&site.pool, site.drop_id, ticket_id).await.unwrap();
    assert!(matches!(outcome, RedeemOutcome::Redeemed(_)), "{outcome:?}");
}

async fn end(site: &TestDrop, ticket_id: TicketId) {
    assert_eq!(passes::end(&site.pool, site.drop_id, &[ticket_id]).await.unwrap(), [ticket_id]);
}

#[tokio::test]
async fn each_pass_holds_a_visit_that_is_taken_when_it_begins() {
    let site = TestDrop::before_site_of(2).await;
    let (first, second) = (let_in(&site).await, let_in(&site).await);
    assert_eq!(site.stock().await, (0, 2, 0));
    let (_, late) = asks(&site, ShopperId::generate()).await;
    assert_eq!(late, TicketState::Rejected);

    redeem(&site, first).await;
    assert_eq!(site.stock().await, (0, 1, 1));
    // It is the end of the visit that tells of it, where the site looks at passes by itself.
    end(&site, second).await;
    assert_eq!(site.stock().await, (0, 0, 2));
    end(&site, first).await;
    assert_eq!(site.stock().await, (0, 0, 2), "it was taken when it began");
    site.assert_invariants().await;
}

#[tokio::test]
async fn a_visit_that_never_begins_is_free_again_and_one_that_began_is_not() {
    let site = TestDrop::before_site_of(3).await;
    let (begun, unused, unwanted) = (let_in(&site).await, let_in(&site).await, let_in(&site).await);
    redeem(&site, begun).await;
    let revoke = async |ticket_id| {
        let outcome = passes::revoke(&site.pool, None, site.drop_id, ticket_id, "ann", "a bot")
            .await
            .unwrap();
        assert_eq!(outcome, RevokeOutcome::Revoked);
    };
    revoke(unwanted).await;
    assert_eq!(site.stock().await, (1, 1, 1));
    let also_begun = let_in(&site).await;
    redeem(&site, also_begun).await;
    revoke(also_begun).await;
    assert_eq!(site.stock().await, (0, 1, 2), "its visit had begun");

    site.let_holds_run_out().await;
    let swept = holds::expire_due(&site.pool, site.drop_id, 10).await.unwrap();

    assert_eq!((swept.ended.len(), swept.stock.len()), (2, 1));
    assert_eq!(site.stock().await, (1, 0, 2), "of {begun} and {unused}, one had not begun");
    site.assert_invariants().await;
}

#[tokio::test]
async fn a_cancelled_site_keeps_the_visits_that_began() {
    let site = TestDrop::before_site_of(3).await;
    let begun = let_in(&site).await;
    let_in(&site).await;
    redeem(&site, begun).await;
    sqlx::query("update drops set state = 'cancelled'").execute(&site.pool).await.unwrap();
    assert_eq!(holds::cancel_all(&site.pool, site.drop_id, 10).await.unwrap().ended.len(), 2);
    assert_eq!(site.stock().await, (2, 0, 1));
    site.assert_invariants().await;
}

#[tokio::test]
async fn a_shopper_has_one_of_so_many_visits_and_may_try_again_if_it_never_began() {
    let site = TestDrop::before_site_of(5).await;
    let shopper_id = ShopperId::generate();
    let (unused, _) = asks(&site, shopper_id).await;
    let (_, second) = asks(&site, shopper_id).await;
    assert_eq!(second, TicketState::Rejected, "one is held already");
    passes::revoke(&site.pool, None, site.drop_id, unused, "ann", "by mistake").await.unwrap();

    let (used, again) = asks(&site, shopper_id).await;
    assert_eq!(again, TicketState::Passed);
    redeem(&site, used).await;
    end(&site, used).await;
    let (_, more) = asks(&site, shopper_id).await;
    assert_eq!(more, TicketState::Rejected, "that was the visit");
    site.assert_invariants().await;
}

#[tokio::test]
async fn of_many_passes_redeemed_at_once_each_takes_its_visit() {
    let site = TestDrop::before_site_of(12).await;
    let done = site.process(&site.commands(12)).await;
    let tickets: Vec<_> = done.settled.iter().map(|one| one.ticket.ticket_id).collect();
    let calls = tickets.iter().map(|ticket_id| {
        let (pool, drop_id, ticket_id) = (site.pool.clone(), site.drop_id, *ticket_id);
        tokio::spawn(async move { passes::redeem(&pool, drop_id, ticket_id).await.unwrap() })
    });
    for call in calls.collect::<Vec<_>>() {
        assert!(matches!(call.await.unwrap(), RedeemOutcome::Redeemed(_)));
    }
    assert_eq!(site.stock().await, (0, 0, 12));
    site.assert_invariants().await;
}

#[tokio::test]
async fn the_line_is_to_be_told_of_each_visit_that_begins() {
    let site = TestDrop::before_site_of(2).await;
    let ticket_id = let_in(&site).await;
    let told = async || journal::untold(&site.pool, Duration::ZERO, 10).await.unwrap();
    let placed: Vec<_> = told().await.into_iter().map(|row| row.journal_id).collect();
    journal::acknowledge(&site.pool, Consumer::Line, &placed).await.unwrap();
    assert!(told().await.is_empty());

    redeem(&site, ticket_id).await;

    let rows = told().await;
    assert_eq!((rows.len(), rows[0].orders[0].state), (1, TicketState::Redeemed));
    let without_end = TestDrop::before_site().await;
    let ticket_id = let_in(&without_end).await;
    redeem(&without_end, ticket_id).await;
    let pending = "select count(*) from pending where consumer = 'line'";
    assert_eq!(without_end.number(pending).await, 1, "of the pass, and not of the visit");
}

#[tokio::test]
async fn the_line_is_sold_out_once_all_visits_have_begun_and_goes_behind_the_last_visitor() {
    let site = TestDrop::before_site_of(2).await;
    let (first, second) = (let_in(&site).await, let_in(&site).await);
    redeem(&site, first).await;
    let end_due = async || scheduling::end_due(&site.pool).await.unwrap();
    assert!(end_due().await.is_empty(), "one may still come back");
    redeem(&site, second).await;
    assert_eq!(end_due().await, [(site.drop_id, DropState::SoldOut)]);

    let retire = async || {
        sqlx::query("delete from pending").execute(&site.pool).await.unwrap();
        scheduling::retire(&site.pool, site.drop_id, Epoch(1)).await.unwrap()
    };
    assert!(!retire().await, "two are inside");
    for ticket_id in [first, second] {
        end(&site, ticket_id).await;
    }
    assert!(retire().await);
    site.assert_invariants().await;
}

#[tokio::test]
async fn visits_that_nobody_wanted_go_back_when_the_line_is_retired() {
    let site = TestDrop::before_site_of(7).await;
    let ticket_id = let_in(&site).await;
    redeem(&site, ticket_id).await;
    end(&site, ticket_id).await;
    sqlx::query("update drops set state = 'closed', ended_at = now()")
        .execute(&site.pool)
        .await
        .unwrap();
    sqlx::query("delete from pending").execute(&site.pool).await.unwrap();
    assert!(scheduling::retire(&site.pool, site.drop_id, Epoch(1)).await.unwrap());
    assert_eq!(site.stock().await, (0, 0, 1));
    assert_eq!(site.number("select max(offered) from inventory").await, 7, "as they were told");
    site.assert_invariants().await;
}
