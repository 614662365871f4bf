//! How many drops a seller may have that are scheduled, open or being settled.

use crate::console::CONSOLE;
use anyhow::{Context as _, ensure};
use clap::Args;
use database::people::quotas;
use serde_json::{Value, json};
use shared::{config::Settings, ids::SellerId};

/// Whose quota it is, and what it is to be.
#[derive(Clone, Debug, Args)]
pub(crate) struct QuotaArguments {
    /// The seller.
    seller_id: SellerId,
    /// Drops that may be alive at one time, from 0 to 100 000; left out, the quota is only printed.
    #[arg(long, requires = "why", value_parser = clap::value_parser!(i32).range(0..=100_000))]
    max_live_drops: Option<i32>,
    /// The reason of a change, for the audit log.
    #[arg(long)]
    why: Option<String>,
}

/// Changes a quota if that is asked for, and returns it.
pub(crate) async fn run(settings: &Settings, arguments: &QuotaArguments) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    let seller_id = arguments.seller_id;
    if let (Some(quota), Some(why)) = (arguments.max_live_drops, &arguments.why) {
        let is_known = quotas::change(&pool, seller_id, quota, CONSOLE, why).await?;
        ensure!(is_known, "there is no seller {seller_id}");
    }
    let quota = quotas::find(&pool, seller_id).await?;
    let quota = quota.with_context(|| format!("there is no seller {seller_id}"))?;
    Ok(json!({
        "seller_id": seller_id,
        "max_live_drops": quota.max_live_drops,
        "live_drops": quota.live_drops,
    }))
}
