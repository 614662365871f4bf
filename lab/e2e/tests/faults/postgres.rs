//! Postgres hangs, is slow, has a locked row; an answer to `COMMIT` is lost, and one of the provider.

use crate::{
    MACHINE,
    people::{self, Placed},
    proxied::{Asked, Asker, ProxiedWorld},
};
use faults::{Trouble, Ways};
use futures_util::future::join_all;
use serde_json::Value;
use std::time::Duration;
use testkit::{TestApp, Victim, wait_until};
use tokio::time::{Instant, sleep, sleep_until};

/// How long Postgres hangs.
const HANGS_FOR: Duration = Duration::from_secs(15);
/// How long the stock is locked.
const LOCKED_FOR: Duration = Duration::from_secs(30);
/// Both ways: 200 to 300 ms for an answer.
const SLOW: Trouble =
    Trouble::Late { by: Duration::from_millis(100), jitter: Duration::from_millis(50) };
/// How long answers are lost.
const LOST_FOR: Duration = Duration::from_secs(4);
const N_NEWCOMERS: usize = 10;
const PATIENCE: Duration = Duration::from_secs(30);

/// Connections of one process to Postgres, at most: its pools with the default settings, and those
/// that wait for notices or hold locks.
const MAX_CONNECTIONS: [(Asker, usize); 3] =
    [(Asker::Admission, 12), (Asker::Storefront, 20), (Asker::Worker, 48)];

/// How Postgres hangs.
#[derive(Clone, Copy, Debug)]
enum Hang {
    /// Nothing goes through its connections, and new ones are as silent.
    OnTheWay,
    /// Its processes stand still; the system goes on taking connections for them.
    Frozen,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_hangs_holds_up_no_join_and_gets_no_more_connections() -> anyhow::Result<()>
{
    let _machine = MACHINE.lock().await;
    let proxied = ProxiedWorld::start("faults-postgres-hangs").await?;
    let app = &proxied.app;
    let flash_drop = app.seller().await.flash_drop().units(100).hold_seconds(600).create().await;
    let mut line = people::line(app, &flash_drop, N_NEWCOMERS).await;
    people::each_must_have_one_order(app, &line).await;

    for hang in [Hang::OnTheWay, Hang::Frozen] {
        let newcomers = people::newcomers(app, N_NEWCOMERS).await;
        match hang {
            Hang::OnTheWay => proxied.make(Asked::Postgres, Trouble::Silence(Ways::Both)),
            Hang::Frozen => app.world.freeze(Victim::Postgres).await?,
        }
        let began = Instant::now();
        let joined = people::must_join_at_once(newcomers, &flash_drop).await;
        let replies = join_all(line.iter().map(people::ask_for_order)).await;
        replies.iter().for_each(people::assert_told_to_come_back);
        sleep_until(began + HANGS_FOR).await;
        for (asker, most) in MAX_CONNECTIONS {
            let n = proxied.proxy(asker, Asked::Postgres).n_clients();
            println!("{hang:?}: {n} connections of {asker:?} to Postgres");
            assert!(n <= most, "{hang:?}: {asker:?} has {n} connections, {most} are the most");
        }
        match hang {
            Hang::OnTheWay => proxied.heal(),
            Hang::Frozen => app.world.thaw(Victim::Postgres).await?,
        }
        line.extend(joined);
        people::each_must_have_one_order(app, &line).await;
    }
    proxied.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_stock_row_and_a_slow_postgres_hold_up_no_join_and_bury_no_order()
-> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let proxied = ProxiedWorld::start("faults-postgres-slow").await?;
    let app = &proxied.app;
    let flash_drop = app.seller().await.flash_drop().units(100).hold_seconds(600).create().await;
    let mut line = people::line(app, &flash_drop, 1).await;
    people::each_must_have_one_order(app, &line).await;

    let mut locking = app.world.database.pool().begin().await?;
    sqlx::query("select from inventory where drop_id = $1 for update")
        .bind(flash_drop.id)
        .execute(&mut *locking)
        .await?;
    let locked_until = Instant::now() + LOCKED_FOR;
    while Instant::now() < locked_until {
        let newcomers = people::newcomers(app, 1).await;
        line.extend(people::must_join_at_once(newcomers, &flash_drop).await);
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(people::n_orders(app).await, 1, "the stock was locked for nobody");
    locking.rollback().await?;
    println!("{} had joined while the stock was locked", line.len() - 1);
    people::each_must_have_one_order(app, &line).await;

    proxied.make(Asked::Postgres, SLOW);
    let newcomers = people::newcomers(app, N_NEWCOMERS).await;
    let joined = people::must_join_at_once(newcomers, &flash_drop).await;
    join_all(joined.iter().map(Placed::buy)).await;
    people::each_must_be_placed_once(app, line.len() + joined.len()).await;
    proxied.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_places_no_order_and_takes_no_money_twice() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let proxied = ProxiedWorld::start("faults-lost-replies").await?;
    let app = &proxied.app;
    let (seller, operator) = (app.seller().await, app.operator().await);
    let builder = seller.flash_drop().units(100).hold_seconds(600).admission_rate(8.0);
    let flash_drop = builder.create().await;
    operator.pause(&flash_drop).await;
    let line = people::line(app, &flash_drop, 60).await;
    operator.resume(&flash_drop).await;
    lose_answers_to_commits(&proxied).await;
    people::each_must_have_one_order(app, &line).await;

    pay_while_answers_are_lost(&proxied, &line[..N_NEWCOMERS]).await;
    people::each_must_be_placed_once(app, line.len()).await;
    sold_must_be(app, N_NEWCOMERS).await;
    proxied.stop().await
}

/// Loses the answer to every `COMMIT` of the worker for a while. Fails unless orders were placed by
/// such.
async fn lose_answers_to_commits(proxied: &ProxiedWorld) {
    let app = &proxied.app;
    wait_until("first orders", PATIENCE, async || (people::n_orders(app).await > 0).then_some(()))
        .await;
    let proxy = proxied.proxy(Asker::Worker, Asked::Postgres);
    proxy.make(Trouble::LostReply { to: b"COMMIT" });
    // One that was under way may still have its answer.
    sleep(Duration::from_millis(500)).await;
    let before = people::n_orders(app).await;
    sleep(LOST_FOR).await;
    let (n_orders, n_lost) = (people::n_orders(app).await - before, proxy.n_lost_replies());
    proxied.heal();
    println!("{n_orders} orders were placed while {n_lost} answers to COMMIT were lost");
    assert!(n_lost > 0 && n_orders > 0, "{n_orders} orders, {n_lost} lost answers");
}

/// Has these pay while no answer to what the provider is asked to do comes back.
async fn pay_while_answers_are_lost(proxied: &ProxiedWorld, buyers: &[Placed]) {
    let proxy = proxied.proxy(Asker::Worker, Asked::Provider);
    proxy.make(Trouble::LostReply { to: b"POST " });
    join_all(buyers.iter().map(|buyer| buyer.shopper.pay("pm_card_approve"))).await;
    wait_until("lost answer", PATIENCE, async || (proxy.n_lost_replies() > 0).then_some(())).await;
    sleep(LOST_FOR).await;
    proxied.heal();
    println!("{} answers of the provider were lost", proxy.n_lost_replies());
    join_all(buyers.iter().map(|buyer| buyer.shopper.wait_order("confirmed"))).await;
}

/// Fails unless so many units were paid for, each once, by what the provider has written down, too.
async fn sold_must_be(app: &TestApp, n: usize) {
    let captures: i64 = app
        .world
        .database
        .scalar("select count(*) from payments where kind = 'capture' and status = 'succeeded'")
        .await;
    assert_eq!(captures, n as i64, "PAY-1");
    let ledger = std::fs::read_to_string(app.world.fleet.psp_ledger());
    let ledger = ledger.expect("the provider keeps a ledger");
    let captured = ledger.lines().filter(|line| is_capture(line)).count();
    assert_eq!(captured, n, "PAY-2: {ledger}");
}

fn is_capture(line: &str) -> bool {
    serde_json::from_str::<Value>(line).is_ok_and(|entry| entry["kind"] == "captured")
}
