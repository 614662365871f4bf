//! The lanes of a drop.

use crate::console::CONSOLE;
use anyhow::{Context as _, ensure};
use clap::Args;
use database::selling::drops::{self, DropLane, FlashDrop};
use serde_json::{Value, json};
use shared::{
    config::Settings,
    ids::DropId,
    line::{Lane, LaneShare},
};

/// Longest name of a lane, characters.
const MAX_NAME: usize = 200;

/// Which drop it is, and what lanes it is to have.
#[derive(Clone, Debug, Args)]
pub(crate) struct LanesArguments {
    /// The drop.
    drop_id: DropId,
    /// A lane beside the normal one as `lane:percent:name`, such as `1:20:Early access`; once for each.
    /// Left out, the lanes are only printed.
    #[arg(long, requires = "why", value_parser = lane)]
    set: Vec<DropLane>,
    /// Leaves the drop with the normal lane alone.
    #[arg(long, requires = "why", conflicts_with = "set")]
    none: bool,
    /// The reason of a change, for the audit log.
    #[arg(long)]
    why: Option<String>,
}

/// Sets lanes if that is asked for, and returns those that the drop has.
pub(crate) async fn run(settings: &Settings, arguments: &LanesArguments) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    let drop_id = arguments.drop_id;
    let find = async || {
        let found = drops::find(&pool, drop_id).await?;
        found.with_context(|| format!("there is no drop {drop_id}"))
    };
    let flash_drop = find().await?;
    let Some(why) = arguments.why.as_deref().filter(|_| arguments.changes()) else {
        return Ok(shown(&flash_drop));
    };
    let mut lanes = arguments.set.clone();
    lanes.sort_by_key(|one| one.share.lane);
    let shares: Vec<LaneShare> = lanes.iter().map(|one| one.share).collect();
    let most = LaneShare::MOST_OF_ALL;
    ensure!(LaneShare::add_up(&shares), "lanes are set once each, together at most {most} percent");
    drops::set_lanes(&pool, flash_drop.seller_id, drop_id, &lanes, CONSOLE, why).await?;
    Ok(shown(&find().await?))
}

impl LanesArguments {
    fn changes(&self) -> bool {
        self.none || !self.set.is_empty()
    }
}

fn shown(flash_drop: &FlashDrop) -> Value {
    let shares: Vec<LaneShare> = flash_drop.lanes.iter().map(|one| one.share).collect();
    let normal = LaneShare { lane: Lane::NORMAL, percent: LaneShare::left_of(&shares) };
    let mut lanes = vec![shown_lane(normal, None)];
    lanes.extend(flash_drop.lanes.iter().map(|one| shown_lane(one.share, Some(&one.name))));
    json!({ "drop_id": flash_drop.id, "invite_only": flash_drop.invite_only, "lanes": lanes })
}

fn shown_lane(share: LaneShare, name: Option<&str>) -> Value {
    json!({ "lane": share.lane, "name": name, "share_percent": share.percent })
}

/// Reads a lane as it is written on the command line.
fn lane(text: &str) -> Result<DropLane, String> {
    let parts: Vec<&str> = text.splitn(3, ':').collect();
    let [lane, percent, name] = parts[..] else {
        return Err("a lane is written as lane:percent:name".to_owned());
    };
    let share = format!("{lane}:{percent}").parse::<LaneShare>().map_err(str::to_owned)?;
    if name.trim().is_empty() || name.chars().count() > MAX_NAME {
        return Err(format!("a lane's name has 1 to {MAX_NAME} characters"));
    }
    Ok(DropLane { share, name: name.to_owned() })
}
