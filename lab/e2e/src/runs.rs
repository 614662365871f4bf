//! A crowd through a world, and what the check says of it.

use crate::{
    World,
    faults::{self, Victim},
};
use anyhow::Context;
use crowd::{CheckOptions, CheckReport, RunOptions, RunReport, faults::FaultLog};
use shared::ids::DropId;
use std::{fmt, time::Duration};

/// LIVE-2.
const SETTLE: Duration = Duration::from_secs(120);

/// A crowd and what is done to the world meanwhile.
#[derive(Clone, Debug)]
pub struct Crowd {
    /// How the crowd behaves.
    pub options: RunOptions,
    /// Who is killed meanwhile, in this order.
    pub victims: Vec<Victim>,
    /// How long before each kill.
    pub pause: Duration,
    /// How long the system may take to settle before it is judged.
    pub settle: Duration,
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// What the shoppers met.
    pub run: RunReport,
    /// What the check found.
    pub check: CheckReport,
}

impl Crowd {
    /// The crowd of the promise: a fifth absent, a tenth never pays, holds of 5 s.
    #[must_use]
    pub fn new(shoppers: u64, units: u32) -> Self {
        let options = RunOptions {
            create: true,
            drop: None,
            units,
            absent: Some(0.2),
            never_pay: Some(0.1),
            ..RunOptions::new(DropId::generate(), shoppers)
        };
        Self { options, victims: Vec::new(), pause: Duration::from_secs(3), settle: SETTLE }
    }

    /// Kills these while it runs.
    #[must_use]
    pub fn killing(mut self, victims: &[Victim]) -> Self {
        self.victims = victims.to_vec();
        self
    }

    /// Sends the crowd through the world and judges what came of it.
    ///
    /// # Errors
    ///
    /// Returns what kept the run or the check from being made; a violation is in the outcome.
    pub async fn run(self, world: &World) -> anyhow::Result<Outcome> {
        let (victims, pause) = (self.victims.clone(), self.pause);
        self.run_while(world, async |log| faults::strike(world, &log, &victims, pause).await).await
    }

    /// The same, with something of the caller's own that is done to the world meanwhile.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run), and what the caller's part returns.
    pub async fn run_while(
        self,
        world: &World,
        meanwhile: impl AsyncFnOnce(FaultLog) -> anyhow::Result<()>,
    ) -> anyhow::Result<Outcome> {
        let (history, faults) =
            (world.fleet.dir.join("history.jsonl"), world.fleet.dir.join("faults.jsonl"));
        let options = RunOptions {
            storefront: world.fleet.storefront_url(),
            admission: world.admission_urls.clone(),
            seller_key: Some(world.seller_key.clone()),
            history: Some(history.clone()),
            ..self.options
        };
        // What an earlier crowd of this world met excuses nothing in this one.
        let _ = std::fs::remove_file(&faults);
        let (run, struck) = tokio::join!(crowd::run(options), meanwhile(FaultLog::new(&faults)));
        struck.context("a fault could not be made or healed")?;
        let run = run?;
        let endpoints = world.stack.endpoints();
        let prefix = world.fleet.env.get("SLUICE_KAFKA__TOPIC_PREFIX");
        let check = crowd::check(CheckOptions {
            history,
            database: endpoints.database_url,
            kafka: endpoints.kafka_brokers,
            topic_prefix: prefix.cloned().unwrap_or_default(),
            drop: Some(run.drop_id),
            psp_ledger: world.fleet.psp_ledger().display().to_string(),
            psp_api_key: None,
            faults: Some(faults),
            settle_seconds: self.settle.as_secs(),
            json: false,
        })
        .await?;
        Ok(Outcome { run, check })
    }
}

impl Outcome {
    /// Fails with both reports unless everybody was told the end and nothing was violated.
    ///
    /// # Panics
    ///
    /// When somebody was left uninformed or an invariant was violated.
    pub fn assert_clean(&self) {
        assert_eq!(self.run.gave_up, 0, "shoppers were not told the end:\n{self}");
        assert!(self.check.is_clean(), "violated: {:?}\n{self}", self.check.violated());
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.run, self.check)
    }
}
