//! Creates API keys. A key is shown once; the database keeps its hash.

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use database::{
    PgPool,
    people::api_keys::{self, KeyOwner},
    selling::catalogue,
};
use serde_json::{Value, json};
use shared::{config::Settings, credentials::ApiKey, ids::SellerId};

/// Whom a key is for.
#[derive(Clone, Debug, Args)]
pub(crate) struct KeyArguments {
    /// What the key allows.
    #[arg(long)]
    pub(crate) role: KeyHolder,
    /// Name of the holder, as the audit log will show it.
    #[arg(long)]
    pub(crate) name: String,
    /// Seller that the key acts for, with `--role seller`. Without it, a new seller with this name
    /// is created.
    #[arg(long)]
    pub(crate) seller_id: Option<SellerId>,
}

/// Who holds a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyHolder {
    /// May sell, for one seller.
    Seller,
    /// May run the installation.
    Operator,
}

/// Creates a key and returns it with its owner.
pub(crate) async fn run(settings: &Settings, arguments: &KeyArguments) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    let name = arguments.name.clone();
    let owner = match arguments.role {
        KeyHolder::Operator => KeyOwner::Operator { name },
        KeyHolder::Seller => KeyOwner::Seller { seller_id: seller(&pool, arguments).await?, name },
    };
    let key = create(&pool, &owner).await?;
    let seller_id = match &owner {
        KeyOwner::Seller { seller_id, .. } => Some(*seller_id),
        KeyOwner::Operator { .. } => None,
    };
    Ok(json!({ "role": owner.role(), "key": key.reveal(), "seller_id": seller_id }))
}

/// Creates a key and stores its hash.
pub(crate) async fn create(pool: &PgPool, owner: &KeyOwner) -> anyhow::Result<ApiKey> {
    let key = ApiKey::generate().context("cannot generate a key")?;
    api_keys::store(pool, &key.hash(), owner, "console").await?;
    Ok(key)
}

async fn seller(pool: &PgPool, arguments: &KeyArguments) -> anyhow::Result<SellerId> {
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
