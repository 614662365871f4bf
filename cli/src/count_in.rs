//! Counts people in before a site that does that by hand.

use crate::console::CONSOLE;
use anyhow::{Context as _, bail, ensure};
use clap::Args;
use database::{
    PgPool,
    selling::{
        passes::aws::{self, CountOutcome},
        scheduling::EpochState,
    },
};
use queue::Queue;
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
    #[arg(required_unless_present = "reset")]
    by: Option<i64>,
    /// Begins with number 1 again: nobody from before is in line or inside any more.
    #[arg(long, conflicts_with = "by")]
    reset: bool,
}

/// Counts them in, or begins anew, and returns where the counter stands now.
pub(crate) async fn run(
    settings: &Settings,
    arguments: &CountInArguments,
) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    let drop_id = arguments.drop_id;
    let serving = if arguments.reset {
        begin_anew(settings, &pool, drop_id).await?
    } else {
        count_in(&pool, drop_id, arguments.by.unwrap_or_default()).await?
    };
    Ok(json!({ "drop_id": drop_id, "serving": serving }))
}

async fn count_in(pool: &PgPool, drop_id: DropId, by: i64) -> anyhow::Result<i64> {
    match aws::increment(pool, drop_id, by, CONSOLE).await? {
        CountOutcome::Counted(counter) => Ok(counter),
        CountOutcome::OutOfRange => bail!("the counter of drop {drop_id} can't go so far"),
        CountOutcome::NotFound => bail!(not_by_hand(drop_id)),
    }
}

/// Ends everything up to the last number that the line has given.
async fn begin_anew(settings: &Settings, pool: &PgPool, drop_id: DropId) -> anyhow::Result<i64> {
    let found = aws::find(pool, drop_id).await?;
    let room = found.with_context(|| not_by_hand(drop_id))?;
    let queue = Queue::connect(&settings.redis).await?;
    let last_number = match queue.room(drop_id).await? {
        Some(line) => queue.last_number(drop_id, line.epoch).await?,
        None => {
            let has_none = room.epoch_state == EpochState::None;
            ensure!(has_none, "the line of drop {drop_id} is lost, and is being restored");
            0
        }
    };
    ensure!(aws::reset(pool, drop_id, last_number, CONSOLE).await?, not_by_hand(drop_id));
    while aws::end_before(pool, drop_id, last_number).await? > 0 {}
    Ok(0)
}

fn not_by_hand(drop_id: DropId) -> String {
    format!("people are not counted in by hand before drop {drop_id}")
}
