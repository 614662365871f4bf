//! Who changed what and why, append-only. An entry is written in the transaction of its change, so
//! that neither can be without the other (AUDIT-1).

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use serde_json::Value;
use shared::ids::{DropId, SellerId};
use sqlx::{PgConnection, PgPool};

/// A change to write down.
pub(crate) struct AuditEntry<'a> {
    /// Who did it, such as `seller:<id>` or `operator:ann`.
    pub(crate) actor: &'a str,
    /// What was done, such as `drop.limits`.
    pub(crate) action: &'static str,
    pub(crate) drop_id: Option<DropId>,
    pub(crate) seller_id: Option<SellerId>,
    /// The values before; `None` for what is new.
    pub(crate) old: Option<Value>,
    pub(crate) new: Option<Value>,
    /// The reason that was given.
    pub(crate) why: &'a str,
}

/// A change that was written down.
#[derive(Clone, Debug)]
pub struct AuditRecord {
    /// Number of the entry; later ones are greater.
    pub id: i64,
    /// When the change was made.
    pub at: Timestamp,
    /// Who did it, such as `seller:<id>` or `operator:ann`.
    pub actor: String,
    /// What was done, such as `drop.limits`.
    pub action: String,
    /// The drop that it is about, if it is about one.
    pub drop_id: Option<DropId>,
    /// The tenant that it is about, if it is about one.
    pub seller_id: Option<SellerId>,
    /// The values before; `None` for what was new.
    pub old: Option<Value>,
    /// The values after.
    pub new: Option<Value>,
    /// The reason that was given.
    pub why: String,
}

/// Writes an entry in the transaction of its change.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the row cannot be written; the change must then not be committed.
pub(crate) async fn write(
    connection: &mut PgConnection,
    entry: &AuditEntry<'_>,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into audit_log (actor, action, drop_id, seller_id, old, new, why)
         values ($1, $2, $3, $4, $5, $6, $7)",
        entry.actor,
        entry.action,
        entry.drop_id as Option<DropId>,
        entry.seller_id as Option<SellerId>,
        entry.old,
        entry.new,
        entry.why,
    )
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
    sqlx::query_as!(
        AuditRecord,
        "select id, at, actor, action, drop_id, seller_id, old, new, why from audit_log
         where ($1::uuid is null or drop_id = $1) and ($2::bigint is null or id < $2)
         order by id desc limit $3",
        drop_id as Option<DropId>,
        before,
        limit,
    )
    .fetch_all(pool)
    .await
    .doing("read the audit log")
}
