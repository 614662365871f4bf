//! Links into a console, each good once and for ten minutes.

use crate::{
    DatabaseError, Doing,
    people::{
        api_keys::{KeyOwner, KeyRole},
        audit::{self, AuditEntry},
    },
};
use jiff::Timestamp;
use serde_json::json;
use shared::{
    credentials::ApiKeyHash,
    ids::{KeyId, SellerId},
};
use sqlx::PgPool;

/// A link to make.
#[derive(Clone, Copy, Debug)]
pub struct NewLink<'a> {
    /// What is kept of its token.
    pub hash: &'a ApiKeyHash,
    /// As whom it signs in.
    pub owner: &'a KeyOwner,
    /// The key of whoever makes it; `None` on the command line.
    pub key_id: Option<KeyId>,
}

/// Makes a link, with its audit row; returns until when it is good.
///
/// # Errors
///
/// Returns [`DatabaseError`] when there is no such seller, or the database is away.
pub async fn make_link(
    pool: &PgPool,
    link: NewLink<'_>,
    actor: &str,
    why: &str,
) -> Result<Timestamp, DatabaseError> {
    let owner = link.owner;
    let mut transaction = pool.begin().await.doing("begin to make a link")?;
    let expires_at = sqlx::query_scalar!(
        "insert into console_links (hash, role, seller_id, name, key_id, expires_at)
         values ($1, $2, $3, $4, $5, now() + interval '10 minutes') returning expires_at",
        link.hash.as_slice(),
        owner.role() as KeyRole,
        owner.seller_id() as Option<SellerId>,
        owner.name(),
        link.key_id as Option<KeyId>,
    )
    .fetch_one(&mut *transaction)
    .await
    .doing("make a link")?
    .to_jiff();
    let entry = AuditEntry {
        actor,
        action: "console.link",
        drop_id: None,
        seller_id: owner.seller_id(),
        old: None,
        new: Some(json!({
            "role": owner.role(),
            "name": owner.name(),
            "expires_at": expires_at,
        })),
        why,
    };
    audit::write(&mut transaction, &entry).await?;
    transaction.commit().await.doing("commit a link")?;
    Ok(expires_at)
}
