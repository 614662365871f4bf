//! One sale from its opening to the verdict: regulars, a crowd, a neighbour, and what is done to it
//! meanwhile.

use crate::{
    acts::{Act, Deed, Paces},
    common::{faults::Victim, runs::Crowd},
    half_of_the_machine,
    judged::{of_sale, required},
    neighbours::{self, Neighbours},
    regulars,
    secrets::Secrets,
    stage::Stage,
    whole_machine,
};
use check::Requirement;
use shared::invariants::Invariant;
use std::time::Duration;
use testkit::{TestApp, World, WorldOptions, app::TestDrop};

/// The pause, the resumption and the new limits that every sale has.
const N_CHANGES: usize = 3;
/// Share of the shoppers who are absent or join from two tabs: the others bring a ticket back that
/// Redis has lost.
const EXCUSABLE: f64 = 0.25;

/// A sale in which every rule has something to judge.
pub(crate) struct Sale {
    pub(crate) shoppers: u64,
    /// Fewer than the shoppers who pay would take.
    pub(crate) units: u32,
    /// How long the shoppers take to arrive.
    pub(crate) over_seconds: f64,
    /// At the opening: the order rate is below the admission rate, the cap below the units.
    pub(crate) limits: Paces,
    /// In their order.
    pub(crate) acts: &'static [Act],
    /// Windows of LIVE-1, which needs 20 s without a fault; 0 where faults leave none.
    pub(crate) n_live_windows: u64,
    /// It goes slowly, so that another test may run beside it.
    pub(crate) mostly_waits: bool,
}

impl Sale {
    /// Holds the sale in a world of its own. Fails unless every unit was paid for, everybody was
    /// told the end, each required rule was judged and held, and no log tells a secret.
    pub(crate) async fn run(&self, name: &str, options: WorldOptions) -> anyhow::Result<()> {
        let _machine =
            if self.mostly_waits { half_of_the_machine().await } else { whole_machine().await };
        let app = TestApp { world: World::start(name, options).await? };
        let neighbours = Neighbours::open(&app).await;
        let flash_drop = self.open(&app).await;
        let mut secrets = Secrets::of(&app.world);
        secrets.add(regulars::buy(&app, &flash_drop).await);
        let over = Duration::from_secs_f64(self.over_seconds);
        let outcome = self.crowd(&flash_drop).run_while(&app.world, async |log| {
            let mut stage = Stage::new(&app, &flash_drop, log, self.units).await;
            let traded = neighbours.trade(&app, &flash_drop, over);
            tokio::try_join!(stage.perform(self.acts), traded)?;
            Ok(())
        });
        let outcome = outcome.await;
        let logs = app.world.fleet.dir.join("logs");
        app.world.stop().await?;
        let outcome = outcome?;
        println!("{name}: {outcome}");
        outcome.assert_clean();
        let n_paid = outcome.run.paid + regulars::UNITS;
        assert_eq!(n_paid, u64::from(self.units), "STOCK-3");
        secrets.assert_in_no_log(&logs)
    }

    async fn open(&self, app: &TestApp) -> TestDrop {
        let Paces { admission_rate, order_rate, occupancy_cap } = self.limits;
        assert!(order_rate < admission_rate, "RATE-2 would have nothing to hold back");
        assert!(occupancy_cap < self.units, "the cap would hold nobody back");
        let seller = app.seller().await;
        seller
            .flash_drop()
            .units(self.units)
            .max_units(regulars::UNITS_EACH)
            .hold_seconds(5)
            .admission_rate(admission_rate)
            .order_rate(order_rate)
            .occupancy_cap(occupancy_cap)
            .create()
            .await
    }

    fn crowd(&self, flash_drop: &TestDrop) -> Crowd {
        let mut crowd = Crowd::new(self.shoppers, self.units);
        crowd.options.create = false;
        crowd.options.drop = Some(flash_drop.id);
        crowd.options.over_seconds = Some(self.over_seconds);
        crowd.required = self.required();
        crowd.max_excused = Some(self.max_excused());
        crowd.max_unexpected = Some(self.max_unexpected());
        crowd
    }

    /// Whether something is broken on purpose.
    fn has_faults(&self) -> bool {
        self.acts.iter().any(|act| !matches!(act.deed, Deed::Pause | Deed::SetLimits(_)))
    }

    /// Returns how much a loss of Redis may excuse. What happened is logged within a fraction of a
    /// second, so that each strike can take what happens in one second, and no more.
    fn max_excused(&self) -> usize {
        let is_loss = |act: &&Act| {
            use Victim::{Redis, RedisKeys, RedisWithItsData};
            matches!(act.deed, Deed::Strike(Redis | RedisKeys | RedisWithItsData))
        };
        let n_losses = self.acts.iter().filter(is_loss).count();
        let joins_per_second = self.shoppers as f64 / self.over_seconds;
        let per_loss = joins_per_second * EXCUSABLE + self.limits.admission_rate;
        n_losses * per_loss.ceil() as usize
    }

    /// Returns how many answers with 5xx or 429 no fault may explain. Where nothing is broken, only
    /// a replica that lags behind Redis asks a shopper to come back: one in a thousand. With faults
    /// there are also those that a service is slow to recover from.
    fn max_unexpected(&self) -> usize {
        let share = if self.has_faults() { 100 } else { 1_000 };
        self.shoppers as usize / share
    }

    /// Returns what the run must be able to judge. A good half of the units leaves room for the
    /// shoppers whom a fault cuts off; fewer than that, and the run has shown nothing.
    ///
    /// END-1 judges waiters and holds that no fault was near. The end of a sale with faults may be
    /// too near for its waiters; it is sure only of some hold of the last units.
    fn required(&self) -> Vec<Requirement> {
        let most = self.units as usize / 2;
        let n_ends = if self.has_faults() { 1 } else { most };
        let mut of_its_kind = of_sale(most).to_vec();
        of_its_kind.extend([
            (Invariant::Limit1, regulars::N_REGULARS as usize),
            (Invariant::Tenant1, neighbours::MIN_ANSWERS as usize),
            (Invariant::Audit1, N_CHANGES),
            (Invariant::Idem1, 10),
        ]);
        if self.n_live_windows > 0 {
            of_its_kind.push((Invariant::Live1, self.n_live_windows as usize));
        }
        required(most, n_ends, &of_its_kind)
    }
}
