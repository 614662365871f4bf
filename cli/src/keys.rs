//! Makes API keys. A key is shown once; the database has its hash.

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use database::{
    PgPool,
    people::api_keys::{self, KeyOwner},
    selling::catalogue,
};
use serde_json::{Value, json};
use shared::{config::Settings, credentials::ApiKey, ids::SellerId};
use uuid::Uuid;

/// What a key is for.
#[derive(Clone, Debug, Args)]
pub(crate) struct KeyArguments {
    /// What its holder may do.
    #[arg(long)]
    pub(crate) role: Role,
    /// Name of the holder, as the audit log has it.
    #[arg(long)]
    pub(crate) name: String,
    /// The seller it is for; with `--role seller`. Without it, a new seller of that name is made.
    #[arg(long)]
    pub(crate) seller_id: Option<Uuid>,
}

/// What the holder of a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Sell.
    Seller,
    /// Run the installation.
    Operator,
}

/// Makes a key and tells it.
///
/// # Errors
///
/// Returns what the database said, or that there is no such seller.
pub(crate) async fn run(settings: &Settings, arguments: &KeyArguments) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    let name = arguments.name.clone();
    let owner = match arguments.role {
        Role::Operator => KeyOwner::Operator { name },
        Role::Seller => KeyOwner::Seller { seller_id: seller(&pool, arguments).await?, name },
    };
    let key = make(&pool, &owner).await?;
    let seller_id = match &owner {
        KeyOwner::Seller { seller_id, .. } => Some(*seller_id),
        KeyOwner::Operator { .. } => None,
    };
    Ok(json!({ "role": owner.role(), "key": key.reveal(), "seller_id": seller_id }))
}

/// Makes a key and stores its hash.
pub(crate) async fn make(pool: &PgPool, owner: &KeyOwner) -> anyhow::Result<ApiKey> {
    let key = ApiKey::generate().context("the system has no randomness")?;
    api_keys::store(pool, &key.hash(), owner, "console").await?;
    Ok(key)
}

async fn seller(pool: &PgPool, arguments: &KeyArguments) -> anyhow::Result<SellerId> {
    if let Some(id) = arguments.seller_id.map(SellerId::from_uuid) {
        if !catalogue::seller_exists(pool, id).await? {
            bail!("there is no seller {id}");
        }
        return Ok(id);
    }
    let id = SellerId::generate();
    catalogue::create_seller(pool, id, &arguments.name).await?;
    Ok(id)
}
