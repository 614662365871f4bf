//! Ends passes to a protected site: those whose visit is over, and those that are taken back.

use crate::console::CONSOLE;
use anyhow::bail;
use clap::{Args, Subcommand};
use database::selling::passes::{self, RevokeOutcome};
use serde_json::{Value, json};
use shared::{
    config::Settings,
    ids::{DropId, TicketId},
};

/// What to do with passes.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum PassCommand {
    /// Takes a pass back: within a second or two it lets nobody in, and its place is another's.
    Revoke(RevokePassArguments),
    /// Ends visits, as their visitors would; their places are others'.
    End(EndPassesArguments),
}

/// Which pass is taken back, and why.
#[derive(Clone, Debug, Args)]
pub(crate) struct RevokePassArguments {
    /// The drop that stands before the site.
    drop_id: DropId,
    /// The pass, by its ticket.
    ticket_id: TicketId,
    /// The reason, for the audit log.
    #[arg(long)]
    why: String,
}

/// Whose visits are over.
#[derive(Clone, Debug, Args)]
pub(crate) struct EndPassesArguments {
    /// The drop that stands before the site.
    drop_id: DropId,
    /// The passes, by their tickets.
    #[arg(required = true)]
    ticket_ids: Vec<TicketId>,
}

/// Does what is asked and returns what has ended.
pub(crate) async fn run(settings: &Settings, command: &PassCommand) -> anyhow::Result<Value> {
    match command {
        PassCommand::Revoke(arguments) => revoke(settings, arguments).await,
        PassCommand::End(arguments) => end(settings, arguments).await,
    }
}

async fn revoke(settings: &Settings, arguments: &RevokePassArguments) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    let (drop_id, ticket_id) = (arguments.drop_id, arguments.ticket_id);
    let revoking = passes::revoke(&pool, None, drop_id, ticket_id, CONSOLE, &arguments.why);
    match revoking.await? {
        RevokeOutcome::Revoked => Ok(json!({ "drop_id": drop_id, "revoked": ticket_id })),
        RevokeOutcome::Over(state) => bail!("the pass of ticket {ticket_id} is over: {state}"),
        RevokeOutcome::NotFound => bail!("drop {drop_id} gave no pass to ticket {ticket_id}"),
    }
}

async fn end(settings: &Settings, arguments: &EndPassesArguments) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    let ended = passes::end(&pool, arguments.drop_id, &arguments.ticket_ids).await?;
    Ok(json!({ "drop_id": arguments.drop_id, "ended": ended }))
}
