//! A run that was asked for.

use anyhow::{Context, anyhow};
use clap::ValueEnum;
use serde::Deserialize;
use shared::{
    ids::{DropId, LoadRunId},
    load_lab::LoadPreset,
};

use super::AgentOptions;
use crate::{options::RunOptions, preset::Preset};

/// A run that was asked for, as far as an agent needs to know it.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct LoadOrder {
    pub(super) id: LoadRunId,
    preset: LoadPreset,
    shoppers: u64,
    units: u32,
}

impl LoadOrder {
    /// Returns the run that it asks for: drops are made for it, with a seed of its own.
    pub(super) fn run_options(&self, options: &AgentOptions) -> anyhow::Result<RunOptions> {
        // Those before a site let as many in at once as there are units elsewhere.
        let occupancy_cap = if self.preset == LoadPreset::Visitors { self.units } else { 1_000 };
        Ok(RunOptions {
            preset: preset_of(self.preset)?,
            drop: None,
            create: true,
            seller_key: Some(options.seller_key.clone()),
            units: self.units,
            occupancy_cap,
            hold_seconds: 30,
            over_seconds: options.over_seconds,
            seed: rand::random::<u64>() >> 32,
            storefront: options.storefront.clone(),
            admission: options.admission.clone(),
            origin: options.origin.clone(),
            servers: options.servers.clone(),
            history: Some(options.dir.join("run.jsonl")),
            give_up_after_seconds: options.give_up_after_seconds,
            ..RunOptions::new(DropId::generate(), self.shoppers)
        })
    }
}

/// Returns the crowd that an operator means.
fn preset_of(asked: LoadPreset) -> anyhow::Result<Preset> {
    let name = asked.as_str().replace('_', "-");
    let found = Preset::from_str(&name, false).map_err(|error| anyhow!(error));
    found.with_context(|| format!("there is no crowd called {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_crowd_that_operators_may_ask_for_is_a_preset_and_no_preset_is_missing() {
        let asked: Vec<Preset> =
            LoadPreset::ALL.iter().map(|preset| preset_of(*preset).unwrap()).collect();
        assert_eq!(asked, Preset::value_variants());
    }
}
