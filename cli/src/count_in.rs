//! Counts people in before a site that does that by hand.

use crate::console::CONSOLE;
use anyhow::bail;
use clap::Args;
use database::selling::passes::aws::{self, CountOutcome};
use serde_json::{Value, json};
use shared::{config::Settings, ids::DropId};

/// People that are counted in, or taken back, by one call: at most 2^31.
const MOST: i64 = 1 << 31;

/// Where people are counted in, and how many.
#[derive(Clone, Debug, Args)]
pub(crate) struct CountInArguments {
    /// The drop that stands before the site.
    drop_id: DropId,
    /// How many more; a negative number takes back those whom nobody has used.
    #[arg(allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(-MOST..=MOST))]
    by: i64,
}

/// Counts them in and returns where the counter stands now.
pub(crate) async fn run(
    settings: &Settings,
    arguments: &CountInArguments,
) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    let CountInArguments { drop_id, by } = arguments;
    match aws::increment(&pool, *drop_id, *by, CONSOLE).await? {
        CountOutcome::Counted(counter) => Ok(json!({ "drop_id": drop_id, "serving": counter })),
        CountOutcome::OutOfRange => bail!("the counter of drop {drop_id} can't go so far"),
        CountOutcome::NotFound => bail!("people are not counted in by hand before drop {drop_id}"),
    }
}
