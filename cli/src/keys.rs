//! Makes, lists and revokes API keys. A key is shown once; the database keeps its hash.

use crate::console::CONSOLE;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use database::{
    PgPool,
    people::api_keys::{self, KeyOwner, KeyRecord, NewKey, OperatorRole},
    selling::catalogue,
};
use serde_json::{Value, json};
use shared::{
    config::Settings,
    credentials::ApiKey,
    ids::{KeyId, SellerId},
};

/// Keys that are read at a time.
const PAGE: i64 = 1000;

/// What to do with keys.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Makes a key and prints it, once.
    Create(CreateArguments),
    /// Prints all keys, newest first, without the keys themselves.
    List,
    /// Revokes a key: it is refused from the next request on.
    Revoke(RevokeArguments),
}

/// Whom a key is for.
#[derive(Clone, Debug, Args)]
pub(crate) struct CreateArguments {
    /// What the key allows.
    #[arg(long)]
    role: KeyHolder,
    /// Name of the holder, as the audit log will show it. No two operators' keys that work have the
    /// same.
    #[arg(long)]
    name: String,
    /// Seller that the key acts for, with `--role seller`. Without it, a new seller with this name
    /// is created.
    #[arg(long)]
    seller_id: Option<SellerId>,
    /// The reason, for the audit log.
    #[arg(long, default_value = "made on the console")]
    why: String,
}

/// Which key is revoked, and why.
#[derive(Clone, Debug, Args)]
pub(crate) struct RevokeArguments {
    /// The key's id, as `sluice key list` prints it.
    id: KeyId,
    /// The reason, for the audit log.
    #[arg(long)]
    why: String,
}

/// Who holds a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyHolder {
    /// May sell, for one seller.
    Seller,
    /// May see how the installation runs.
    Viewer,
    /// May run the installation.
    Operator,
    /// May say who else may.
    Admin,
}

/// Does what is asked and returns what is to be printed.
pub(crate) async fn run(settings: &Settings, command: &KeyCommand) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    match command {
        KeyCommand::Create(arguments) => create_for(&pool, arguments).await,
        KeyCommand::List => list(&pool).await,
        KeyCommand::Revoke(arguments) => {
            let revoked = api_keys::revoke(&pool, arguments.id, CONSOLE, &arguments.why).await?;
            Ok(shown(&revoked.with_context(|| format!("there is no key {}", arguments.id))?))
        }
    }
}

/// Makes a key and stores its hash.
pub(crate) async fn create(
    pool: &PgPool,
    id: KeyId,
    owner: &KeyOwner,
    why: &str,
) -> anyhow::Result<ApiKey> {
    let key = ApiKey::generate().context("cannot generate a key")?;
    api_keys::store(pool, NewKey { id, hash: &key.hash(), owner }, CONSOLE, why).await?;
    Ok(key)
}

async fn create_for(pool: &PgPool, arguments: &CreateArguments) -> anyhow::Result<Value> {
    let (name, id) = (arguments.name.clone(), KeyId::generate());
    let owner = match arguments.role {
        KeyHolder::Seller => KeyOwner::Seller { seller_id: seller(pool, arguments).await?, name },
        KeyHolder::Viewer => KeyOwner::Operator { role: OperatorRole::Viewer, name },
        KeyHolder::Operator => KeyOwner::Operator { role: OperatorRole::Operator, name },
        KeyHolder::Admin => KeyOwner::Operator { role: OperatorRole::Admin, name },
    };
    let key = create(pool, id, &owner, &arguments.why).await?;
    let seller_id = owner.seller_id();
    Ok(json!({ "id": id, "role": owner.role(), "key": key.reveal(), "seller_id": seller_id }))
}

async fn list(pool: &PgPool) -> anyhow::Result<Value> {
    let (mut keys, mut before) = (Vec::new(), None);
    loop {
        let page = api_keys::list(pool, before, PAGE).await?;
        let Some(last) = page.last() else { return Ok(json!(keys)) };
        before = Some(last.id);
        keys.extend(page.iter().map(shown));
    }
}

fn shown(key: &KeyRecord) -> Value {
    json!({
        "id": key.id,
        "role": key.owner.role(),
        "name": key.owner.name(),
        "seller_id": key.owner.seller_id(),
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    })
}

async fn seller(pool: &PgPool, arguments: &CreateArguments) -> anyhow::Result<SellerId> {
    if let Some(id) = arguments.seller_id {
        if !catalogue::seller_exists(pool, id).await? {
            bail!("there is no seller {id}");
        }
        return Ok(id);
    }
    let id = SellerId::generate();
    catalogue::create_seller(pool, id, &arguments.name).await?;
    Ok(id)
}
