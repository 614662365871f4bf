//! A payment provider to test against, with a memory of its own.
//!
//! It stands outside Sluice on purpose: it shares neither its decisions nor its data with the services, so
//! that what its ledger says can be held against what ours says.
//!
//! - [`settings`]: what a start needs to know
//! - [`method`]: what each test card does
//! - [`ledger`]: the append-only file, one fsync for many requests
//! - [`bank`]: the state behind the ledger, rebuilt from it at every start
//! - [`decisions`]: what a request leads to, pure
//! - [`provider`]: one request from the decision to the durable answer
//! - [`callbacks`]: signed notices, sent more than once where the card says so
//! - [`routes`] and [`error`]: the HTTP face

pub mod bank;
pub mod callbacks;
pub mod decisions;
pub mod error;
pub mod ledger;
pub mod method;
pub mod provider;
pub mod routes;
pub mod settings;

use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{provider::Provider, settings::Settings};

/// Serves the provider until `soft_shutdown` is cancelled and the open requests are answered.
///
/// # Errors
///
/// Returns an error when the ledger cannot be opened or read, or the address is taken.
pub async fn run(settings: Settings, soft_shutdown: CancellationToken) -> anyhow::Result<()> {
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("cannot listen on {}", settings.listen))?;
    let address = listener.local_addr()?;
    let provider = Arc::new(Provider::open(&settings)?);
    provider.resume_late_payments();
    tracing::info!(%address, ledger = %settings.ledger.display(), "the sandbox provider is open");
    let router = routes::router(Arc::clone(&provider), &settings.api_key);
    // Hanging cards would keep a soft stop waiting for their whole delay, so it also ends them.
    let stop = soft_shutdown.clone();
    axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            stop.cancelled().await;
            provider.stop_hanging();
        })
        .await?;
    Ok(())
}
