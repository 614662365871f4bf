//! A crowd through a world, and what the check finds.

use anyhow::Context;
use check::{CheckOptions, CheckReport, Requirement, faults::FaultLog};
use crowd::{RunOptions, RunReport, ServerAddresses};
use shared::ids::DropId;
use std::{fmt, path::PathBuf, time::Duration};
use testkit::World;

/// LIVE-2.
const SETTLE: Duration = Duration::from_secs(120);

/// A crowd, and how it is judged.
#[derive(Clone, Debug)]
pub(crate) struct Crowd {
    pub(crate) options: RunOptions,
    /// How long the system may take to settle before it is judged.
    pub(crate) settle: Duration,
    /// What must be judged, and by how many cases at least.
    pub(crate) required: Vec<Requirement>,
    /// Joins, tickets and admissions that a loss of Redis may excuse; without it, any number.
    pub(crate) max_excused: Option<usize>,
    /// Answers with 5xx or 429 that no fault explains; without it, any number.
    pub(crate) max_unexpected: Option<usize>,
    /// Share of the slots' time that must be in use while somebody waits; without it, any.
    pub(crate) min_slot_use: Option<f64>,
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What the shoppers met.
    pub(crate) run: RunReport,
    /// What the check found.
    pub(crate) check: CheckReport,
}

impl Crowd {
    /// The crowd of the promise: a fifth absent, a tenth never pays, holds of 5 s.
    pub(crate) fn new(shoppers: u64, units: u32) -> Self {
        let options = RunOptions {
            create: true,
            drop: None,
            units,
            absent: Some(0.2),
            never_pay: Some(0.1),
            ..RunOptions::new(DropId::generate(), shoppers)
        };
        Self {
            options,
            settle: SETTLE,
            required: Vec::new(),
            max_excused: None,
            max_unexpected: None,
            min_slot_use: None,
        }
    }

    /// The options, with the addresses and the seller of a world, and its history.
    pub(crate) fn options_in(&self, world: &World) -> RunOptions {
        RunOptions {
            storefront: world.fleet.storefront_url(),
            admission: world.admission_urls.clone(),
            seller_key: Some(world.seller_key.clone()),
            history: Some(world.fleet.dir.join("history.jsonl")),
            servers: ServerAddresses {
                redis: Some(world.redis.url().to_owned()),
                database: Some(world.database.url().to_owned()),
                kafka: Some(world.topics.settings().brokers.clone()),
            },
            ..self.options.clone()
        }
    }

    /// Sends the crowd through the world, with something that is done to it meanwhile, and judges
    /// what came of it. Returns what kept the run or the check from being made; a violation is in
    /// the outcome.
    pub(crate) async fn run_while(
        self,
        world: &World,
        meanwhile: impl AsyncFnOnce(FaultLog) -> anyhow::Result<()>,
    ) -> anyhow::Result<Outcome> {
        let options = self.options_in(world);
        let (history, faults) = (options.history.clone(), faults_file(world));
        // What an earlier crowd of this world met excuses nothing in this one.
        let _ = std::fs::remove_file(&faults);
        let (run, struck) = tokio::join!(crowd::run(options), meanwhile(FaultLog::new(&faults)));
        struck.context("what was to happen meanwhile did not")?;
        self.judge(world, run?, history.unwrap_or_default()).await
    }

    /// Judges a run by its history and by what the world holds.
    pub(crate) async fn judge(
        &self,
        world: &World,
        run: RunReport,
        history: PathBuf,
    ) -> anyhow::Result<Outcome> {
        let check = check::check(CheckOptions {
            history,
            database: world.database.url().to_owned(),
            redis: Some(world.redis.url().to_owned()),
            kafka: world.topics.settings().brokers.clone(),
            topic_prefix: world.topics.prefix().to_owned(),
            drop: Some(run.drop_id),
            psp_ledger: world.fleet.psp_ledger().display().to_string(),
            psp_api_key: None,
            faults: Some(faults_file(world)),
            probes: Some(probes_file(world)),
            settle_seconds: self.settle.as_secs(),
            required: self.required.clone(),
            max_excused: self.max_excused,
            max_unexpected: self.max_unexpected,
            min_slot_use: self.min_slot_use,
            json: false,
        })
        .await?;
        Ok(Outcome { run, check })
    }
}

/// Returns where it is written down what was broken in this world; it need not exist.
pub(crate) fn faults_file(world: &World) -> PathBuf {
    world.fleet.dir.join("faults.jsonl")
}

/// Returns where those are written down who ask for the things of a drop of this world; it need not
/// exist.
pub(crate) fn probes_file(world: &World) -> PathBuf {
    world.fleet.dir.join("probes.jsonl")
}

impl Outcome {
    /// Fails with both reports unless everybody was told the end, nothing was violated, and what
    /// had to be judged was.
    pub(crate) fn assert_clean(&self) {
        assert_eq!(self.run.gave_up, 0, "shoppers were not told the end:\n{self}");
        assert!(self.check.is_clean(), "violated: {:?}\n{self}", self.check.violated());
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.run, self.check)
    }
}
