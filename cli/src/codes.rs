//! Makes, lists and revokes codes that open a lane of a drop. A code is shown once; the database keeps
//! its hash.

use crate::console::CONSOLE;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use database::{
    PgPool,
    selling::{
        codes::{self, CodeLabel, NewCodes, RevokedCodes},
        drops,
    },
};
use serde_json::{Value, json};
use shared::{
    config::Settings,
    credentials::{DropCode, DropCodeHash},
    ids::{DropId, SellerId},
    line::Lane,
};

/// What to do with codes.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum CodesCommand {
    /// Makes codes and prints them, once.
    Make(MakeCodesArguments),
    /// Prints what there is of each label, the newest first, without the codes themselves.
    List {
        /// The drop.
        drop_id: DropId,
    },
    /// Revokes codes: they are refused from now on. Whoever has used one keeps their place.
    Revoke(RevokeCodesArguments),
}

/// What codes are made.
#[derive(Clone, Debug, Args)]
pub(crate) struct MakeCodesArguments {
    /// The drop.
    drop_id: DropId,
    /// The lane that they open; 0 is the normal one, for a drop that is invite-only.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=3))]
    lane: u8,
    /// How many.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    count: u32,
    /// How many shoppers may use each.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i32).range(1..=1_000_000))]
    max_uses: i32,
    /// What they are known by afterwards; new for the drop.
    #[arg(long)]
    label: String,
}

/// Which codes are revoked, and why.
#[derive(Clone, Debug, Args)]
pub(crate) struct RevokeCodesArguments {
    /// The drop.
    drop_id: DropId,
    /// All codes of this label.
    #[arg(long, required_unless_present = "code", conflicts_with = "code")]
    label: Option<String>,
    /// This code.
    #[arg(long)]
    code: Option<String>,
    /// The reason, for the audit log.
    #[arg(long)]
    why: String,
}

/// Does what is asked and returns what is to be printed.
pub(crate) async fn run(settings: &Settings, command: &CodesCommand) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    match command {
        CodesCommand::Make(arguments) => make(&pool, arguments).await,
        CodesCommand::List { drop_id } => list(&pool, *drop_id).await,
        CodesCommand::Revoke(arguments) => revoke(&pool, arguments).await,
    }
}

async fn seller_of(pool: &PgPool, drop_id: DropId) -> anyhow::Result<SellerId> {
    let found = drops::find(pool, drop_id).await?;
    Ok(found.with_context(|| format!("there is no drop {drop_id}"))?.seller_id)
}

async fn make(pool: &PgPool, arguments: &MakeCodesArguments) -> anyhow::Result<Value> {
    let MakeCodesArguments { drop_id, lane, count, max_uses, label } = arguments;
    let seller_id = seller_of(pool, *drop_id).await?;
    let made = (0..*count).map(|_| DropCode::generate());
    let made: Vec<DropCode> = made.collect::<Result<_, _>>().context("cannot generate codes")?;
    let hashes: Vec<DropCodeHash> = made.iter().map(DropCode::hash).collect();
    let new = NewCodes { hashes: &hashes, lane: Lane(*lane), max_uses: *max_uses, label };
    codes::make(pool, seller_id, *drop_id, new, CONSOLE).await?;
    let codes: Vec<&str> = made.iter().map(DropCode::reveal).collect();
    Ok(json!({ "label": label, "codes": codes }))
}

async fn list(pool: &PgPool, drop_id: DropId) -> anyhow::Result<Value> {
    let seller_id = seller_of(pool, drop_id).await?;
    let labels = codes::labels(pool, seller_id, drop_id).await?;
    Ok(labels.iter().map(shown).collect())
}

fn shown(label: &CodeLabel) -> Value {
    json!({
        "label": label.label,
        "lane": label.lane,
        "max_uses": label.max_uses,
        "count": label.n_codes,
        "revoked": label.n_revoked,
        "uses": label.uses,
        "created_at": label.created_at,
    })
}

async fn revoke(pool: &PgPool, arguments: &RevokeCodesArguments) -> anyhow::Result<Value> {
    let RevokeCodesArguments { drop_id, label, code, why } = arguments;
    let seller_id = seller_of(pool, *drop_id).await?;
    let hash = code.as_deref().and_then(DropCode::parse).map(|code| code.hash());
    let which = match (label, &hash) {
        (Some(label), _) => RevokedCodes::Label(label),
        (None, Some(hash)) => RevokedCodes::Code(hash),
        (None, None) => bail!("a code has 12 letters and digits"),
    };
    let revoked = codes::revoke(pool, seller_id, *drop_id, which, CONSOLE, why).await?;
    Ok(json!({ "revoked": revoked }))
}
