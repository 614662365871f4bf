//! What a drop may do, as an operator sets it.

use crate::{console::CONSOLE, limits::shown};
use anyhow::ensure;
use clap::{Args, Subcommand};
use database::selling::drops::{ModeChange, change_mode};
use jiff::Timestamp;
use serde_json::Value;
use shared::{
    clock::{Clock, SystemClock},
    config::Settings,
    drop_message::DropMessage,
    drops::DropMode,
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

/// Sets the mode of a drop, and returns its limits and mode.
pub(crate) async fn run(settings: &Settings, command: &ModeCommand) -> anyhow::Result<Value> {
    let (mode, arguments) = match command {
        ModeCommand::Resume(arguments) => (DropMode::Running, arguments),
        ModeCommand::Pause(arguments) => (DropMode::Paused, arguments),
        ModeCommand::Hold(arguments) => (DropMode::Hold, arguments),
        ModeCommand::Drain(arguments) => (DropMode::Drain, arguments),
        ModeCommand::Maintenance(arguments) => (DropMode::Maintenance, &arguments.mode),
        ModeCommand::Stop(arguments) => (DropMode::Stopped, arguments),
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

/// Reads what those who wait are told.
fn message(arguments: &ModeArguments) -> anyhow::Result<Option<DropMessage>> {
    let ModeArguments { message, message_ko, .. } = arguments;
    for text in message.iter().chain(message_ko) {
        let is_text = !text.trim().is_empty() && !text.chars().any(is_out_of_place);
        let fits = is_text && text.chars().count() <= DropMessage::MAX_CHARS;
        ensure!(fits, "a message has 1 to {} characters", DropMessage::MAX_CHARS);
    }
    Ok(DropMessage::new(message.clone(), message_ko.clone()))
}

/// Whether a text has no use for this character.
fn is_out_of_place(character: char) -> bool {
    character.is_control() && character != '\n' && character != '\t'
}
