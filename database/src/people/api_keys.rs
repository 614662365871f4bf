//! Keys of sellers and operators, kept as hashes.

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::json;
use shared::{credentials::ApiKeyHash, ids::SellerId, text_enum};
use sqlx::PgPool;

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
        /// The tenant that the key acts for.
        seller_id: SellerId,
        /// The key's name, as the audit log has it.
        name: String,
    },
    /// The installation's own people.
    Operator {
        /// The key's name, as the audit log has it.
        name: String,
    },
}

impl KeyOwner {
    /// Returns the role that goes with the key.
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

/// Finds the owner of the key with this hash; a revoked key has none.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find(pool: &PgPool, hash: &ApiKeyHash) -> Result<Option<KeyOwner>, DatabaseError> {
    sqlx::query!(
        "select seller_id, name from api_keys where hash = $1 and revoked_at is null",
        hash.as_slice(),
    )
    .map(|row| match row.seller_id {
        Some(seller_id) => KeyOwner::Seller { seller_id, name: row.name },
        None => KeyOwner::Operator { name: row.name },
    })
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
    let stored = sqlx::query!(
        "insert into api_keys (hash, role, seller_id, name) values ($1, $2, $3, $4)
         on conflict (hash) do nothing",
        hash.as_slice(),
        owner.role() as KeyRole,
        seller_id as Option<SellerId>,
        name,
    )
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
        audit::write(&mut transaction, &entry).await?;
    }
    transaction.commit().await.doing("commit an API key")
}
