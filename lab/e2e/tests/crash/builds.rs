//! Builds what the mutants' trials and their controls run.

use crate::trials::{Setting, Trial};
use ::mutants::{BuildCopy, ServiceVariant};
use std::{path::PathBuf, time::Instant};
use tokio::sync::mpsc::UnboundedSender;

/// A mutant's trial, and what was built for it.
type BuiltTrial = (Trial, Vec<PathBuf>);

/// Builds what the trials run, one after the other, hands each on as soon as it is there, and builds
/// what the controls run.
pub(crate) async fn build_all(
    trials: Vec<Trial>,
    settings: Vec<Setting>,
    built: UnboundedSender<BuiltTrial>,
) -> anyhow::Result<()> {
    let build_copy = BuildCopy::of_workspace()?;
    for trial in trials {
        let mut binaries = Vec::new();
        for variant in ServiceVariant::of_trial(trial.mutant) {
            binaries.push(build(&build_copy, variant).await?);
        }
        // The test has failed if nobody listens.
        let _ = built.send((trial, binaries));
    }
    for setting in settings {
        build(&build_copy, ServiceVariant::worker(setting.terms)).await?;
    }
    Ok(())
}

async fn build(build_copy: &BuildCopy, variant: ServiceVariant) -> anyhow::Result<PathBuf> {
    let started = Instant::now();
    let binary = build_copy.binary(variant).await?;
    println!("built {}: {variant}, {:.0?}", variant.service(), started.elapsed());
    Ok(binary)
}
