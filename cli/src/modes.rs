//! What a drop may do, as an operator sets it; and calling it off.

use crate::{console::CONSOLE, limits::shown};
use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand};
use database::selling::drops::{self, ModeChange, change_mode};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    config::Settings,
    drop_message::DropMessage,
    drops::{DropMode, DropState},
    ids::DropId,
};

/// What a drop may do from now on.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ModeCommand {
    /// Takes joins and admits.
    Resume(ModeArguments),
    /// Admits nobody; joins go on.
    Pause(ModeArguments),
    /// Admits nobody for some minutes, and whoever would join waits until then.
    Hold(ModeArguments),
    /// Takes no joins; those in line are served.
    Drain(ModeArguments),
    /// Neither joins nor admissions, until somebody resumes.
    Maintenance(MaintenanceArguments),
    /// Neither joins nor admissions: an emergency stop.
    Stop(ModeArguments),
    /// Nothing any more: it is called off for good, what is held is released, and passes end.
    Cancel(CancelArguments),
}

/// Which drop, and why.
#[derive(Clone, Debug, Args)]
pub(crate) struct ModeArguments {
    /// The drop.
    drop_id: DropId,
    /// The reason, for the audit log.
    #[arg(long)]
    why: String,
    /// Shown to those who wait; left out, an earlier message goes.
    #[arg(long)]
    message: Option<String>,
    /// Shown in its place to those who read Korean.
    #[arg(long, requires = "message")]
    message_ko: Option<String>,
}

/// Which drop, why, and until when.
#[derive(Clone, Debug, Args)]
pub(crate) struct MaintenanceArguments {
    #[command(flatten)]
    mode: ModeArguments,
    /// When it is said to end, such as 2027-03-05T18:05:00Z; only told.
    #[arg(long)]
    until: Option<Timestamp>,
}

/// Which drop is called off, and what is said of it.
#[derive(Clone, Debug, Args)]
pub(crate) struct CancelArguments {
    /// The drop.
    drop_id: DropId,
    /// The reason, for shoppers and for the audit log.
    #[arg(long)]
    reason: String,
}

/// Sets the mode of a drop and returns its limits and mode, or calls it off.
pub(crate) async fn run(settings: &Settings, command: &ModeCommand) -> anyhow::Result<Value> {
    let (mode, arguments) = match command {
        ModeCommand::Resume(arguments) => (DropMode::Running, arguments),
        ModeCommand::Pause(arguments) => (DropMode::Paused, arguments),
        ModeCommand::Hold(arguments) => (DropMode::Hold, arguments),
        ModeCommand::Drain(arguments) => (DropMode::Drain, arguments),
        ModeCommand::Maintenance(arguments) => (DropMode::Maintenance, &arguments.mode),
        ModeCommand::Stop(arguments) => (DropMode::Stopped, arguments),
        ModeCommand::Cancel(arguments) => return cancel(settings, arguments).await,
    };
    let until = match command {
        ModeCommand::Maintenance(arguments) => arguments.until,
        _ => None,
    };
    ensure!(until.is_none_or(|until| until > SystemClock.now()), "--until must be in the future");
    let pool = database::connect(&settings.database)?;
    let change = ModeChange { mode, until, message: message(arguments)? };
    Ok(shown(&change_mode(&pool, arguments.drop_id, change, CONSOLE, &arguments.why).await?))
}

async fn cancel(settings: &Settings, arguments: &CancelArguments) -> anyhow::Result<Value> {
    let CancelArguments { drop_id, reason } = arguments;
    ensure!(is_text(reason), "a reason has 1 to {} characters", DropMessage::MAX_CHARS);
    let pool = database::connect(&settings.database)?;
    let found = drops::find(&pool, *drop_id).await?;
    let seller_id = found.with_context(|| format!("there is no drop {drop_id}"))?.seller_id;
    drops::cancel(&pool, seller_id, *drop_id, reason, CONSOLE).await?;
    Ok(json!({ "drop_id": drop_id, "state": DropState::Cancelled, "reason": reason }))
}

/// Reads what those who wait are told.
fn message(arguments: &ModeArguments) -> anyhow::Result<Option<DropMessage>> {
    let ModeArguments { message, message_ko, .. } = arguments;
    for text in message.iter().chain(message_ko) {
        ensure!(is_text(text), "a message has 1 to {} characters", DropMessage::MAX_CHARS);
    }
    Ok(DropMessage::new(message.clone(), message_ko.clone()))
}

/// Whether people can be shown this.
fn is_text(text: &str) -> bool {
    let fits = !text.trim().is_empty() && text.chars().count() <= DropMessage::MAX_CHARS;
    fits && !text.chars().any(is_out_of_place)
}

/// Whether a text has no use for this character.
fn is_out_of_place(character: char) -> bool {
    character.is_control() && character != '\n' && character != '\t'
}
