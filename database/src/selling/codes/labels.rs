//! What there is of each label; revoking.

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use jiff::Timestamp;
use serde_json::json;
use shared::{
    credentials::DropCodeHash,
    ids::{DropId, SellerId},
    line::Lane,
};
use sqlx::{PgConnection, PgPool};

/// The codes of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeLabel {
    /// What they are known by.
    pub label: String,
    /// The lane that they open.
    pub lane: Lane,
    /// How many shoppers may use each.
    pub max_uses: i32,
    /// How many there are, revoked ones included.
    pub n_codes: i64,
    /// How many were revoked.
    pub n_revoked: i64,
    /// How often they were used, all together.
    pub uses: i64,
    /// When they were made.
    pub created_at: Timestamp,
}

/// Which codes are to be revoked.
#[derive(Clone, Copy, Debug)]
pub enum RevokedCodes<'a> {
    /// All of a label.
    Label(&'a str),
    /// One.
    Code(&'a DropCodeHash),
}

/// Lists the labels of a seller's drop, the newest first.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn labels(
    pool: &PgPool,
    seller_id: SellerId,
    drop_id: DropId,
) -> Result<Vec<CodeLabel>, DatabaseError> {
    sqlx::query!(
        r#"select c.label, min(c.lane) as "lane!", min(c.max_uses) as "max_uses!",
             count(*) as "n_codes!", count(c.revoked_at) as "n_revoked!", sum(c.uses) as "uses!",
             min(c.created_at) as "created_at!"
           from drop_codes c join drops d on d.id = c.drop_id
           where c.drop_id = $2 and d.seller_id = $1
           group by c.label order by min(c.created_at) desc, c.label"#,
        seller_id as SellerId,
        drop_id as DropId,
    )
    .map(|row| CodeLabel {
        label: row.label,
        // The table's check keeps it in bounds.
        lane: Lane(u8::try_from(row.lane).unwrap_or_default()),
        max_uses: row.max_uses,
        n_codes: row.n_codes,
        n_revoked: row.n_revoked,
        uses: row.uses,
        created_at: row.created_at.to_jiff(),
    })
    .fetch_all(pool)
    .await
    .doing("list codes")
}

/// Revokes codes of a seller's drop, with an audit row, and returns how many; those that are revoked
/// stay as they are. Whoever has used one keeps what it was used for.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn revoke(
    pool: &PgPool,
    seller_id: SellerId,
    drop_id: DropId,
    codes: RevokedCodes<'_>,
    actor: &str,
    why: &str,
) -> Result<u64, DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to revoke codes")?;
    let connection = &mut *transaction;
    let n_revoked = mark(connection, seller_id, drop_id, codes).await?;
    if n_revoked == 0 {
        return Ok(0);
    }
    let which = match codes {
        RevokedCodes::Label(label) => json!({ "label": label, "count": n_revoked }),
        // Not even its hash: whoever reads the log could look for the code.
        RevokedCodes::Code(_) => json!({ "count": n_revoked }),
    };
    let entry = AuditEntry {
        actor,
        action: "drop.codes_revoke",
        drop_id: Some(drop_id),
        seller_id: Some(seller_id),
        old: Some(which),
        new: None,
        why,
    };
    audit::write(connection, &entry).await?;
    transaction.commit().await.doing("commit a revocation of codes")?;
    Ok(n_revoked)
}

async fn mark(
    connection: &mut PgConnection,
    seller_id: SellerId,
    drop_id: DropId,
    codes: RevokedCodes<'_>,
) -> Result<u64, DatabaseError> {
    let (label, hash) = match codes {
        RevokedCodes::Label(label) => (Some(label), None),
        RevokedCodes::Code(hash) => (None, Some(hash.as_slice())),
    };
    let revoked = sqlx::query!(
        "update drop_codes c set revoked_at = now() from drops d
         where c.drop_id = $2 and d.id = c.drop_id and d.seller_id = $1 and c.revoked_at is null
             and (c.label = $3 or c.code_hash = $4)",
        seller_id as SellerId,
        drop_id as DropId,
        label,
        hash,
    )
    .execute(connection)
    .await
    .doing("revoke codes")?;
    Ok(revoked.rows_affected())
}
