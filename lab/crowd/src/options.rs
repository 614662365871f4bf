//! How the crowd behaves, and where it goes.

use std::{path::PathBuf, time::Duration};

use shared::ids::DropId;

use super::{cards::CardMix, cost::ServerAddresses};

/// The shape of a crowd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Preset {
    /// Arrives evenly; a fifth leaves the page after joining, a tenth never pays.
    Steady,
    /// Nearly everyone arrives within the first seconds.
    Spike,
    /// Half of the shoppers leave the page after joining.
    Absentees,
}

/// Options of `crowd run`.
#[derive(Debug, Clone, clap::Args)]
pub struct RunOptions {
    /// Shape of the crowd; other options override it.
    #[arg(long, value_enum, default_value = "steady")]
    pub preset: Preset,

    /// Number of shoppers.
    #[arg(long, default_value_t = 3_000)]
    pub shoppers: u64,

    /// Drop to join.
    #[arg(long, required_unless_present = "create", conflicts_with = "create")]
    pub drop: Option<DropId>,

    /// Create a drop for this run; needs the seller's key.
    #[arg(long, requires = "seller_key")]
    pub create: bool,

    /// Seller's API key, for `--create`.
    #[arg(long, env = "SLUICE_CROWD__SELLER_KEY", hide_env_values = true)]
    pub seller_key: Option<String>,

    /// Units in the drop, with `--create`.
    #[arg(long, default_value_t = 500)]
    pub units: u32,

    /// Seconds that units are held for an unpaid order, with `--create`.
    #[arg(long, default_value_t = 30)]
    pub hold_seconds: u32,

    /// Admissions per second, with `--create`.
    #[arg(long, default_value_t = 100.0)]
    pub admission_rate: f64,

    /// Most tickets that may be admitted and not finished, with `--create`.
    #[arg(long, default_value_t = 1_000)]
    pub occupancy_cap: u32,

    /// Order commands processed per second, with `--create`.
    #[arg(long, default_value_t = 200.0)]
    pub order_rate: f64,

    /// Share of shoppers who leave the page after joining, 0 to 1 (by default 0.2, or 0.5 with the
    /// preset `absentees`). They never return, but for the share of `--returning`.
    #[arg(long)]
    pub absent: Option<f64>,

    /// Share of those who leave the page and come back after a while, 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    pub returning: f64,

    /// Seconds that they stay away, about.
    #[arg(long, default_value_t = 30.0)]
    pub away_seconds: f64,

    /// Share of shoppers who get their turn and do not pay, 0 to 1 (by default 0.1).
    #[arg(long)]
    pub never_pay: Option<f64>,

    /// Share of shoppers who join from two tabs at the same moment, 0 to 1.
    #[arg(long, default_value_t = 0.05)]
    pub impatient: f64,

    /// Share of shoppers who poll instead of opening a stream, 0 to 1.
    #[arg(long, default_value_t = 0.05)]
    pub poll_only: f64,

    /// Cards to pay with, as weights (not percentages): `approve=80,decline=5`.
    #[arg(long, default_value = CardMix::DEFAULT)]
    pub cards: CardMix,

    /// Seconds over which the shoppers arrive (by default 20, or 10 with the preset
    /// `spike`).
    #[arg(long)]
    pub over_seconds: Option<f64>,

    /// Seed of all random choices.
    #[arg(long, default_value_t = 42)]
    pub seed: u64,

    /// Base URL of the storefront.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub storefront: String,

    /// Base URLs of the admission instances, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "http://127.0.0.1:8081")]
    pub admission: Vec<String>,

    /// Redis, Postgres and Kafka of the stack.
    #[command(flatten)]
    pub servers: ServerAddresses,

    /// `Origin` header that streams send, as a browser does; none is sent by default.
    #[arg(long)]
    pub origin: Option<String>,

    /// File to write the history to, for `crowd check`.
    #[arg(long)]
    pub history: Option<PathBuf>,

    /// Seconds after the start at which every shopper who is not done gives up.
    #[arg(long, default_value_t = 300.0)]
    pub give_up_after_seconds: f64,

    /// File to write the report to as JSON, for `crowd compare`.
    #[arg(long)]
    pub report: Option<PathBuf>,

    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}

impl RunOptions {
    /// Returns the options of a steady run for an existing drop, with the defaults of `crowd run`,
    /// except that holds last 5 s, and Redis, Postgres and Kafka are not measured.
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
            returning: 0.0,
            away_seconds: 30.0,
            never_pay: None,
            impatient: 0.05,
            poll_only: 0.05,
            cards: CardMix::default(),
            over_seconds: None,
            seed: 42,
            storefront: "http://127.0.0.1:8080".to_owned(),
            admission: vec!["http://127.0.0.1:8081".to_owned()],
            servers: ServerAddresses::default(),
            origin: None,
            history: None,
            give_up_after_seconds: 300.0,
            report: None,
            json: false,
        }
    }

    /// Returns how long the shoppers take to arrive.
    pub(crate) fn over(&self) -> Duration {
        let by_preset = match self.preset {
            Preset::Steady | Preset::Absentees => 20.0,
            Preset::Spike => 10.0,
        };
        Duration::from_secs_f64(self.over_seconds.unwrap_or(by_preset).clamp(0.0, 3_600.0))
    }

    /// Returns the share that leaves the page after joining.
    pub(crate) fn absent_share(&self) -> f64 {
        self.absent.unwrap_or(match self.preset {
            Preset::Steady | Preset::Spike => 0.2,
            Preset::Absentees => 0.5,
        })
    }

    /// Returns how long those who come back stay away, about.
    pub(crate) fn away(&self) -> Duration {
        Duration::from_secs_f64(self.away_seconds.clamp(0.0, 3_600.0))
    }

    pub(crate) fn never_pay_share(&self) -> f64 {
        self.never_pay.unwrap_or(0.1)
    }

    /// Returns how long after the start shoppers give up.
    pub(crate) fn give_up_after(&self) -> Duration {
        Duration::from_secs_f64(self.give_up_after_seconds.clamp(1.0, 86_400.0))
    }
}
