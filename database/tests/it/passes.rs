//! Passes: given, redeemed once, ended, taken back.

use crate::fixture::TestDrop;
use database::{
    ordering::{holds, order_views},
    selling::{
        numbers,
        passes::{self, Pass, RedeemOutcome, RevokeOutcome},
        scheduling,
    },
};
use shared::{
    ids::{SellerId, ShopperId, TicketId},
    lifecycle::TicketState,
    line::Epoch,
};
use std::collections::BTreeMap;
use testkit::stored::SITE_URL;

/// Lets a shopper in; returns the ticket.
async fn let_in(test_drop: &TestDrop, shopper_id: ShopperId) -> TicketId {
    let command = test_drop.command(shopper_id, 1);
    let done = test_drop.process(std::slice::from_ref(&command)).await;
    assert_eq!(done.settled[0].state, TicketState::Passed);
    command.ticket_id
}

async fn let_two_in(test_drop: &TestDrop) -> (TicketId, TicketId) {
    let first = let_in(test_drop, ShopperId::generate()).await;
    (first, let_in(test_drop, ShopperId::generate()).await)
}

async fn find(test_drop: &TestDrop, ticket_id: TicketId) -> Pass {
    passes::find(&test_drop.pool, test_drop.drop_id, ticket_id).await.unwrap().unwrap()
}

async fn redeem(test_drop: &TestDrop, ticket_id: TicketId) -> RedeemOutcome {
    passes::redeem(&test_drop.pool, test_drop.drop_id, ticket_id).await.unwrap()
}

async fn end(test_drop: &TestDrop, tickets: &[TicketId]) -> Vec<TicketId> {
    passes::end(&test_drop.pool, test_drop.drop_id, tickets).await.unwrap()
}

async fn states(test_drop: &TestDrop, tickets: &[TicketId]) -> Vec<Option<TicketState>> {
    let wanted: Vec<_> = tickets.iter().map(|id| (test_drop.drop_id, *id)).collect();
    passes::states(&test_drop.pool, &wanted).await.unwrap()
}

#[tokio::test]
async fn whoever_is_let_in_gets_a_pass_without_units_and_without_a_price() {
    let test_drop = TestDrop::before_site().await;
    let (pool, drop_id, shopper_id) = (&test_drop.pool, test_drop.drop_id, ShopperId::generate());

    let ticket_id = let_in(&test_drop, shopper_id).await;

    let pass = find(&test_drop, ticket_id).await;
    assert_eq!((pass.state, pass.site_url.as_str()), (TicketState::Passed, SITE_URL));
    assert_eq!((pass.shopper_id, pass.seller_id), (shopper_id, test_drop.seller_id));
    assert!(pass.expires_at.is_some());
    let of_shopper = passes::find_of_shopper(pool, drop_id, shopper_id).await.unwrap();
    assert_eq!(of_shopper, Some(pass));
    assert_eq!(test_drop.number("select sum(units_held + amount_minor) from orders").await, 0);
    assert_eq!(test_drop.number("select max(version) from inventory").await, 1, "nothing moves");
    let found = numbers::of_drop(pool, test_drop.seller_id, drop_id).await.unwrap().unwrap();
    assert_eq!(found.orders, BTreeMap::from([("passed".to_owned(), 1)]));
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_shopper_who_has_visited_may_come_again() {
    let test_drop = TestDrop::before_site().await;
    let shopper_id = ShopperId::generate();
    for _ in 0..2 {
        let ticket_id = let_in(&test_drop, shopper_id).await;
        assert_eq!(end(&test_drop, &[ticket_id]).await, [ticket_id]);
    }
    let live = passes::find_of_shopper(&test_drop.pool, test_drop.drop_id, shopper_id).await;
    assert_eq!(live.unwrap(), None);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn of_many_calls_at_once_one_redeems_a_pass() {
    let test_drop = TestDrop::before_site().await;
    let ticket_id = let_in(&test_drop, ShopperId::generate()).await;
    let calls = (0..16).map(|_| {
        let (pool, drop_id) = (test_drop.pool.clone(), test_drop.drop_id);
        tokio::spawn(async move { passes::redeem(&pool, drop_id, ticket_id).await.unwrap() })
    });
    let mut n_redeemed = 0;
    for call in calls.collect::<Vec<_>>() {
        match call.await.unwrap() {
            RedeemOutcome::Redeemed(pass) => {
                assert_eq!(pass, find(&test_drop, ticket_id).await);
                n_redeemed += 1;
            }
            outcome => assert_eq!(outcome, RedeemOutcome::AlreadyRedeemed),
        }
    }
    assert_eq!(n_redeemed, 1);
    let told = "select count(*) from journal where 'redeemed' = any(states)";
    assert_eq!(test_drop.number(told).await, 1);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_pass_whose_time_is_over_is_not_redeemed_and_gives_its_place_back() {
    let test_drop = TestDrop::before_site().await;
    let (unused, used) = let_two_in(&test_drop).await;
    assert!(matches!(redeem(&test_drop, used).await, RedeemOutcome::Redeemed(_)));
    test_drop.let_holds_run_out().await;
    let expired = RedeemOutcome::Over(TicketState::Expired);
    assert_eq!(redeem(&test_drop, unused).await, expired, "the sweeper has not come yet");

    let swept = holds::expire_due(&test_drop.pool, test_drop.drop_id, 10).await.unwrap();

    assert_eq!((swept.ended.len(), swept.journal.len(), swept.stock.len()), (2, 1, 0));
    assert_eq!(states(&test_drop, &[unused, used]).await, [Some(TicketState::Expired); 2]);
    assert_eq!(redeem(&test_drop, used).await, expired);
    assert_eq!(find(&test_drop, used).await.expires_at, None);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn visits_end_once_and_the_line_is_to_be_told() {
    let test_drop = TestDrop::before_site().await;
    let (one, two) = let_two_in(&test_drop).await;
    redeem(&test_drop, one).await;
    sqlx::query("delete from pending where consumer = 'line'")
        .execute(&test_drop.pool)
        .await
        .unwrap();

    let unknown = TicketId::generate();
    let mut ended = end(&test_drop, &[two, one, unknown, one]).await;

    ended.sort_unstable();
    let mut both = [one, two];
    both.sort_unstable();
    assert_eq!(ended, both);
    let visited = Some(TicketState::Visited);
    assert_eq!(states(&test_drop, &[one, two, unknown]).await, [visited, visited, None]);
    let for_line = "select count(*) from pending where consumer = 'line'";
    assert_eq!(test_drop.number(for_line).await, 1);
    assert!(end(&test_drop, &[one, two]).await.is_empty(), "they are over");
    let over = RedeemOutcome::Over(TicketState::Visited);
    assert_eq!(redeem(&test_drop, two).await, over);
    assert_eq!(redeem(&test_drop, unknown).await, RedeemOutcome::Unknown);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_pass_is_taken_back_by_its_seller_or_an_operator_with_one_audit_row() {
    let test_drop = TestDrop::before_site().await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    let (one, two) = let_two_in(&test_drop).await;
    redeem(&test_drop, two).await;
    let revoke =
        |seller_id, ticket_id| passes::revoke(pool, seller_id, drop_id, ticket_id, "ann", "a bot");

    let stranger = revoke(Some(SellerId::generate()), one).await.unwrap();
    assert_eq!(stranger, RevokeOutcome::NotFound);
    let of_seller = revoke(Some(test_drop.seller_id), one).await.unwrap();
    assert_eq!(of_seller, RevokeOutcome::Revoked);
    assert_eq!(revoke(None, two).await.unwrap(), RevokeOutcome::Revoked);
    let again = revoke(None, two).await.unwrap();
    assert_eq!(again, RevokeOutcome::Over(TicketState::Revoked));

    assert_eq!(states(&test_drop, &[one, two]).await, [Some(TicketState::Revoked); 2]);
    let audited = "select count(*) from audit_log where action = 'pass.revoke' and why = 'a bot'";
    assert_eq!(test_drop.number(audited).await, 2);
    assert_eq!(redeem(&test_drop, one).await, RedeemOutcome::Over(TicketState::Revoked));
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_pass_that_is_redeemed_and_taken_back_at_once_has_one_story() {
    let test_drop = TestDrop::before_site().await;
    for _ in 0..12 {
        let ticket_id = let_in(&test_drop, ShopperId::generate()).await;
        let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
        let tickets = [ticket_id];
        let (redeemed, revoked, ended) = tokio::join!(
            redeem(&test_drop, ticket_id),
            passes::revoke(pool, None, drop_id, ticket_id, "ann", "a bot"),
            end(&test_drop, &tickets),
        );
        assert_ne!(redeemed, RedeemOutcome::AlreadyRedeemed);
        let was_ended = ended == tickets;
        assert_eq!(
            revoked.unwrap() == RevokeOutcome::Revoked,
            !was_ended,
            "one of the two ends it"
        );
        test_drop.assert_invariants().await;
    }
}

#[tokio::test]
async fn a_cancelled_drop_takes_its_passes_back() {
    let test_drop = TestDrop::before_site().await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    let (one, two) = let_two_in(&test_drop).await;
    redeem(&test_drop, two).await;
    sqlx::query("update drops set state = 'cancelled'").execute(pool).await.unwrap();
    assert_eq!(holds::cancelled_drops_with_holds(pool, 10).await.unwrap(), [drop_id]);

    let outcome = holds::cancel_all(pool, drop_id, 500).await.unwrap();

    assert_eq!(outcome.ended.len(), 2);
    assert_eq!(states(&test_drop, &[one, two]).await, [Some(TicketState::Cancelled); 2]);
    let late = test_drop.process(&test_drop.commands(1)).await;
    assert_eq!(late.settled[0].state, TicketState::Rejected);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_drop_before_a_site_never_runs_out_and_is_retired_behind_its_last_visitor() {
    let test_drop = TestDrop::before_site().await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    let ticket_id = let_in(&test_drop, ShopperId::generate()).await;
    assert!(scheduling::end_due(pool).await.unwrap().is_empty(), "it has no units to run out of");

    sqlx::query("update drops set state = 'closed', ended_at = now()").execute(pool).await.unwrap();
    sqlx::query("delete from pending").execute(pool).await.unwrap();
    assert!(!scheduling::retire(pool, drop_id, Epoch(1)).await.unwrap(), "somebody is inside");
    end(&test_drop, &[ticket_id]).await;
    assert!(!scheduling::retire(pool, drop_id, Epoch(1)).await.unwrap(), "the line is not told");
    sqlx::query("delete from pending").execute(pool).await.unwrap();
    assert!(scheduling::retire(pool, drop_id, Epoch(1)).await.unwrap());
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_shopper_sees_a_pass_with_its_timeline() {
    let test_drop = TestDrop::before_site().await;
    let shopper_id = ShopperId::generate();
    let ticket_id = let_in(&test_drop, shopper_id).await;
    let seen = async || {
        let wanted = [(shopper_id, ticket_id.into())];
        let found = order_views::find_of_shoppers(&test_drop.pool, &wanted).await.unwrap();
        let [Some(order)] = &found[..] else { panic!("{found:?}") };
        order.timeline.iter().map(|step| step.state.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(seen().await, ["passed"]);
    redeem(&test_drop, ticket_id).await;
    end(&test_drop, &[ticket_id]).await;
    assert_eq!(seen().await, ["passed", "redeemed", "visited"]);
}
