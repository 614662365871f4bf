//! How the crowd behaves, and where it goes.

use std::{path::PathBuf, time::Duration};

use shared::ids::DropId;

use super::{
    cards::CardMix, cost::ServerAddresses, habits::HabitOptions, preset::Preset, shape::CrowdShape,
};

/// Options of `crowd run`.
#[derive(Debug, Clone, clap::Args)]
pub struct RunOptions {
    /// A crowd that is known by a name; other options override what it does. `crowd presets` tells.
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

    /// Variants that the units are of, as many of one as of another, with `--create`. Each shopper wants
    /// one of those that the drop sells.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub variants: u32,

    /// Seconds that units are held for an unpaid order, or that a pass is good, with `--create`.
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

    /// Share of shoppers who leave the page after joining, 0 to 1 (by default 0.2, or as the preset
    /// has it). They never return, but for the share of `--returning`.
    #[arg(long)]
    pub absent: Option<f64>,

    /// Share of those who leave the page and come back after a while, 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    pub returning: f64,

    /// Seconds that they stay away, about.
    #[arg(long, default_value_t = 30.0)]
    pub away_seconds: f64,

    /// Share of shoppers who get their turn and do not pay, or do not come, 0 to 1 (by default
    /// 0.1).
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

    /// What the crowd does besides.
    #[command(flatten)]
    pub habits: HabitOptions,

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
            variants: 1,
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
            habits: HabitOptions::default(),
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

    /// Returns what the crowd does: what the preset says, and over it what was asked for.
    pub(crate) fn shape(&self) -> CrowdShape {
        let shape = self.habits.over(self.preset.shape());
        CrowdShape {
            over_seconds: self.over_seconds.unwrap_or(shape.over_seconds),
            absent: self.absent.unwrap_or(shape.absent),
            never_pay: self.never_pay.unwrap_or(shape.never_pay),
            ..shape
        }
    }

    /// Returns how long those who come back stay away, about.
    pub(crate) fn away(&self) -> Duration {
        Duration::from_secs_f64(self.away_seconds.clamp(0.0, 3_600.0))
    }

    /// Returns how long after the start shoppers give up.
    pub(crate) fn give_up_after(&self) -> Duration {
        Duration::from_secs_f64(self.give_up_after_seconds.clamp(1.0, 86_400.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Arrivals;

    #[test]
    fn a_preset_fills_options_and_each_may_be_given_besides() {
        let mut options = RunOptions::new(DropId::generate(), 10);
        assert_eq!(options.shape(), CrowdShape::STEADY);
        options.preset = Preset::Visitors;
        assert!(options.shape().site && options.shape().come_back > 0.0);
        options.absent = Some(0.25);
        options.habits.come_back = Some(0.0);
        options.habits.arrivals = Some(Arrivals::TwoWaves);
        let wanted = CrowdShape {
            absent: 0.25,
            come_back: 0.0,
            arrivals: Arrivals::TwoWaves,
            ..Preset::Visitors.shape()
        };
        assert_eq!(options.shape(), wanted);
    }
}
