//! Two parts do not hear each other, in one direction or both, while a crowd buys.

use crate::{
    MACHINE,
    people::{self, ANSWER, Placed},
    proxied::{Asked, Asker, ProxiedWorld},
    runs::Crowd,
};
use check::faults::FaultLog;
use faults::{Trouble, Ways};
use shared::invariants::Invariant;
use std::time::Duration;
use testkit::app::{Shopper, TestDrop};
use tokio::time::{Instant, sleep, sleep_until};

/// Who does not hear whom.
const PAIRS: [(Asker, Asked); 4] = [
    (Asker::Admission, Asked::Redis),
    (Asker::Worker, Asked::Kafka),
    (Asker::Worker, Asked::Postgres),
    (Asker::Worker, Asked::Provider),
];
/// Each pair is parted in both directions, and so that only the answers are lost.
const DIRECTIONS: [Ways; 2] = [Ways::Both, Ways::Replies];
const PARTED_FOR: Duration = Duration::from_secs(6);
/// By then whoever asks knows that there is no answer.
const NOTICED: Duration = Duration::from_secs(1);
const REST: Duration = Duration::from_secs(2);

/// More than are sold while two do not hear each other.
const UNITS: u32 = 400;
const SHOPPERS: u64 = 1_200;
const OVER_SECONDS: f64 = 80.0;

#[tokio::test(flavor = "multi_thread")]
async fn no_two_parts_that_do_not_hear_each_other_cost_anybody_anything() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let proxied = ProxiedWorld::start("faults-partitions").await?;
    // Opened first: the newest drop of the world is the crowd's.
    let beside = proxied.app.seller().await.flash_drop().units(100).create().await;
    let mut crowd = Crowd::new(SHOPPERS, UNITS);
    crowd.options.over_seconds = Some(OVER_SECONDS);
    crowd.options.admission_rate = 8.0;
    crowd.options.order_rate = 20.0;
    people::judge(&mut crowd, &[Invariant::Queue2]);
    let parting = async |log: FaultLog| part_all(&proxied, &beside, &log).await;
    let outcome = crowd.run_while(&proxied.app.world, parting).await;
    proxied.stop().await?;
    let outcome = outcome?;
    println!("partitions: {outcome}");
    outcome.assert_clean();
    Ok(())
}

/// Parts one pair after the other. Fails unless the others work on meanwhile, and all do when it is
/// over.
async fn part_all(proxied: &ProxiedWorld, beside: &TestDrop, log: &FaultLog) -> anyhow::Result<()> {
    let mut progress = proxied.app.world.progress().await;
    people::reach(&mut progress, SHOPPERS / 20).await?;
    for ways in DIRECTIONS {
        for (from, to) in PAIRS {
            let shopper = proxied.app.shopper().await;
            let (began_us, before) = (FaultLog::now_us(), progress.read().await);
            let parted_until = Instant::now() + PARTED_FOR;
            proxied.proxy(from, to).make(Trouble::Silence(ways));
            sleep(NOTICED).await;
            let placed = ask_meanwhile(shopper, beside, to).await;
            sleep_until(parted_until).await;
            proxied.heal();
            let what = format!("{from:?} did not hear {to:?} ({ways:?})");
            log.healed(&what, began_us)?;
            placed.or_join(beside).await.buy().await;
            let after = progress.read().await;
            println!("{what}: from {before} to {after}");
            sleep(REST).await;
        }
    }
    Ok(())
}

/// What came of somebody who wanted to join while two parts did not hear each other.
enum Meanwhile {
    Joined(Placed),
    ToldToComeBack(Shopper),
}

impl Meanwhile {
    async fn or_join(self, flash_drop: &TestDrop) -> Placed {
        match self {
            Self::Joined(placed) => placed,
            Self::ToldToComeBack(shopper) => Placed::join(shopper, flash_drop).await,
        }
    }
}

/// Wants to join: without Redis that can't be, and without anything else it must be.
async fn ask_meanwhile(shopper: Shopper, flash_drop: &TestDrop, away: Asked) -> Meanwhile {
    match away {
        Asked::Redis => {
            let reply = people::try_join(&shopper, flash_drop, ANSWER).await;
            people::assert_told_to_come_back(&reply);
            Meanwhile::ToldToComeBack(shopper)
        }
        Asked::Kafka | Asked::Postgres | Asked::Provider => {
            let mut joined = people::must_join_at_once(vec![shopper], flash_drop).await;
            Meanwhile::Joined(joined.remove(0))
        }
    }
}
