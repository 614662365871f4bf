//! Ends a shopper's sessions, when a token is in the wrong hands.

use crate::console::CONSOLE;
use clap::Args;
use database::people::sessions;
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    config::Settings,
    ids::ShopperId,
};

/// Whose sessions are ended, and why.
#[derive(Clone, Debug, Args)]
pub(crate) struct EndSessionsArguments {
    /// The shopper's account.
    shopper_id: ShopperId,
    /// The reason, for the audit log.
    #[arg(long)]
    why: String,
}

/// Ends every session that has begun by now; services hear of it within seconds.
pub(crate) async fn end(
    settings: &Settings,
    arguments: &EndSessionsArguments,
) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    let (shopper_id, now) = (arguments.shopper_id, SystemClock.now());
    sessions::end_by_operator(&pool, shopper_id, now, CONSOLE, &arguments.why).await?;
    Ok(json!({ "shopper_id": shopper_id, "began_until": now }))
}
