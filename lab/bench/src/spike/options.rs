//! How large a sale is, and what its crowd does.

use crate::options::Options;
use crowd::{CardMix, RunOptions};
use shared::ids::DropId;

/// How large a sale is.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct SaleSize {
    /// Shoppers of one sale, all of whom want a unit and pay.
    #[arg(long, default_value_t = 4_000)]
    shoppers: u64,
    /// Units of one sale.
    #[arg(long, default_value_t = 2_000)]
    pub(super) units: u32,
    /// Seconds over which the shoppers arrive.
    #[arg(long, default_value_t = 2.0)]
    over_seconds: f64,
}

impl SaleSize {
    /// The size that is measured unless another is asked for; a quarter of it in a quick run.
    pub(crate) fn of(options: &Options) -> Self {
        let (shoppers, units) = options.pick((1_000, 500), (4_000, 2_000));
        Self { shoppers, units, over_seconds: 2.0 }
    }

    /// Returns what `crowd run` would be told, without addresses and keys; see "What a sold order
    /// costs" in `docs/BENCHMARKS.md`.
    pub(super) fn run_options(&self) -> anyhow::Result<RunOptions> {
        let cards = "approve=1".parse::<CardMix>().map_err(anyhow::Error::msg)?;
        Ok(RunOptions {
            drop: None,
            create: true,
            units: self.units,
            hold_seconds: 60,
            over_seconds: Some(self.over_seconds),
            absent: Some(0.0),
            never_pay: Some(0.0),
            cards,
            admission_rate: 2_000.0,
            order_rate: 2_000.0,
            occupancy_cap: 4_000,
            // The id is not used: each sale creates its drop.
            ..RunOptions::new(DropId::generate(), self.shoppers)
        })
    }
}
