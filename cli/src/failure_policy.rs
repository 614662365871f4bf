//! What the gate of a site does while its line gives no answer.

use crate::console::CONSOLE;
use anyhow::{Context as _, ensure};
use clap::Args;
use database::selling::{
    drops::{self, change_failure_policy},
    passes,
};
use serde_json::{Value, json};
use shared::{config::Settings, decide::failure::OnFailure, drops::FailurePolicy, ids::DropId};

/// Which site it is, and what its gate is to do.
#[derive(Clone, Debug, Args)]
pub(crate) struct FailurePolicyArguments {
    /// The drop that stands before the site.
    drop_id: DropId,
    /// What the gate is to do: closed, hold or open. Left out, the policy is only printed.
    #[arg(long, requires = "why")]
    set: Option<FailurePolicy>,
    /// People who come in per minute without a line, with --set open; up to 60 000.
    #[arg(long, requires = "set", value_parser = clap::value_parser!(u32).range(1..=60_000))]
    per_minute: Option<u32>,
    /// The reason of a change, for the audit log.
    #[arg(long)]
    why: Option<String>,
}

/// Sets the policy if that is asked for, and returns the one that the site has.
pub(crate) async fn run(
    settings: &Settings,
    arguments: &FailurePolicyArguments,
) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    let drop_id = arguments.drop_id;
    if let Some((policy, why)) = arguments.set.zip(arguments.why.as_deref()) {
        let new = on_failure(policy, arguments.per_minute)?;
        change_failure_policy(&pool, None, drop_id, new, CONSOLE, why).await?;
    }
    let found = drops::find(&pool, drop_id).await?;
    let found = found.with_context(|| format!("there is no drop {drop_id}"))?;
    Ok(json!({
        "drop_id": drop_id,
        "policy": found.on_failure.policy(),
        "per_minute": found.on_failure.per_minute(),
        "let_through": passes::count_let_through(&pool, drop_id).await?,
    }))
}

/// Puts a policy together from what was given on the command line.
pub(crate) fn on_failure(
    policy: FailurePolicy,
    per_minute: Option<u32>,
) -> anyhow::Result<OnFailure> {
    let is_open = policy == FailurePolicy::Open;
    ensure!(is_open == per_minute.is_some(), "people per minute go with open, and only with that");
    Ok(OnFailure::of(policy, per_minute))
}
