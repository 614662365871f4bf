//! Redis stands still, is slow, or is at the end of a narrow line.

use crate::{
    MACHINE,
    people::{self, ANSWER, Placed},
    proxied::{Asked, Asker, ProxiedWorld},
    runs::Crowd,
};
use anyhow::ensure;
use check::faults::FaultLog;
use faults::Trouble;
use futures_util::future::join_all;
use shared::invariants::Invariant;
use std::{collections::BTreeSet, num::NonZeroU32, time::Duration};
use testkit::{TestApp, Victim, World, WorldOptions, app::TestStream};
use tokio::time::{Instant, sleep, timeout};

/// How long Redis stands still.
const FREEZES: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];
const N_IN_LINE: usize = 40;
/// How often a stream is looked at that may be silent.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Half of the way there and back, 50 to 100 ms, then 400 to 500 ms.
const SLOW: [(Duration, Duration); 2] = [
    (Duration::from_millis(25), Duration::from_millis(25)),
    (Duration::from_millis(200), Duration::from_millis(50)),
];
/// How long it is as slow.
const SLOW_FOR: Duration = Duration::from_secs(10);
/// People who must be let in meanwhile, at least.
const MIN_ADMITTED: u64 = 5;
const SHOPPERS: u64 = 800;
const UNITS: u32 = 250;

/// 1 KB a second: a call with some dozens of joins takes longer than a call may.
const NARROW: Trouble =
    Trouble::Narrow { bytes_per_second: NonZeroU32::new(1_000).expect("is not zero") };

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_stands_still_costs_nobody_a_place_and_mixes_up_no_answers()
-> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let world = World::start("faults-redis-frozen", WorldOptions::default()).await?;
    let app = TestApp { world };
    let (seller, operator) = (app.seller().await, app.operator().await);
    let flash_drop = seller.flash_drop().units(100).hold_seconds(300).create().await;
    operator.pause(&flash_drop).await;
    let mut line = people::line(&app, &flash_drop, N_IN_LINE).await;
    let mut stream = line[N_IN_LINE - 1].shopper.stream(&flash_drop).await;
    stream.until("waiting").await;

    for frozen_for in FREEZES {
        let newcomer = app.shopper().await;
        app.world.freeze(Victim::Redis).await?;
        let thawed_at = Instant::now() + frozen_for;
        let refused = async {
            people::assert_told_to_come_back(
                &people::try_join(&newcomer, &flash_drop, ANSWER).await,
            );
            // Their answers come late, when nobody waits for them any more.
            let asking = line.iter().map(|one| people::try_join(&one.shopper, &flash_drop, ANSWER));
            join_all(asking).await.iter().for_each(people::assert_told_to_come_back);
        };
        tokio::join!(refused, listen_until(&mut stream, thawed_at));
        app.world.thaw(Victim::Redis).await?;
        let all = line.iter().map(|placed| placed.must_still_have_it(&flash_drop));
        tokio::join!(join_all(all), listen_until(&mut stream, Instant::now() + LOOK_EVERY));
        line.push(Placed::join(newcomer, &flash_drop).await);
    }

    operator.resume(&flash_drop).await;
    stream.until("held").await;
    people::each_must_have_one_order(&app, &line).await;
    let shown = stream.positions();
    assert!(shown.is_sorted_by(|before, after| before >= after), "POS-1: {shown:?}");
    app.world.stop().await
}

/// Listens for so long; fails if the stream ends.
async fn listen_until(stream: &mut TestStream, until: Instant) {
    while Instant::now() < until {
        let heard = timeout(LOOK_EVERY, stream.next()).await;
        assert!(!matches!(heard, Ok(None)), "the stream ended: {:?}", stream.closed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_is_served_within_the_rate_while_redis_is_slow() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let proxied = ProxiedWorld::start("faults-redis-slow").await?;
    let mut crowd = Crowd::new(SHOPPERS, UNITS);
    crowd.options.over_seconds = Some(30.0);
    crowd.options.admission_rate = 20.0;
    crowd.options.order_rate = 40.0;
    people::judge(&mut crowd, &[Invariant::Queue2]);
    let outcome = crowd.run_while(&proxied.app.world, async |log| be_slow(&proxied, &log).await);
    let outcome = outcome.await;
    proxied.stop().await?;
    let outcome = outcome?;
    println!("Redis was slow: {outcome}");
    outcome.assert_clean();
    Ok(())
}

/// Makes Redis slow in mid-sale. Fails unless people are let in meanwhile.
async fn be_slow(proxied: &ProxiedWorld, log: &FaultLog) -> anyhow::Result<()> {
    let mut progress = proxied.app.world.progress().await;
    people::reach(&mut progress, SHOPPERS / 10).await?;
    for (by, jitter) in SLOW {
        let (before, began_us) = (progress.read().await, FaultLog::now_us());
        proxied.make(Asked::Redis, Trouble::Late { by, jitter });
        sleep(SLOW_FOR).await;
        let after = progress.read().await;
        proxied.heal();
        let what = format!("Redis slow by {by:?}, from {before} to {after}");
        println!("{what}");
        log.healed(&what, began_us)?;
        ensure!(after.admissions >= before.admissions + MIN_ADMITTED, "nobody was let in: {what}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_at_the_end_of_a_narrow_line_has_joins_refused_in_time_and_none_mixed_up()
-> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let proxied = ProxiedWorld::start("faults-redis-narrow").await?;
    let app = &proxied.app;
    let flash_drop = app.seller().await.flash_drop().units(100).hold_seconds(300).create().await;
    let mut line = people::line(app, &flash_drop, 1).await;
    let newcomers = people::newcomers(app, N_IN_LINE).await;

    proxied.proxy(Asker::Admission, Asked::Redis).make(NARROW);
    let asking = newcomers.iter().map(|one| people::try_join(one, &flash_drop, ANSWER));
    let replies = join_all(asking).await;
    let refused: Vec<_> = replies.iter().filter(|reply| !reply.status.is_success()).collect();
    println!("{} of {N_IN_LINE} joins were refused", refused.len());
    assert!(!refused.is_empty(), "the line was not narrow");
    refused.into_iter().for_each(people::assert_told_to_come_back);
    proxied.heal();

    let joining = newcomers.into_iter().map(|one| Placed::join(one, &flash_drop));
    line.extend(join_all(joining).await);
    let numbers: BTreeSet<String> = line.iter().map(Placed::number).collect();
    assert_eq!(numbers.len(), line.len(), "QUEUE-3: two have the same number");
    join_all(line.iter().map(|placed| placed.must_still_have_it(&flash_drop))).await;
    people::each_must_have_one_order(app, &line).await;
    proxied.stop().await
}
