//! Keys of sellers and operators, kept as hashes. A key is named by its id, which is no secret.

mod owner;

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use jiff::Timestamp;
use serde_json::json;
use shared::{
    credentials::ApiKeyHash,
    ids::{KeyId, SellerId},
};
use sqlx::PgPool;

pub use owner::{KeyOwner, KeyRole, OperatorRole};

/// A key to store.
#[derive(Clone, Copy, Debug)]
pub struct NewKey<'a> {
    /// Names the key.
    pub id: KeyId,
    /// What is kept of it.
    pub hash: &'a ApiKeyHash,
    /// Whose it is.
    pub owner: &'a KeyOwner,
}

/// A key as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// Names the key.
    pub id: KeyId,
    /// Whose it is.
    pub owner: KeyOwner,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is refused.
    pub revoked_at: Option<Timestamp>,
}

/// Why a key was not stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreKeyError {
    /// There is no such seller.
    #[error("there is no such seller")]
    SellerNotFound,
    /// Another operator's key that works has the name.
    #[error("another key has this name")]
    NameTaken,
    /// The database failed; nothing is stored then.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Finds the owner of the key with this hash; a revoked key has none.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find(pool: &PgPool, hash: &ApiKeyHash) -> Result<Option<KeyOwner>, DatabaseError> {
    Ok(find_named(pool, hash).await?.map(|(_, owner)| owner))
}

/// As [`find`], with what names the key.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_named(
    pool: &PgPool,
    hash: &ApiKeyHash,
) -> Result<Option<(KeyId, KeyOwner)>, DatabaseError> {
    sqlx::query!(
        "select id, role, seller_id, name from api_keys where hash = $1 and revoked_at is null",
        hash.as_slice(),
    )
    .map(|row| (row.id, KeyOwner::of_row(row.role, row.seller_id, row.name)))
    .fetch_optional(pool)
    .await
    .doing("look up an API key")
}

/// Stores the hash of a new key, with its audit row.
///
/// # Errors
///
/// Returns [`StoreKeyError`] when there is no such seller, or the name of an operator is taken.
pub async fn store(
    pool: &PgPool,
    key: NewKey<'_>,
    actor: &str,
    why: &str,
) -> Result<(), StoreKeyError> {
    let owner = key.owner;
    let mut transaction = pool.begin().await.doing("begin to store an API key")?;
    sqlx::query!(
        "insert into api_keys (id, hash, role, seller_id, name) values ($1, $2, $3, $4, $5)",
        key.id as KeyId,
        key.hash.as_slice(),
        owner.role() as KeyRole,
        owner.seller_id() as Option<SellerId>,
        owner.name(),
    )
    .execute(&mut *transaction)
    .await
    .doing("store an API key")
    .map_err(refusal)?;
    let entry = AuditEntry {
        actor,
        action: "key.create",
        drop_id: None,
        seller_id: owner.seller_id(),
        old: None,
        new: Some(json!({ "key_id": key.id, "role": owner.role(), "name": owner.name() })),
        why,
    };
    audit::write(&mut transaction, &entry).await?;
    Ok(transaction.commit().await.doing("commit an API key")?)
}

fn refusal(error: DatabaseError) -> StoreKeyError {
    match error.constraint() {
        Some("api_key_seller_exists") => StoreKeyError::SellerNotFound,
        Some("operator_key_named_once") => StoreKeyError::NameTaken,
        _ => error.into(),
    }
}

/// Lists keys, the newest first, from below `before`; revoked ones, too.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list(
    pool: &PgPool,
    before: Option<KeyId>,
    limit: i64,
) -> Result<Vec<KeyRecord>, DatabaseError> {
    sqlx::query!(
        "select id, role, seller_id, name, created_at, revoked_at from api_keys
         where ($1::uuid is null or id < $1) order by id desc limit $2",
        before as Option<KeyId>,
        limit,
    )
    .map(|row| KeyRecord {
        id: row.id,
        owner: KeyOwner::of_row(row.role, row.seller_id, row.name),
        created_at: row.created_at.to_jiff(),
        revoked_at: row.revoked_at.map(jiff_sqlx::Timestamp::to_jiff),
    })
    .fetch_all(pool)
    .await
    .doing("list API keys")
}

/// Revokes a key, with an audit row, and returns it; one that is revoked stays as it is, and `None`
/// means that there is none. It is refused from the next request on.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn revoke(
    pool: &PgPool,
    id: KeyId,
    actor: &str,
    why: &str,
) -> Result<Option<KeyRecord>, DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to revoke an API key")?;
    let locked = sqlx::query!(
        "select role, seller_id, name, created_at, revoked_at from api_keys where id = $1
         for update",
        id as KeyId,
    )
    .fetch_optional(&mut *transaction)
    .await
    .doing("lock an API key")?;
    let Some(row) = locked else { return Ok(None) };
    let owner = KeyOwner::of_row(row.role, row.seller_id, row.name);
    let created_at = row.created_at.to_jiff();
    if let Some(revoked_at) = row.revoked_at {
        let revoked_at = Some(revoked_at.to_jiff());
        return Ok(Some(KeyRecord { id, owner, created_at, revoked_at }));
    }
    let revoked_at = sqlx::query_scalar!(
        r#"update api_keys set revoked_at = now() where id = $1 returning revoked_at as "at!""#,
        id as KeyId,
    )
    .fetch_one(&mut *transaction)
    .await
    .doing("revoke an API key")?;
    let entry = AuditEntry {
        actor,
        action: "key.revoke",
        drop_id: None,
        seller_id: owner.seller_id(),
        old: Some(json!({ "key_id": id, "role": owner.role(), "name": owner.name() })),
        new: None,
        why,
    };
    audit::write(&mut transaction, &entry).await?;
    transaction.commit().await.doing("commit a revocation")?;
    Ok(Some(KeyRecord { id, owner, created_at, revoked_at: Some(revoked_at.to_jiff()) }))
}
