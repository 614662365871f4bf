//! Stores, lists and revokes the keys with which a seller's own site signs who its members are.

use crate::console::CONSOLE;
use anyhow::{Context as _, ensure};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clap::{Args, Subcommand};
use database::{
    PgPool,
    people::members::{self, JoinKey, NewJoinKey},
    selling::catalogue,
};
use serde_json::{Value, json};
use shared::{
    config::Settings,
    credentials::JOIN_KEY_LENGTH,
    ids::{JoinKeyId, SellerId},
};

/// Keys that are read at a time.
const PAGE: i64 = 1000;

/// What to do with join keys.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum JoinKeyCommand {
    /// Stores the public half of a key, and prints the id that the site's tokens give as `kid`.
    Store(StoreJoinKeyArguments),
    /// Prints a seller's keys, newest first.
    List {
        /// The seller.
        seller_id: SellerId,
    },
    /// Revokes a key: nothing that it signs is taken any more. Members who are here already stay.
    Revoke(RevokeJoinKeyArguments),
}

/// Which key is stored, and for whom.
#[derive(Clone, Debug, Args)]
pub(crate) struct StoreJoinKeyArguments {
    /// The seller whose site signs.
    seller_id: SellerId,
    /// What tells the seller's keys apart.
    #[arg(long)]
    name: String,
    /// The public half of an Ed25519 key, 32 bytes in base64url: `x` of its JWK.
    #[arg(long, value_parser = public_key)]
    public_key: [u8; JOIN_KEY_LENGTH],
}

/// Which key is revoked, and why.
#[derive(Clone, Debug, Args)]
pub(crate) struct RevokeJoinKeyArguments {
    /// The seller whose key it is.
    seller_id: SellerId,
    /// The key's id.
    id: JoinKeyId,
    /// The reason, for the audit log.
    #[arg(long)]
    why: String,
}

/// Does what is asked and returns what is to be printed.
pub(crate) async fn run(settings: &Settings, command: &JoinKeyCommand) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    match command {
        JoinKeyCommand::Store(arguments) => store(&pool, arguments).await,
        JoinKeyCommand::List { seller_id } => list(&pool, *seller_id).await,
        JoinKeyCommand::Revoke(RevokeJoinKeyArguments { seller_id, id, why }) => {
            let revoked = members::revoke_key(&pool, *seller_id, *id, CONSOLE, why).await?;
            Ok(shown(&revoked.with_context(|| format!("seller {seller_id} has no key {id}"))?))
        }
    }
}

async fn store(pool: &PgPool, arguments: &StoreJoinKeyArguments) -> anyhow::Result<Value> {
    let StoreJoinKeyArguments { seller_id, name, public_key } = arguments;
    ensure!(catalogue::seller_exists(pool, *seller_id).await?, "there is no seller {seller_id}");
    let id = JoinKeyId::generate();
    let key = NewJoinKey { id, seller_id: *seller_id, name, public_key };
    members::store_key(pool, key, CONSOLE).await?;
    Ok(json!({ "id": id, "seller_id": seller_id, "name": name }))
}

async fn list(pool: &PgPool, seller_id: SellerId) -> anyhow::Result<Value> {
    let (mut keys, mut before) = (Vec::new(), None);
    loop {
        let page = members::list_keys(pool, seller_id, before, PAGE).await?;
        let Some(last) = page.last() else { return Ok(json!(keys)) };
        before = Some(last.id);
        keys.extend(page.iter().map(shown));
    }
}

fn shown(key: &JoinKey) -> Value {
    json!({
        "id": key.id,
        "seller_id": key.seller_id,
        "name": key.name,
        "public_key": URL_SAFE_NO_PAD.encode(&key.public_key),
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    })
}

/// Reads the public half of a key.
fn public_key(text: &str) -> Result<[u8; JOIN_KEY_LENGTH], String> {
    let key = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    key.ok_or_else(|| "must be 32 bytes in base64url without padding".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_public_key_is_refused() {
        assert!(public_key("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").is_ok());
        for text in ["", "11qYAYKxCrfVS", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "?"] {
            assert!(public_key(text).is_err(), "{text}");
        }
    }
}
