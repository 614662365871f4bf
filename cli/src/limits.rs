//! How fast a drop goes: shown, changed, planned, undone, previewed.

use crate::console::CONSOLE;
use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand};
use database::{
    PgPool,
    selling::{
        drops::{self, DropLimits, LimitPlan, LimitsChange, NewLimitPlan, NewLineCap},
        numbers,
    },
};
use jiff::Timestamp;
use queue::Queue;
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    config::Settings,
    decide::preview::preview,
    ids::DropId,
    line::RoomCounts,
};

/// What to do with the limits of a drop.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum LimitsCommand {
    /// Prints the limits, the mode, and the plan if there is one.
    Show {
        /// The drop.
        drop_id: DropId,
    },
    /// Changes limits at once; a plan for them ends.
    Set {
        #[command(flatten)]
        of: Reasoned,
        #[command(flatten)]
        limits: NewLimits,
    },
    /// Plans a change: at a time, slowly, or both.
    Plan {
        #[command(flatten)]
        of: Reasoned,
        #[command(flatten)]
        limits: NewLimits,
        /// When it begins, such as 2027-03-05T18:05:00Z; at once without it.
        #[arg(long)]
        at: Option<Timestamp>,
        /// Seconds over which the admission rate moves to the new one, up to a day.
        #[arg(long, requires = "admission_rate",
            value_parser = clap::value_parser!(u32).range(1..=86_400))]
        over_seconds: Option<u32>,
    },
    /// Calls the plan off; the limits stay as they are.
    EndPlan(Reasoned),
    /// Brings back the limits before the last change.
    Undo(Reasoned),
    /// Prints what other limits would do to the waits of those in line; changes nothing.
    Preview {
        /// The drop.
        drop_id: DropId,
        #[command(flatten)]
        limits: NewLimits,
    },
}

/// Which drop, and why.
#[derive(Clone, Debug, Args)]
pub(crate) struct Reasoned {
    /// The drop.
    drop_id: DropId,
    /// The reason, for the audit log.
    #[arg(long)]
    why: String,
}

/// New limits; what is left out stays.
#[derive(Clone, Debug, Args)]
pub(crate) struct NewLimits {
    /// Tickets admitted per second, from 0.001 to 100 000.
    #[arg(long, value_parser = rate)]
    admission_rate: Option<f64>,
    /// Tickets admitted and not finished, at most.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    occupancy_cap: Option<u32>,
    /// Orders processed per second, from 0.001 to 100 000.
    #[arg(long, value_parser = rate)]
    order_rate: Option<f64>,
    /// Tickets that may wait at one time, at most.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    line_cap: Option<u32>,
    /// As many may wait as the setting for all drops allows.
    #[arg(long, conflicts_with = "line_cap")]
    no_line_cap: bool,
    /// Up to how many percent the occupancy may be above its cap in place of those who never began to
    /// pay; 0 for none.
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=30))]
    no_show_percent: Option<u8>,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.001..=100_000.0).contains(rate));
    rate.ok_or_else(|| "must be from 0.001 to 100000".to_owned())
}

impl NewLimits {
    fn change(&self) -> anyhow::Result<LimitsChange> {
        let of_setting = self.no_line_cap.then_some(NewLineCap::OfSetting);
        let change = LimitsChange {
            admission_rate_per_second: self.admission_rate,
            occupancy_cap: self.occupancy_cap,
            order_rate_per_second: self.order_rate,
            line_cap: self.line_cap.map(NewLineCap::Tickets).or(of_setting),
            no_show_percent: self.no_show_percent,
        };
        ensure!(!change.is_empty(), "name at least one limit");
        Ok(change)
    }
}

/// Does what is asked and returns what is to be printed.
pub(crate) async fn run(settings: &Settings, command: &LimitsCommand) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    match command {
        LimitsCommand::Show { drop_id } => show(&pool, *drop_id).await,
        LimitsCommand::Set { of, limits } => {
            let change = limits.change()?;
            let set = drops::change_limits(&pool, of.drop_id, change, CONSOLE, &of.why).await?;
            Ok(shown(&set))
        }
        LimitsCommand::Plan { of, limits, at, over_seconds } => {
            ensure!(at.is_some() || over_seconds.is_some(), "name --at, --over-seconds or both");
            let (now, change) = (SystemClock.now(), limits.change()?);
            ensure!(at.is_none_or(|at| at > now), "--at must be in the future");
            let (begins_at, over_seconds) = (at.unwrap_or(now), over_seconds.unwrap_or_default());
            let new_plan = NewLimitPlan { change, begins_at, over_seconds };
            let plan = drops::make_limit_plan(&pool, of.drop_id, &new_plan, CONSOLE, &of.why);
            Ok(plan_shown(&plan.await?))
        }
        LimitsCommand::EndPlan(of) => {
            Ok(shown(&drops::cancel_limit_plan(&pool, of.drop_id, CONSOLE, &of.why).await?))
        }
        LimitsCommand::Undo(of) => {
            Ok(shown(&drops::undo_limits(&pool, of.drop_id, CONSOLE, &of.why).await?))
        }
        LimitsCommand::Preview { drop_id, limits } => {
            look_ahead(settings, &pool, *drop_id, limits.change()?).await
        }
    }
}

async fn show(pool: &PgPool, drop_id: DropId) -> anyhow::Result<Value> {
    let limits = drops::find_limits(pool, drop_id).await?;
    let mut result = shown(&limits.with_context(|| format!("there is no drop {drop_id}"))?);
    let plan = drops::find_limit_plan(pool, drop_id).await?;
    result["plan"] = plan.as_ref().map_or(Value::Null, plan_shown);
    Ok(result)
}

/// Tells what other limits would do to the waits, from the line as it is in Redis.
async fn look_ahead(
    settings: &Settings,
    pool: &PgPool,
    drop_id: DropId,
    change: LimitsChange,
) -> anyhow::Result<Value> {
    let flash_drop = drops::find(pool, drop_id).await?;
    let flash_drop = flash_drop.with_context(|| format!("there is no drop {drop_id}"))?;
    let queue = Queue::connect(&settings.redis).await?;
    let counts = match queue.room(drop_id).await? {
        Some(room) => queue.counts(drop_id, room.epoch).await?,
        None => RoomCounts::default(),
    };
    let facts = flash_drop.line_facts(&counts, numbers::ended_lately(pool, drop_id).await?);
    let (before, after) = (flash_drop.limits, change.apply_to(flash_drop.limits));
    Ok(json!({
        "drop_id": drop_id,
        "waiting": facts.waiting,
        "occupied": facts.occupied,
        "ended_last_minute": facts.ended_last_minute,
        "before": before,
        "after": after,
        "positions": preview(&facts, &before, &after),
    }))
}

/// Returns limits and mode as they are printed.
pub(crate) fn shown(limits: &DropLimits) -> Value {
    json!({
        "drop_id": limits.drop_id,
        "state": limits.state,
        "mode": limits.mode,
        "mode_until": limits.mode_until,
        "message": limits.message,
        "limits": limits.limits,
        "limits_version": limits.version,
    })
}

fn plan_shown(plan: &LimitPlan) -> Value {
    json!({
        "begins_at": plan.begins_at,
        "over_seconds": plan.limits.over_seconds,
        "has_begun": plan.begun_version.is_some(),
        "before": plan.limits.before,
        "after": plan.limits.target,
        "made_by": plan.made_by,
        "why": plan.why,
    })
}
