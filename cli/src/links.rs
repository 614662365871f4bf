//! Links into a console, and the end of what they lead to.

use crate::console::CONSOLE;
use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand, ValueEnum};
use database::{
    PgPool,
    people::{
        api_keys::{KeyOwner, OperatorRole},
        consoles::{self, ConsoleHolder, ConsoleToken, NewLink},
    },
    selling::catalogue,
};
use serde_json::{Value, json};
use shared::{config::Settings, ids::SellerId};

/// Where a link leads.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum LinkCommand {
    /// Into the operators' console.
    Operator(OperatorLinkArguments),
    /// Into a seller's console.
    Seller(SellerLinkArguments),
}

/// Who gets into the operators' console.
#[derive(Clone, Debug, Args)]
pub(crate) struct OperatorLinkArguments {
    /// Name of the holder, as the audit log will show it.
    #[arg(long)]
    name: String,
    /// What the holder may do.
    #[arg(long, default_value = "operator")]
    level: Level,
    /// The reason, for the audit log.
    #[arg(long, default_value = "made on the command line")]
    why: String,
}

/// Who gets into a seller's console.
#[derive(Clone, Debug, Args)]
pub(crate) struct SellerLinkArguments {
    /// The seller.
    #[arg(long)]
    seller_id: SellerId,
    /// What tells those apart who are signed in.
    #[arg(long, default_value = "link")]
    name: String,
    /// The reason, for the audit log.
    #[arg(long, default_value = "made on the command line")]
    why: String,
}

/// What may be done in the operators' console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// To see how the installation runs.
    Viewer,
    /// To run it.
    Operator,
    /// To say who else may.
    Admin,
}

/// Who is signed out, and why.
#[derive(Clone, Debug, Args)]
pub(crate) struct SignOutArguments {
    /// Those in the operators' console who have this name.
    #[arg(long, required_unless_present = "seller_id", conflicts_with = "seller_id")]
    name: Option<String>,
    /// All in the console of this seller.
    #[arg(long)]
    seller_id: Option<SellerId>,
    /// The reason, for the audit log.
    #[arg(long)]
    why: String,
}

/// Makes a link and returns it.
pub(crate) async fn make(settings: &Settings, command: &LinkCommand) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    let (owner, why) = match command {
        LinkCommand::Operator(arguments) => {
            let (role, name) = (arguments.level.role(), arguments.name.clone());
            (KeyOwner::Operator { role, name }, &arguments.why)
        }
        LinkCommand::Seller(arguments) => {
            let (seller_id, name) = (arguments.seller_id, arguments.name.clone());
            let is_known = catalogue::seller_exists(&pool, seller_id).await?;
            ensure!(is_known, "there is no seller {seller_id}");
            (KeyOwner::Seller { seller_id, name }, &arguments.why)
        }
    };
    into_console(&pool, settings, &owner, why).await
}

/// Makes a link into the console of an owner, who exists, and returns it.
pub(crate) async fn into_console(
    pool: &PgPool,
    settings: &Settings,
    owner: &KeyOwner,
    why: &str,
) -> anyhow::Result<Value> {
    let page = match owner {
        KeyOwner::Operator { .. } => "operator",
        KeyOwner::Seller { .. } => "seller",
    };
    let token = ConsoleToken::generate().context("cannot generate a token")?;
    let link = NewLink { hash: &token.hash(), owner, key_id: None };
    let expires_at = consoles::make_link(pool, link, CONSOLE, why).await?;
    let shop = settings.storefront.public_url.trim_end_matches('/');
    Ok(json!({
        "url": format!("{shop}/{page}#token={}", token.reveal()),
        "role": owner.role(),
        "name": owner.name(),
        "seller_id": owner.seller_id(),
        "expires_at": expires_at,
    }))
}

/// Ends the sessions of somebody's console and returns how many there were.
pub(crate) async fn sign_out(
    settings: &Settings,
    arguments: &SignOutArguments,
) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    let holder = arguments.holder().context("say who is signed out: --name or --seller-id")?;
    let n_ended = consoles::end_all(&pool, &holder, CONSOLE, &arguments.why).await?;
    let (name, seller_id) = (&arguments.name, arguments.seller_id);
    Ok(json!({ "name": name, "seller_id": seller_id, "n_ended": n_ended }))
}

impl SignOutArguments {
    fn holder(&self) -> Option<ConsoleHolder> {
        let of_seller = self.seller_id.map(ConsoleHolder::Seller);
        of_seller.or_else(|| self.name.clone().map(ConsoleHolder::Operator))
    }
}

impl Level {
    const fn role(self) -> OperatorRole {
        match self {
            Self::Viewer => OperatorRole::Viewer,
            Self::Operator => OperatorRole::Operator,
            Self::Admin => OperatorRole::Admin,
        }
    }
}
