//! An agent of the load lab: sends the crowds that operators ask for in their console.
//!
//! It goes through the operators' API alone, and sends each crowd through drops that it makes for it.
//!
//! | file | holds |
//! |---|---|
//! | `options.rs` | where it goes, and with which keys |
//! | `api.rs` | what it asks of the storefront |
//! | `order.rs` | a run that was asked for |
//! | `one_run.rs` | a run from its begin to what was found |
//! | `judge.rs` | what is found; `cut.rs`: as short as it is told |

mod api;
mod cut;
mod judge;
mod one_run;
mod options;
mod order;

use std::time::Duration;

pub use options::AgentOptions;

use api::LabApi;

/// Sends crowds as they are asked for, one after the other, until the process ends.
///
/// # Errors
///
/// Returns an error when it cannot begin. A storefront that is away is asked again.
pub async fn run_agent(options: &AgentOptions) -> anyhow::Result<()> {
    std::fs::create_dir_all(&options.dir)?;
    loop {
        if let Err(error) = work_once(options).await {
            tracing::warn!(error = format!("{error:#}"), "a turn of the load lab failed");
        }
        tokio::time::sleep(Duration::from_millis(options.poll_ms)).await;
    }
}

/// Takes the run that waits, if there is one, and sees it to its end. Returns whether there was one.
///
/// # Errors
///
/// Returns an error when the storefront cannot be asked. What goes wrong with a run is told there.
pub async fn work_once(options: &AgentOptions) -> anyhow::Result<bool> {
    let api = LabApi::new(options);
    let Some(id) = api.waiting().await? else { return Ok(false) };
    let Some(order) = api.take(id).await? else { return Ok(false) };
    one_run::see_through(options, &api, &order).await?;
    Ok(true)
}
