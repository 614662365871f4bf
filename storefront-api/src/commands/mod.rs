//! The binary's chores.

pub mod key;
pub mod seed;

use anyhow::Context as _;
use shared::config::Settings;

/// Brings the schema up to date.
///
/// # Errors
///
/// Returns what the database said.
pub async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    let pool = database::connect(&settings.database)?;
    database::migrate(&pool).await.context("cannot bring the schema up to date")?;
    tracing::info!("the schema is up to date");
    Ok(())
}
