//! A payment provider to test against, with a memory of its own.
//!
//! It is apart from Sluice on purpose: it shares neither decisions nor data with the services, so
//! that its ledger can be checked against theirs.
//!
//! | module | holds |
//! |---|---|
//! | [`settings`] | flags and variables |
//! | `method` | what each test card does |
//! | `ledger` | the append-only file, one fsync for many requests |
//! | `bank` | the state behind the ledger, rebuilt from it at every start |
//! | `decisions` | what a request leads to, without I/O |
//! | `provider` | a request, from the decision to the durable answer |
//! | `faults` | answers that lie, flood, redirect or say nothing |
//! | `callbacks` | signed callbacks, sent more than once where the card says so |
//! | `routes`, `error` | the HTTP API |

mod bank;
mod callbacks;
mod decisions;
mod error;
mod faults;
mod ledger;
mod method;
mod provider;
mod routes;
pub mod settings;

use std::sync::Arc;

use anyhow::Context;
use tokio_util::sync::CancellationToken;

use crate::{provider::SandboxProvider, settings::Settings};

/// Serves the provider until `soft_shutdown` is cancelled and the open requests are answered.
///
/// # Errors
///
/// Returns an error if the ledger can't be opened or read, or the address is in use.
pub async fn run(settings: Settings, soft_shutdown: CancellationToken) -> anyhow::Result<()> {
    let listener = edge::listen(settings.listen)
        .with_context(|| format!("cannot listen on {}", settings.listen))?;
    let address = listener.local_addr()?;
    let provider = Arc::new(SandboxProvider::open(&settings)?);
    provider.resume_late_payments();
    tracing::info!(%address, ledger = %settings.ledger.display(), "listening on {address}");
    let router = routes::router(Arc::clone(&provider), &settings.api_key);
    // Requests of hanging cards would delay a soft stop, so it also ends their wait.
    let stop = soft_shutdown.clone();
    axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            stop.cancelled().await;
            provider.stop_hanging();
        })
        .await?;
    Ok(())
}
