//! Whose hold ran out unpaid, waits before joining the same drop again.

use crate::{
    SOON,
    event_log::wait_for_joins,
    rebuild::wipe,
    test_line::{LineOptions, TestLine},
};
use shared::{ids::ShopperId, line::JoinOutcome};
use testkit::wait_until;

/// Everything that a hold needs: nobody pays.
const ROLES: &str = "log,drain,orders,reconciler,scheduler,sweeper";
const COOLDOWN_S: i64 = 600;

/// When the cool-down of the only order ends, as Postgres has it.
async fn ends_at_us(line: &TestLine) -> i64 {
    let ended = "select (extract(epoch from updated_at) * 1000000)::bigint from orders";
    line.database.scalar::<i64>(ended).await + COOLDOWN_S * 1_000_000
}

#[tokio::test]
async fn a_cool_down_follows_a_hold_that_ran_out_and_outlives_the_line() {
    let line = TestLine::new(LineOptions::default()).await;
    sqlx::query("update drops set hold_seconds = 2, cooldown_seconds = $1")
        .bind(i32::try_from(COOLDOWN_S).unwrap())
        .execute(&line.app.pool)
        .await
        .unwrap();
    let shutdown = line.run(ROLES);
    line.open(1).await;
    let shopper = ShopperId::generate();
    let joined = line.join_as(&[shopper]).await;
    assert!(matches!(joined[..], [JoinOutcome::Joined(..)]), "{joined:?}");

    // Until it is told, they have their ticket, and nothing in between lets them join anew.
    let cooling =
        wait_until("the cool-down", SOON, async || match line.join_as(&[shopper]).await[0] {
            JoinOutcome::Existing(..) => None,
            JoinOutcome::Cooling { until_us } => Some(until_us),
            other => panic!("{other:?}"),
        })
        .await;
    let state: String = line.database.scalar("select state from orders").await;
    assert_eq!((state.as_str(), cooling), ("expired", ends_at_us(&line).await));
    line.join(1).await;
    wait_for_joins(&line, 2).await;

    wipe(&line).await;
    line.open(2).await;

    let again = line.join_as(&[shopper]).await;
    assert_eq!(again, [JoinOutcome::Cooling { until_us: cooling }]);
    shutdown.begin();
}

#[tokio::test]
async fn a_drop_without_a_cool_down_lets_everybody_join_again() {
    let line = TestLine::new(LineOptions::default()).await;
    sqlx::query("update drops set hold_seconds = 2").execute(&line.app.pool).await.unwrap();
    let shutdown = line.run(ROLES);
    line.open(1).await;
    let shopper = ShopperId::generate();
    let first = line.join_as(&[shopper]).await;
    let [JoinOutcome::Joined(first, _)] = first[..] else { panic!("{first:?}") };

    let second =
        wait_until("another ticket", SOON, async || match line.join_as(&[shopper]).await[0] {
            JoinOutcome::Existing(..) => None,
            JoinOutcome::Joined(ticket, _) => Some(ticket),
            other => panic!("{other:?}"),
        })
        .await;
    assert_ne!(second.ticket_id, first.ticket_id);
    shutdown.begin();
}
