//! Brings the database schema up to date.

use anyhow::Context as _;
use shared::config::Settings;

/// Applies the migrations that the database does not have yet.
pub(crate) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let pool = database::connect(&settings.database)?;
    database::migrate(&pool).await.context("cannot bring the schema up to date")?;
    tracing::info!("the schema is up to date");
    Ok(())
}
