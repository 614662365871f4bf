//! Restarts of one process after the other, drawn from a seed.

use check::faults::FaultLog;
use rand::{Rng, SeedableRng, rngs::StdRng};
use stack::Service;
use std::time::Duration;
use testkit::World;
use tokio::time::sleep;

/// Names the seed to draw from, in place of a new one.
const SEED: &str = "SLUICE_E2E_SEED";
/// How long a process stays away, at least.
const AWAY: Duration = Duration::from_millis(700);

/// Restarts instances of admission and of worker.
pub(crate) struct Restarts<'a> {
    world: &'a World,
    log: FaultLog,
    rng: StdRng,
}

impl<'a> Restarts<'a> {
    /// Draws from a seed, and prints it.
    pub(crate) fn new(world: &'a World, log: FaultLog) -> Self {
        let seed = seed();
        println!("restarts: {SEED}={seed}");
        Self { world, log, rng: StdRng::seed_from_u64(seed) }
    }

    /// Draws an instance of admission and one of worker, in any order.
    pub(crate) fn draw(&mut self) -> [&'a Service; 2] {
        let world = self.world;
        let kinds = [&world.admissions, &world.workers];
        let mut drawn =
            kinds.map(|instances| &instances[self.rng.random_range(0..instances.len())]);
        if self.rng.random_bool(0.5) {
            drawn.reverse();
        }
        drawn
    }

    /// Kills a process or asks it to stop, and starts it again when what is to happen without it has.
    /// Returns when it is ready.
    pub(crate) async fn restart(
        &mut self,
        service: &Service,
        when: &str,
        meanwhile: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        let is_killed = self.rng.random_bool(0.5);
        let began_us = FaultLog::now_us();
        if is_killed {
            service.kill9().await?;
        } else {
            service.stop().await?;
        }
        sleep(AWAY).await;
        meanwhile.await;
        service.start_again().await?;
        let what = if is_killed { "killed" } else { "stopped" };
        let what = format!("{} {what}, {when}", service.name());
        println!("{what}");
        self.log.healed(&what, began_us)
    }
}

#[expect(clippy::disallowed_methods, reason = "chooses what a test does, no setting")]
fn seed() -> u64 {
    let asked = std::env::var(SEED).ok().and_then(|text| text.parse().ok());
    asked.unwrap_or_else(|| rand::rng().random())
}
