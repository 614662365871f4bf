//! What a run is told.

use std::{path::PathBuf, time::Duration};

use shared::ids::DropId;

use super::cards::CardMix;

/// The shape of a crowd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Preset {
    /// Arrives evenly; a fifth goes away after the join, a tenth never pays.
    Steady,
    /// Nearly all come within the first seconds.
    Spike,
    /// Half of them go away after the join.
    Absentees,
}

/// Drives a crowd through one drop.
#[derive(Debug, Clone, clap::Args)]
pub struct RunOptions {
    /// The shape of the crowd; other options change it.
    #[arg(long, value_enum, default_value = "steady")]
    pub preset: Preset,

    /// How many shoppers come.
    #[arg(long, default_value_t = 3_000)]
    pub shoppers: u64,

    /// The drop they come for.
    #[arg(long, required_unless_present = "create", conflicts_with = "create")]
    pub drop: Option<DropId>,

    /// Make a drop for this run, with the seller's key.
    #[arg(long, requires = "seller_key")]
    pub create: bool,

    /// The seller's key, for `--create`.
    #[arg(long, env = "SLUICE_CROWD__SELLER_KEY", hide_env_values = true)]
    pub seller_key: Option<String>,

    /// Units of the drop that is made.
    #[arg(long, default_value_t = 500)]
    pub units: u32,

    /// How long its holds last, in seconds.
    #[arg(long, default_value_t = 5)]
    pub hold_seconds: u32,

    /// Its admissions per second.
    #[arg(long, default_value_t = 100.0)]
    pub admission_rate: f64,

    /// Its admitted and unfinished tickets, at most.
    #[arg(long, default_value_t = 1_000)]
    pub occupancy_cap: u32,

    /// Its order commands per second.
    #[arg(long, default_value_t = 200.0)]
    pub order_rate: f64,

    /// The share that goes away after the join and never returns.
    #[arg(long)]
    pub absent: Option<f64>,

    /// The share that has its turn and does not pay.
    #[arg(long)]
    pub never_pay: Option<f64>,

    /// The share that joins twice at the same moment, from two tabs.
    #[arg(long, default_value_t = 0.05)]
    pub impatient: f64,

    /// The share that polls instead of opening a stream.
    #[arg(long, default_value_t = 0.05)]
    pub poll_only: f64,

    /// The cards they pay with, `approve=80,decline=5`; weights, not percent.
    #[arg(long, default_value = CardMix::DEFAULT)]
    pub cards: CardMix,

    /// Over how many seconds they arrive.
    #[arg(long)]
    pub over_seconds: Option<f64>,

    /// Seed of everything that is drawn.
    #[arg(long, default_value_t = 42)]
    pub seed: u64,

    /// The storefront's address.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub storefront: String,

    /// Addresses of the admission instances.
    #[arg(long, value_delimiter = ',', default_value = "http://127.0.0.1:8081")]
    pub admission: Vec<String>,

    /// Origin that streams name, as a browser does; without it none is named.
    #[arg(long)]
    pub origin: Option<String>,

    /// Where the history goes.
    #[arg(long)]
    pub history: Option<PathBuf>,

    /// When shoppers give up, in seconds after the start, whatever happens.
    #[arg(long, default_value_t = 300.0)]
    pub give_up_after_seconds: f64,

    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}

impl RunOptions {
    /// A run of `shoppers` for a drop that is there, with everything else as the preset has it.
    #[must_use]
    pub fn new(drop: DropId, shoppers: u64) -> Self {
        Self {
            preset: Preset::Steady,
            shoppers,
            drop: Some(drop),
            create: false,
            seller_key: None,
            units: 500,
            hold_seconds: 5,
            admission_rate: 100.0,
            occupancy_cap: 1_000,
            order_rate: 200.0,
            absent: None,
            never_pay: None,
            impatient: 0.05,
            poll_only: 0.05,
            cards: CardMix::default(),
            over_seconds: None,
            seed: 42,
            storefront: "http://127.0.0.1:8080".to_owned(),
            admission: vec!["http://127.0.0.1:8081".to_owned()],
            origin: None,
            history: None,
            give_up_after_seconds: 300.0,
            json: false,
        }
    }

    /// Over how long they arrive.
    #[must_use]
    pub fn over(&self) -> Duration {
        let by_preset = match self.preset {
            Preset::Steady | Preset::Absentees => 20.0,
            Preset::Spike => 10.0,
        };
        Duration::from_secs_f64(self.over_seconds.unwrap_or(by_preset).clamp(0.0, 3_600.0))
    }

    /// The share that goes away after the join.
    #[must_use]
    pub fn absent_share(&self) -> f64 {
        self.absent.unwrap_or(match self.preset {
            Preset::Steady | Preset::Spike => 0.2,
            Preset::Absentees => 0.5,
        })
    }

    /// The share that does not pay.
    #[must_use]
    pub fn never_pay_share(&self) -> f64 {
        self.never_pay.unwrap_or(0.1)
    }

    /// When shoppers give up.
    #[must_use]
    pub fn give_up_after(&self) -> Duration {
        Duration::from_secs_f64(self.give_up_after_seconds.clamp(1.0, 86_400.0))
    }
}
