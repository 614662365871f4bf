//! Keys with which sellers' own sites sign who their members are, and the tokens that were used.

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::json;
use shared::{
    credentials::{JOIN_KEY_LENGTH, JoinToken},
    ids::{JoinKeyId, SellerId},
};
use sqlx::PgPool;

/// A key that verifies what a seller's own site signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinKey {
    /// Names the key; what a token gives as `kid`.
    pub id: JoinKeyId,
    /// The tenant whose site signs.
    pub seller_id: SellerId,
    /// What tells the tenant's keys apart.
    pub name: String,
    /// The public half.
    pub public_key: Vec<u8>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// Since when nothing that it signs is taken.
    pub revoked_at: Option<Timestamp>,
}

/// A row of `join_keys` as its [`JoinKey`]. Each query has a row type of its own.
macro_rules! join_key {
    ($row:ident) => {
        JoinKey {
            id: $row.id,
            seller_id: $row.seller_id,
            name: $row.name,
            public_key: $row.public_key,
            created_at: $row.created_at.to_jiff(),
            revoked_at: $row.revoked_at.map(jiff_sqlx::Timestamp::to_jiff),
        }
    };
}

/// A key to store.
#[derive(Clone, Copy, Debug)]
pub struct NewJoinKey<'a> {
    /// An existing key with this id is left as it is.
    pub id: JoinKeyId,
    /// The tenant whose site signs.
    pub seller_id: SellerId,
    /// What tells the tenant's keys apart.
    pub name: &'a str,
    /// The public half.
    pub public_key: &'a [u8; JOIN_KEY_LENGTH],
}

/// Stores a key, with its audit row.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn store_key(
    pool: &PgPool,
    key: NewJoinKey<'_>,
    actor: &str,
) -> Result<(), DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to store a join key")?;
    let stored = sqlx::query!(
        "insert into join_keys (id, seller_id, name, public_key) values ($1, $2, $3, $4)
         on conflict (id) do nothing",
        key.id as JoinKeyId,
        key.seller_id as SellerId,
        key.name,
        key.public_key.as_slice(),
    )
    .execute(&mut *transaction)
    .await
    .doing("store a join key")?;
    if stored.rows_affected() == 1 {
        let entry = AuditEntry {
            actor,
            action: "join_key.create",
            drop_id: None,
            seller_id: Some(key.seller_id),
            old: None,
            new: Some(json!({ "join_key_id": key.id, "name": key.name })),
            why: "a new key of the seller's site",
        };
        audit::write(&mut transaction, &entry).await?;
    }
    transaction.commit().await.doing("commit a join key")
}

/// Finds a key that has not been revoked.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_key(pool: &PgPool, id: JoinKeyId) -> Result<Option<JoinKey>, DatabaseError> {
    sqlx::query!(
        "select id, seller_id, name, public_key, created_at, revoked_at from join_keys
         where id = $1 and revoked_at is null",
        id as JoinKeyId,
    )
    .map(|row| join_key!(row))
    .fetch_optional(pool)
    .await
    .doing("look up a join key")
}

/// Lists a seller's keys, the newest first, from below `before`; revoked ones, too.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list_keys(
    pool: &PgPool,
    seller_id: SellerId,
    before: Option<JoinKeyId>,
    limit: i64,
) -> Result<Vec<JoinKey>, DatabaseError> {
    sqlx::query!(
        "select id, seller_id, name, public_key, created_at, revoked_at from join_keys
         where seller_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
        seller_id as SellerId,
        before as Option<JoinKeyId>,
        limit,
    )
    .map(|row| join_key!(row))
    .fetch_all(pool)
    .await
    .doing("list join keys")
}

/// Revokes a seller's key, with an audit row, and returns it; one that is revoked stays as it is, and
/// `None` means that the seller has none such.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn revoke_key(
    pool: &PgPool,
    seller_id: SellerId,
    id: JoinKeyId,
    actor: &str,
    why: &str,
) -> Result<Option<JoinKey>, DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to revoke a join key")?;
    let locked = sqlx::query!(
        "select id, seller_id, name, public_key, created_at, revoked_at from join_keys
         where id = $1 and seller_id = $2 for update",
        id as JoinKeyId,
        seller_id as SellerId,
    )
    .map(|row| join_key!(row))
    .fetch_optional(&mut *transaction)
    .await
    .doing("lock a join key")?;
    let Some(key) = locked else { return Ok(None) };
    if key.revoked_at.is_some() {
        return Ok(Some(key));
    }
    let revoked_at = sqlx::query_scalar!(
        r#"update join_keys set revoked_at = now() where id = $1 returning revoked_at as "at!""#,
        id as JoinKeyId,
    )
    .fetch_one(&mut *transaction)
    .await
    .doing("revoke a join key")?;
    let entry = AuditEntry {
        actor,
        action: "join_key.revoke",
        drop_id: None,
        seller_id: Some(seller_id),
        old: Some(json!({ "join_key_id": id, "name": key.name })),
        new: None,
        why,
    };
    audit::write(&mut transaction, &entry).await?;
    transaction.commit().await.doing("commit a revocation")?;
    Ok(Some(JoinKey { revoked_at: Some(revoked_at.to_jiff()), ..key }))
}

/// Takes a token; `false` when it was taken before.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; the token must then not be honoured.
pub async fn take_token(
    pool: &PgPool,
    seller_id: SellerId,
    token: &JoinToken,
) -> Result<bool, DatabaseError> {
    let expires_at = Timestamp::from_millisecond(token.expires_at_ms).unwrap_or(Timestamp::MAX);
    let taken = sqlx::query!(
        "insert into used_join_tokens (seller_id, token_id, expires_at) values ($1, $2, $3)
         on conflict (seller_id, token_id) do nothing",
        seller_id as SellerId,
        token.token_id,
        expires_at.to_sqlx(),
    )
    .execute(pool)
    .await
    .doing("take a join token")?;
    Ok(taken.rows_affected() == 1)
}

/// Deletes tokens that expired an hour ago or more: nobody takes them any more, whatever the clock.
/// Returns how many.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn forget_tokens(pool: &PgPool) -> Result<u64, DatabaseError> {
    let forgotten =
        sqlx::query!("delete from used_join_tokens where expires_at < now() - interval '1 hour'")
            .execute(pool)
            .await
            .doing("forget join tokens")?;
    Ok(forgotten.rows_affected())
}
