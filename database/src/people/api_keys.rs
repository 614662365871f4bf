//! Keys of sellers and operators, kept as hashes.

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::json;
use shared::{credentials::ApiKeyHash, ids::SellerId, text_enum};
use sqlx::{FromRow, PgPool, Row, postgres::PgRow};
use uuid::Uuid;

text_enum! {
    /// What the holder of a key may do.
    KeyRole {
        /// Sells: acts for one tenant.
        Seller = "seller",
        /// Runs the installation.
        Operator = "operator",
    }
}

/// Whose key it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyOwner {
    /// One tenant.
    Seller {
        /// The tenant.
        seller_id: SellerId,
        /// Name of the key.
        name: String,
    },
    /// The installation's own people.
    Operator {
        /// Name of the key.
        name: String,
    },
}

impl KeyOwner {
    /// The role that the key gives.
    #[must_use]
    pub const fn role(&self) -> KeyRole {
        match self {
            Self::Seller { .. } => KeyRole::Seller,
            Self::Operator { .. } => KeyRole::Operator,
        }
    }

    fn parts(&self) -> (Option<SellerId>, &str) {
        match self {
            Self::Seller { seller_id, name } => (Some(*seller_id), name),
            Self::Operator { name } => (None, name),
        }
    }
}

impl FromRow<'_, PgRow> for KeyOwner {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let name = row.try_get("name")?;
        Ok(match row.try_get::<Option<Uuid>, _>("seller_id")? {
            Some(id) => Self::Seller { seller_id: SellerId::from_uuid(id), name },
            None => Self::Operator { name },
        })
    }
}

/// Finds whose key has this hash; revoked keys are nobody's.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find(pool: &PgPool, hash: &ApiKeyHash) -> Result<Option<KeyOwner>, DatabaseError> {
    sqlx::query_as("select seller_id, name from api_keys where hash = $1 and revoked_at is null")
        .bind(hash.as_slice())
        .fetch_optional(pool)
        .await
        .doing("look up an API key")
}

/// Stores the hash of a new key. Storing the same one again changes nothing.
///
/// # Errors
///
/// Returns [`DatabaseError`] when there is no such seller, or the database is away.
pub async fn store(
    pool: &PgPool,
    hash: &ApiKeyHash,
    owner: &KeyOwner,
    actor: &str,
) -> Result<(), DatabaseError> {
    let (seller_id, name) = owner.parts();
    let mut transaction = pool.begin().await.doing("begin to store an API key")?;
    let stored = sqlx::query(
        "insert into api_keys (hash, role, seller_id, name) values ($1, $2, $3, $4)
         on conflict (hash) do nothing",
    )
    .bind(hash.as_slice())
    .bind(owner.role().as_str())
    .bind(seller_id.map(|id| id.as_uuid()))
    .bind(name)
    .execute(&mut *transaction)
    .await
    .doing("store an API key")?;
    if stored.rows_affected() == 1 {
        let entry = AuditEntry {
            actor,
            action: "key.create",
            drop_id: None,
            seller_id,
            old: None,
            new: Some(json!({ "role": owner.role(), "name": name })),
            why: "a new API key",
        };
        audit::write(&mut transaction, entry).await?;
    }
    transaction.commit().await.doing("commit an API key")
}
