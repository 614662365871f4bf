//! The number and the time of a transaction.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use sqlx::PgConnection;

/// Number of a journal row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct JournalId(pub i64);

/// A transaction's number and time, drawn once its locks are held: of two changes of one order the
/// later one has the greater number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) journal_id: JournalId,
    pub(crate) at: Timestamp,
}

/// Draws a moment for each of `n` journal rows of one transaction; all have the same time.
pub(crate) async fn moments(
    conn: &mut PgConnection,
    n: usize,
) -> Result<Vec<Moment>, DatabaseError> {
    sqlx::query!(
        r#"with clock as materialized (select clock_timestamp() as at)
         select nextval('journal_ids') as "id!: JournalId", clock.at as "at!"
         from clock, generate_series(1, $1::int)"#,
        i32::try_from(n).unwrap_or(i32::MAX),
    )
    .map(|row| Moment { journal_id: row.id, at: row.at.to_jiff() })
    .fetch_all(conn)
    .await
    .doing("ask for the time")
}

/// Draws the moment of a transaction with one journal row.
pub(crate) async fn moment(conn: &mut PgConnection) -> Result<Moment, DatabaseError> {
    let drawn = moments(conn, 1).await?.pop();
    drawn.ok_or_else(|| DatabaseError::new("ask for the time", sqlx::Error::RowNotFound))
}
