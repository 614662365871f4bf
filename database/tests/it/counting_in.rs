//! A room whose seller counts people in by hand: the counter, tokens, sessions, resets.

use crate::fixture::TestDrop;
use database::{
    ordering::holds,
    selling::{
        passes::{
            self,
            aws::{self, AwsToken, ClaimOutcome, CountOutcome, SessionEnd, TokenWish},
        },
        scheduling,
    },
};
use shared::{
    ids::{DropId, ShopperId, TicketId},
    lifecycle::TicketState,
    line::{Epoch, Score, ServedNumbers},
};

/// An open room that counts nobody in yet.
async fn room() -> TestDrop {
    let test_drop = TestDrop::before_site().await;
    sqlx::query("update drops set manual = true, presence = false")
        .execute(&test_drop.pool)
        .await
        .unwrap();
    sqlx::query("insert into aws_rooms (drop_id) select id from drops")
        .execute(&test_drop.pool)
        .await
        .unwrap();
    test_drop
}

/// Lets a request in that has this number.
async fn let_in(test_drop: &TestDrop, number: u64) -> TicketId {
    let mut command = test_drop.command(ShopperId::generate(), 1);
    command.shopper_id = ShopperId::from_uuid(command.ticket_id.as_uuid());
    command.score = Score::new(Epoch(1), number);
    let done = test_drop.process(std::slice::from_ref(&command)).await;
    assert_eq!(done.settled[0].state, TicketState::Passed);
    command.ticket_id
}

fn wish(issuer: &str, validity_s: u32) -> TokenWish {
    TokenWish { issuer: issuer.to_owned(), validity_s }
}

async fn claim(test_drop: &TestDrop, request_id: TicketId) -> ClaimOutcome {
    let wish = wish("https://line.example/aws", 3_600);
    aws::claim(&test_drop.pool, test_drop.drop_id, request_id, &wish).await.unwrap()
}

#[track_caller]
fn given(outcome: ClaimOutcome) -> AwsToken {
    match outcome {
        ClaimOutcome::Given(token) => token,
        other => panic!("no tokens: {other:?}"),
    }
}

async fn increment(test_drop: &TestDrop, by: i64) -> CountOutcome {
    aws::increment(&test_drop.pool, test_drop.drop_id, by, "seller:x").await.unwrap()
}

async fn served(test_drop: &TestDrop) -> Option<ServedNumbers> {
    let live = scheduling::live_drop(&test_drop.pool, test_drop.drop_id).await.unwrap().unwrap();
    live.served
}

#[tokio::test]
async fn every_increment_raises_the_version_of_the_limits_with_one_audit_row() {
    let test_drop = room().await;
    assert_eq!(served(&test_drop).await, Some(ServedNumbers { after: 0, up_to: 0 }));
    let n_audited = "select count(*) from audit_log where action = 'aws.increment'";
    let version = "select limits_version from drops";
    for (by, counter, up_to, n_changes) in
        [(5, 5, 5, 1), (0, 5, 5, 1), (-7, -2, 0, 2), (3, 1, 1, 3)]
    {
        assert_eq!(increment(&test_drop, by).await, CountOutcome::Counted(counter));
        assert_eq!(served(&test_drop).await, Some(ServedNumbers { after: 0, up_to }), "{by}");
        assert_eq!(test_drop.number(n_audited).await, n_changes);
        assert_eq!(test_drop.number(version).await, n_changes + 1);
    }
    let nowhere = aws::increment(&test_drop.pool, DropId::generate(), 1, "x").await.unwrap();
    assert_eq!(nowhere, CountOutcome::NotFound);
}

#[tokio::test]
async fn increments_by_two_to_the_31_add_up_and_none_goes_too_far() {
    let test_drop = room().await;
    let much = 1_i64 << 31;
    assert_eq!(increment(&test_drop, -much).await, CountOutcome::Counted(-much));
    assert_eq!(increment(&test_drop, much).await, CountOutcome::Counted(0));
    assert_eq!(increment(&test_drop, much).await, CountOutcome::Counted(much));
    assert_eq!(increment(&test_drop, much).await, CountOutcome::Counted(2 * much));
    for too_far in [i64::MAX, i64::MIN, 1 << 53] {
        assert_eq!(increment(&test_drop, too_far).await, CountOutcome::OutOfRange);
    }
    assert_eq!(increment(&test_drop, 0).await, CountOutcome::Counted(2 * much));
}

#[tokio::test]
async fn increments_at_once_are_all_counted() {
    let test_drop = room().await;
    let calls = (0..16).map(|_| {
        let (pool, drop_id) = (test_drop.pool.clone(), test_drop.drop_id);
        tokio::spawn(async move { aws::increment(&pool, drop_id, 3, "x").await.unwrap() })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    assert_eq!(increment(&test_drop, 0).await, CountOutcome::Counted(48));
}

#[tokio::test]
async fn of_many_who_ask_for_tokens_at_once_all_get_the_same() {
    let test_drop = room().await;
    let request_id = let_in(&test_drop, 7).await;
    let calls = (0..12).map(|n| {
        let (pool, drop_id) = (test_drop.pool.clone(), test_drop.drop_id);
        let wish = wish(&format!("https://{n}.example"), 100 + n);
        tokio::spawn(async move { aws::claim(&pool, drop_id, request_id, &wish).await.unwrap() })
    });
    let mut tokens = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        tokens.push(given(call.await.unwrap()));
    }
    tokens.dedup();
    let [token] = &tokens[..] else { panic!("{tokens:?}") };
    assert_eq!(token.queue_number, 7);
    assert_eq!(token.expires_at.as_second() - token.issued_at.as_second(), {
        let n = token.issuer.trim_start_matches("https://").trim_end_matches(".example");
        100 + n.parse::<i64>().unwrap()
    });
    let told = "select count(*) from journal where 'redeemed' = any(states)";
    assert_eq!(test_drop.number(told).await, 1);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_pass_lasts_as_long_as_its_tokens_and_they_stay_the_same_behind_their_end() {
    let test_drop = room().await;
    let request_id = let_in(&test_drop, 1).await;
    let token = given(claim(&test_drop, request_id).await);
    let pass = passes::find(&test_drop.pool, test_drop.drop_id, request_id).await.unwrap().unwrap();
    assert_eq!((pass.state, pass.expires_at), (TicketState::Redeemed, Some(token.expires_at)));
    assert_eq!(aws::count_active(&test_drop.pool, test_drop.drop_id).await.unwrap(), 1);

    sqlx::query("update aws_tokens set issued_at = 'epoch', expires_at = now() - interval '1 s'")
        .execute(&test_drop.pool)
        .await
        .unwrap();
    test_drop.let_holds_run_out().await;
    holds::expire_due(&test_drop.pool, test_drop.drop_id, 10).await.unwrap();

    let again = given(claim(&test_drop, request_id).await);
    assert_eq!((again.queue_number, again.issuer), (1, token.issuer));
    let expired = aws::expired(&test_drop.pool, test_drop.drop_id).await.unwrap();
    assert_eq!(expired, [request_id]);
    assert_eq!(aws::count_active(&test_drop.pool, test_drop.drop_id).await.unwrap(), 0);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn who_does_not_ask_for_tokens_in_time_has_lost_their_turn() {
    let test_drop = room().await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    let request_id = let_in(&test_drop, 1).await;
    assert_eq!(aws::count_unclaimed(pool, drop_id).await.unwrap(), 1);
    test_drop.let_holds_run_out().await;
    assert_eq!(aws::count_unclaimed(pool, drop_id).await.unwrap(), 0);
    assert_eq!(claim(&test_drop, request_id).await, ClaimOutcome::Over, "not swept yet");
    holds::expire_due(pool, drop_id, 10).await.unwrap();
    assert_eq!(claim(&test_drop, request_id).await, ClaimOutcome::Over);
    assert_eq!(claim(&test_drop, TicketId::generate()).await, ClaimOutcome::NotLetIn);
    let pass = aws::find_pass(pool, drop_id, request_id).await.unwrap().unwrap();
    assert_eq!((pass.number, pass.state), (1, TicketState::Expired));
}

#[tokio::test]
async fn another_shoppers_pass_gives_no_tokens() {
    let test_drop = room().await;
    let command = test_drop.command(ShopperId::generate(), 1);
    test_drop.process(std::slice::from_ref(&command)).await;
    assert_eq!(claim(&test_drop, command.ticket_id).await, ClaimOutcome::NotLetIn);
    let found = aws::find_pass(&test_drop.pool, test_drop.drop_id, command.ticket_id).await;
    assert_eq!(found.unwrap(), None);
}

#[tokio::test]
async fn a_session_ends_once_and_its_pass_with_it() {
    let test_drop = room().await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    let (one, two) = (let_in(&test_drop, 1).await, let_in(&test_drop, 2).await);
    let end = |request_id, end| aws::end_session(pool, drop_id, request_id, end);
    assert!(!end(one, SessionEnd::Completed).await.unwrap(), "it has no tokens yet");
    for request_id in [one, two] {
        given(claim(&test_drop, request_id).await);
    }
    assert!(end(one, SessionEnd::Completed).await.unwrap());
    assert!(end(two, SessionEnd::Abandoned).await.unwrap());
    for request_id in [one, two, TicketId::generate()] {
        assert!(!end(request_id, SessionEnd::Completed).await.unwrap());
    }
    let states = passes::states(pool, &[(drop_id, one), (drop_id, two)]).await.unwrap();
    assert_eq!(states, [Some(TicketState::Visited); 2]);
    assert_eq!(claim(&test_drop, one).await, ClaimOutcome::Over);
    let reasons =
        "select count(*) from ticket_transitions where reason in ('completed', 'abandoned')";
    assert_eq!(test_drop.number(reasons).await, 2);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn tokens_of_a_pass_that_was_taken_back_are_given_no_more() {
    let test_drop = room().await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    let request_id = let_in(&test_drop, 1).await;
    given(claim(&test_drop, request_id).await);
    passes::revoke(pool, None, drop_id, request_id, "ann", "a bot").await.unwrap();
    assert_eq!(claim(&test_drop, request_id).await, ClaimOutcome::Over);
}

#[tokio::test]
async fn a_reset_forgets_tokens_ends_passes_and_counts_from_one() {
    let test_drop = room().await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    increment(&test_drop, 2).await;
    let (one, two) = (let_in(&test_drop, 1).await, let_in(&test_drop, 2).await);
    given(claim(&test_drop, one).await);

    assert!(aws::reset(pool, drop_id, 3, "seller:x").await.unwrap());
    let behind = let_in(&test_drop, 4).await;
    assert_eq!(aws::end_before(pool, drop_id, 3).await.unwrap(), 2);
    assert_eq!(aws::end_before(pool, drop_id, 3).await.unwrap(), 0);

    assert_eq!(served(&test_drop).await, Some(ServedNumbers { after: 3, up_to: 3 }));
    for request_id in [one, two] {
        assert_eq!(claim(&test_drop, request_id).await, ClaimOutcome::BeforeReset);
    }
    assert_eq!(given(claim(&test_drop, behind).await).queue_number, 1);
    assert_eq!(test_drop.number("select count(*) from aws_tokens").await, 1);
    let found = aws::find(pool, drop_id).await.unwrap().unwrap();
    assert_eq!((found.serving_counter, found.reset_number), (0, 3));
    assert_eq!((found.counted(4), found.counted(3)), (Some(1), None));

    // A repeat that knows of fewer numbers takes none back.
    assert!(aws::reset(pool, drop_id, 1, "seller:x").await.unwrap());
    assert_eq!(served(&test_drop).await, Some(ServedNumbers { after: 3, up_to: 3 }));
    let audited = "select count(*) from audit_log where action = 'aws.reset'";
    assert_eq!(test_drop.number(audited).await, 2);
    assert_eq!(test_drop.number("select limits_version from drops").await, 4);
    assert!(!aws::reset(pool, DropId::generate(), 1, "x").await.unwrap());
    test_drop.assert_invariants().await;
}
