//! Who changed what and why, append-only. An entry is written in the transaction of its change, so
//! that neither can be without the other (AUDIT-1).

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use serde_json::Value;
use shared::ids::{DropId, SellerId};
use sqlx::{FromRow, PgConnection, PgPool, Row, postgres::PgRow};
use uuid::Uuid;

/// A change about to be written down.
#[derive(Clone, Debug)]
pub struct AuditEntry<'a> {
    /// Who, such as `seller:<id>` or `operator:ann`.
    pub actor: &'a str,
    /// What, such as `drop.limits`.
    pub action: &'static str,
    /// The drop, if it is about one.
    pub drop_id: Option<DropId>,
    /// The tenant, if it is about one.
    pub seller_id: Option<SellerId>,
    /// What it was.
    pub old: Option<Value>,
    /// What it became.
    pub new: Option<Value>,
    /// The reason that was given.
    pub why: &'a str,
}

/// A change that was written down.
#[derive(Clone, Debug)]
pub struct AuditRecord {
    /// Its number; later ones are greater.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// The drop, if it is about one.
    pub drop_id: Option<DropId>,
    /// The tenant, if it is about one.
    pub seller_id: Option<SellerId>,
    /// What it was.
    pub old: Option<Value>,
    /// What it became.
    pub new: Option<Value>,
    /// The reason that was given.
    pub why: String,
}

impl FromRow<'_, PgRow> for AuditRecord {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            at: row.try_get::<jiff_sqlx::Timestamp, _>("at")?.to_jiff(),
            actor: row.try_get("actor")?,
            action: row.try_get("action")?,
            drop_id: row.try_get::<Option<Uuid>, _>("drop_id")?.map(DropId::from_uuid),
            seller_id: row.try_get::<Option<Uuid>, _>("seller_id")?.map(SellerId::from_uuid),
            old: row.try_get("old")?,
            new: row.try_get("new")?,
            why: row.try_get("why")?,
        })
    }
}

/// Writes an entry in the transaction of its change.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the row cannot be written; the change must then not be committed.
pub async fn write(
    connection: &mut PgConnection,
    entry: AuditEntry<'_>,
) -> Result<(), DatabaseError> {
    sqlx::query(
        "insert into audit_log (actor, action, drop_id, seller_id, old, new, why)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(entry.actor)
    .bind(entry.action)
    .bind(entry.drop_id.map(|id| id.as_uuid()))
    .bind(entry.seller_id.map(|id| id.as_uuid()))
    .bind(entry.old)
    .bind(entry.new)
    .bind(entry.why)
    .execute(connection)
    .await
    .doing("write the audit log")?;
    Ok(())
}

/// Reads entries, newest first, from below `before`.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list(
    pool: &PgPool,
    drop_id: Option<DropId>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditRecord>, DatabaseError> {
    sqlx::query_as(
        "select id, at, actor, action, drop_id, seller_id, old, new, why from audit_log
         where ($1::uuid is null or drop_id = $1) and ($2::bigint is null or id < $2)
         order by id desc limit $3",
    )
    .bind(drop_id.map(|id| id.as_uuid()))
    .bind(before)
    .bind(limit)
    .fetch_all(pool)
    .await
    .doing("read the audit log")
}
