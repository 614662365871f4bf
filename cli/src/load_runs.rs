//! Crowds of the load lab. An agent beside the services (`crowd agent`) sends them.

use crate::console::CONSOLE;
use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand};
use database::{
    PgPool,
    load_runs::{self, LoadRun, NewLoadRun},
};
use serde_json::{Value, json};
use shared::{config::Settings, ids::LoadRunId, load_lab::LoadPreset};

/// What to do with runs of the load lab.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum LoadRunsCommand {
    /// Asks for a crowd, and prints the run.
    Ask(AskArguments),
    /// Prints the last 50 runs, the newest first.
    List,
    /// Prints a run with what was found.
    Show {
        /// The run.
        id: LoadRunId,
    },
    /// Calls a run off; its agent stops the crowd within seconds.
    Cancel {
        /// The run.
        id: LoadRunId,
        /// The reason, for the audit log.
        #[arg(long)]
        why: String,
    },
}

/// Which crowd is asked for, and why.
#[derive(Clone, Debug, Args)]
pub(crate) struct AskArguments {
    /// The crowd: steady, spike, late_surge, refresh_storm, reconnect_churn, absentees, many_tabs, bots,
    /// two_hot_drops or visitors.
    #[arg(long)]
    preset: LoadPreset,
    /// People, for each drop of the run.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(i32).range(1..=20_000))]
    shoppers: i32,
    /// Units that each drop has, or people inside at once before a site.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(i32).range(1..=20_000))]
    units: i32,
    /// The reason, for the audit log.
    #[arg(long)]
    why: String,
}

/// Does what is asked and returns what is to be printed.
pub(crate) async fn run(settings: &Settings, command: &LoadRunsCommand) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    match command {
        LoadRunsCommand::Ask(arguments) => ask(settings, &pool, arguments).await,
        LoadRunsCommand::List => Ok(load_runs::list(&pool).await?.iter().map(shown).collect()),
        LoadRunsCommand::Show { id } => show(&pool, *id).await,
        LoadRunsCommand::Cancel { id, why } => {
            load_runs::cancel(&pool, *id, CONSOLE, why).await?;
            show(&pool, *id).await
        }
    }
}

async fn ask(
    settings: &Settings,
    pool: &PgPool,
    arguments: &AskArguments,
) -> anyhow::Result<Value> {
    ensure!(settings.has_load_lab(), "storefront.load_lab allows no crowds here");
    let AskArguments { preset, shoppers, units, why } = arguments;
    let id = LoadRunId::generate();
    let run = NewLoadRun { id, preset: *preset, shoppers: *shoppers, units: *units };
    load_runs::ask(pool, run, CONSOLE, why).await?;
    show(pool, id).await
}

async fn show(pool: &PgPool, id: LoadRunId) -> anyhow::Result<Value> {
    let run = load_runs::find(pool, id).await?;
    let run = run.with_context(|| format!("there is no load run {id}, or not any more"))?;
    let mut value = shown(&run);
    value["judgements"] = json!(run.judgements);
    Ok(value)
}

fn shown(run: &LoadRun) -> Value {
    json!({
        "id": run.id,
        "preset": run.preset,
        "shoppers": run.shoppers,
        "units": run.units,
        "state": run.state,
        "asked_by": run.asked_by,
        "why": run.why,
        "asked_at": run.asked_at,
        "agent": run.agent,
        "ended_at": run.ended_at,
        "drop_ids": run.drop_ids,
        "joined": run.progress.joined,
        "admitted": run.progress.admitted,
        "paid": run.progress.paid,
        "done": run.progress.done,
        "fault": run.fault,
    })
}
