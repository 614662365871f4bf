//! Browsers that are signed in to a console.

use crate::{
    DatabaseError, Doing,
    people::{
        api_keys::KeyOwner,
        audit::{self, AuditEntry},
    },
};
use jiff::Timestamp;
use serde_json::json;
use shared::{credentials::ApiKeyHash, ids::KeyId};
use sqlx::{PgConnection, PgPool};

/// A session of a console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleSession {
    /// Who is signed in.
    pub owner: KeyOwner,
    /// The key that it goes back to, and ends with.
    pub key_id: Option<KeyId>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// A row of `console_sessions` as its session. Each query has a row type of its own.
macro_rules! session {
    ($row:ident) => {
        ConsoleSession {
            owner: KeyOwner::of_row($row.role, $row.seller_id, $row.name),
            key_id: $row.key_id,
            expires_at: $row.expires_at.to_jiff(),
        }
    };
}

/// Begins a session of 12 hours for the holder of a key, under the hash of its token; `None` if the
/// key is nobody's. With an audit row.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn begin_with_key(
    pool: &PgPool,
    key: &ApiKeyHash,
    token: &ApiKeyHash,
) -> Result<Option<ConsoleSession>, DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to sign in with a key")?;
    let begun = sqlx::query!(
        "insert into console_sessions (hash, role, seller_id, name, key_id, expires_at)
         select $1, role, seller_id, name, id, now() + interval '12 hours' from api_keys
         where hash = $2 and revoked_at is null
         returning role, seller_id, name, key_id, expires_at",
        token.as_slice(),
        key.as_slice(),
    )
    .map(|row| session!(row))
    .fetch_optional(&mut *transaction)
    .await
    .doing("sign in with a key")?;
    let Some(session) = begun else { return Ok(None) };
    note(&mut transaction, &session, "with a key").await?;
    transaction.commit().await.doing("commit a sign-in")?;
    Ok(Some(session))
}

/// As [`begin_with_key`], by a link, which is used up; `None` if it was used before, is over, or was
/// made by the holder of a key that was revoked.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; the link is good then as before.
pub async fn begin_with_link(
    pool: &PgPool,
    link: &ApiKeyHash,
    token: &ApiKeyHash,
) -> Result<Option<ConsoleSession>, DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to sign in by a link")?;
    // Of two who come with it at once, the second finds it gone.
    let begun = sqlx::query!(
        "with used as (
             delete from console_links l where l.hash = $2 and l.expires_at > now()
                 and not exists (
                     select from api_keys k where k.id = l.key_id and k.revoked_at is not null)
             returning role, seller_id, name, key_id)
         insert into console_sessions (hash, role, seller_id, name, key_id, expires_at)
         select $1, role, seller_id, name, key_id, now() + interval '12 hours' from used
         returning role, seller_id, name, key_id, expires_at",
        token.as_slice(),
        link.as_slice(),
    )
    .map(|row| session!(row))
    .fetch_optional(&mut *transaction)
    .await
    .doing("sign in by a link")?;
    let Some(session) = begun else { return Ok(None) };
    note(&mut transaction, &session, "by a link").await?;
    transaction.commit().await.doing("commit a sign-in")?;
    Ok(Some(session))
}

async fn note(
    connection: &mut PgConnection,
    session: &ConsoleSession,
    why: &str,
) -> Result<(), DatabaseError> {
    let owner = &session.owner;
    let entry = AuditEntry {
        actor: &owner.actor(),
        action: "console.sign_in",
        drop_id: None,
        seller_id: owner.seller_id(),
        old: None,
        new: Some(json!({
            "role": owner.role(),
            "name": owner.name(),
            "expires_at": session.expires_at,
        })),
        why,
    };
    audit::write(connection, &entry).await
}

/// Finds a session by the hash of its token; one that is over, or whose key was revoked, is none.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find(
    pool: &PgPool,
    token: &ApiKeyHash,
) -> Result<Option<ConsoleSession>, DatabaseError> {
    sqlx::query!(
        "select role, seller_id, name, key_id, expires_at from console_sessions s
         where s.hash = $1 and s.expires_at > now() and not exists (
             select from api_keys k where k.id = s.key_id and k.revoked_at is not null)",
        token.as_slice(),
    )
    .map(|row| session!(row))
    .fetch_optional(pool)
    .await
    .doing("look up a console's session")
}
