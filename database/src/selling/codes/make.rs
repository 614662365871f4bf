//! Storing codes that were made.

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::json;
use shared::{
    credentials::DropCodeHash,
    drops::DropState,
    ids::{DropId, SellerId},
    line::Lane,
};
use sqlx::{PgConnection, PgPool};

/// Codes of one drop, revoked ones included, at most.
pub const MAX_CODES_OF_DROP: i64 = 100_000;
/// Labels of one drop, at most.
pub const MAX_LABELS_OF_DROP: i64 = 1000;

/// Codes to store, all of one kind.
#[derive(Clone, Copy, Debug)]
pub struct NewCodes<'a> {
    /// Their hashes.
    pub hashes: &'a [DropCodeHash],
    /// The lane that they open.
    pub lane: Lane,
    /// How many shoppers may use each.
    pub max_uses: i32,
    /// What they are known by, 1 to 200 characters; new for the drop.
    pub label: &'a str,
}

/// Why codes were not stored.
#[derive(Debug, thiserror::Error)]
pub enum MakeCodesError {
    /// The seller has no such drop.
    #[error("there is no such drop")]
    NotFound,
    /// The drop is over.
    #[error("a drop that is {0} gets no codes")]
    WrongState(DropState),
    /// The drop has no such lane.
    #[error("there is no such lane")]
    NoSuchLane,
    /// There are codes of this label, perhaps from a first try whose answer was lost.
    #[error("there are codes of this label")]
    LabelTaken,
    /// There would be more codes than a drop may have, or more labels.
    #[error("a drop may have {MAX_CODES_OF_DROP} codes of {MAX_LABELS_OF_DROP} labels")]
    TooMany,
    /// The database failed; nothing is stored then.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// What stands against codes of a label in a lane.
struct Obstacles {
    state: DropState,
    has_lane: bool,
    has_label: bool,
    n_codes: i64,
    n_labels: i64,
}

/// Stores codes of a seller's drop, with an audit row.
///
/// # Errors
///
/// Returns [`MakeCodesError`] when the drop is not the seller's, is over or has no such lane, when the
/// label is taken, or when there would be too many.
pub async fn make(
    pool: &PgPool,
    seller_id: SellerId,
    drop_id: DropId,
    codes: NewCodes<'_>,
    actor: &str,
) -> Result<(), MakeCodesError> {
    let mut transaction = pool.begin().await.doing("begin to make codes")?;
    let connection = &mut *transaction;
    lock(connection, seller_id, drop_id).await?;
    let obstacles = look(connection, drop_id, codes).await?;
    obstacles.check(codes)?;
    insert(connection, drop_id, codes).await?;
    let entry = AuditEntry {
        actor,
        action: "drop.codes",
        drop_id: Some(drop_id),
        seller_id: Some(seller_id),
        old: None,
        new: Some(json!({
            "label": codes.label,
            "lane": codes.lane,
            "max_uses": codes.max_uses,
            "count": codes.hashes.len(),
        })),
        why: "new codes",
    };
    audit::write(connection, &entry).await?;
    Ok(transaction.commit().await.doing("commit codes")?)
}

impl Obstacles {
    fn check(&self, codes: NewCodes<'_>) -> Result<(), MakeCodesError> {
        if self.state.is_over() {
            return Err(MakeCodesError::WrongState(self.state));
        }
        if codes.lane != Lane::NORMAL && !self.has_lane {
            return Err(MakeCodesError::NoSuchLane);
        }
        if self.has_label {
            return Err(MakeCodesError::LabelTaken);
        }
        let n_codes = self.n_codes + codes.hashes.len() as i64;
        if n_codes > MAX_CODES_OF_DROP || self.n_labels >= MAX_LABELS_OF_DROP {
            return Err(MakeCodesError::TooMany);
        }
        Ok(())
    }
}

/// Locks the drop: what is found then stays so until the codes are stored.
async fn lock(
    connection: &mut PgConnection,
    seller_id: SellerId,
    drop_id: DropId,
) -> Result<(), MakeCodesError> {
    let locked = sqlx::query_scalar!(
        "select id from drops where id = $1 and seller_id = $2 for update",
        drop_id as DropId,
        seller_id as SellerId,
    )
    .fetch_optional(connection)
    .await
    .doing("lock a drop for its codes")?;
    locked.map(|_| ()).ok_or(MakeCodesError::NotFound)
}

async fn look(
    connection: &mut PgConnection,
    drop_id: DropId,
    codes: NewCodes<'_>,
) -> Result<Obstacles, DatabaseError> {
    sqlx::query_as!(
        Obstacles,
        r#"select d.state,
             exists (select from drop_lanes l where l.drop_id = d.id and l.lane = $2)
                 as "has_lane!",
             exists (select from drop_codes c where c.drop_id = d.id and c.label = $3)
                 as "has_label!",
             (select count(*) from drop_codes c where c.drop_id = d.id) as "n_codes!",
             (select count(distinct c.label) from drop_codes c where c.drop_id = d.id)
                 as "n_labels!"
           from drops d where d.id = $1"#,
        drop_id as DropId,
        i16::from(codes.lane.0),
        codes.label,
    )
    .fetch_one(connection)
    .await
    .doing("look for codes of a drop")
}

async fn insert(
    connection: &mut PgConnection,
    drop_id: DropId,
    codes: NewCodes<'_>,
) -> Result<(), DatabaseError> {
    let hashes: Vec<Vec<u8>> = codes.hashes.iter().map(|hash| hash.to_vec()).collect();
    sqlx::query!(
        "insert into drop_codes (drop_id, code_hash, lane, max_uses, label)
         select $1, hash, $3, $4, $5 from unnest($2::bytea[]) hash",
        drop_id as DropId,
        &hashes[..],
        i16::from(codes.lane.0),
        codes.max_uses,
        codes.label,
    )
    .execute(connection)
    .await
    .doing("store codes")?;
    Ok(())
}
