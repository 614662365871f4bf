//! Stock of drops: the hot rows, and every move of units between available, reserved and sold.

use crate::{
    DatabaseError, Doing,
    journal::{JournalId, Moment},
};
use jiff_sqlx::ToSqlx;
use shared::{
    ids::{DropId, VariantId},
    line::StockFigure,
    text_enum,
};
use sqlx::{PgConnection, PgExecutor};
use std::collections::BTreeMap;

/// The stock of a variant in a drop at one version; the newer one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DropStock {
    /// The drop whose stock it is.
    pub drop_id: DropId,
    /// What its line must know.
    pub figure: StockFigure,
}

text_enum! {
    /// Why units moved.
    MoveCause {
        /// They were given to the drop.
        Carve = "carve",
        /// Orders were placed.
        Place = "place",
        /// A shopper took fewer units than were held.
        Choose = "choose",
        /// The provider answered.
        Pay = "pay",
        /// Visits began or ended, or passes were taken back.
        Visit = "visit",
        /// Holds ran out.
        Expire = "expire",
        /// Orders were cancelled.
        Cancel = "cancel",
        /// A person decided about a payment.
        Review = "review",
        /// They were given back to their variant.
        GiveBack = "give_back",
    }
}

/// What changes of a stock row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct UnitDelta {
    pub(crate) available: i32,
    pub(crate) reserved: i32,
    pub(crate) sold: i32,
}

/// Reads the stock of a drop.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn figures(
    executor: impl PgExecutor<'_>,
    drop_id: DropId,
) -> Result<Vec<StockFigure>, DatabaseError> {
    sqlx::query!(
        "select variant_id, version, available, reserved from inventory
         where drop_id = $1 order by variant_id",
        drop_id as DropId,
    )
    .map(|row| StockFigure {
        variant_id: row.variant_id,
        version: row.version,
        available: row.available.unsigned_abs(),
        reserved: row.reserved.unsigned_abs(),
    })
    .fetch_all(executor)
    .await
    .doing("read the stock of a drop")
}

/// Locks every stock row of a drop, in key order. Whoever is going to move units does so before
/// anything but the drop itself is locked.
pub(crate) async fn lock(conn: &mut PgConnection, drop_id: DropId) -> Result<(), DatabaseError> {
    sqlx::query!(
        "select from inventory where drop_id = $1 order by variant_id for no key update",
        drop_id as DropId,
    )
    .execute(conn)
    .await
    .doing("lock stock")?;
    Ok(())
}

/// Changes the stock of a drop, whose rows are locked, and writes a move for each row that changes.
/// Returns the new figures.
pub(crate) async fn change(
    conn: &mut PgConnection,
    moment: &Moment,
    cause: MoveCause,
    drop_id: DropId,
    deltas: &BTreeMap<VariantId, UnitDelta>,
) -> Result<Vec<DropStock>, DatabaseError> {
    let changing = deltas.iter().filter(|(_, delta)| **delta != UnitDelta::default());
    let (variants, deltas): (Vec<VariantId>, Vec<UnitDelta>) =
        changing.map(|(variant_id, delta)| (*variant_id, *delta)).unzip();
    if variants.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query!(
        "with changed as (
             update inventory i set available = i.available + d.available,
                 reserved = i.reserved + d.reserved, sold = i.sold + d.sold,
                 version = i.version + 1
             from unnest($2::uuid[], $3::int[], $4::int[], $5::int[])
                 d (variant_id, available, reserved, sold)
             where i.drop_id = $1 and i.variant_id = d.variant_id
             returning i.variant_id, i.version, i.available, i.reserved,
                 d.available as d_available, d.reserved as d_reserved, d.sold as d_sold),
         moved as (
             insert into stock_moves (drop_id, variant_id, version, cause, d_available, d_reserved,
                 d_sold, journal_id, at)
             select $1, variant_id, version, $6, d_available, d_reserved, d_sold, $7, $8
             from changed)
         select variant_id, version, available, reserved from changed order by variant_id",
        drop_id as DropId,
        variants as Vec<VariantId>,
        deltas.iter().map(|delta| delta.available).collect::<Vec<_>>() as Vec<i32>,
        deltas.iter().map(|delta| delta.reserved).collect::<Vec<_>>() as Vec<i32>,
        deltas.iter().map(|delta| delta.sold).collect::<Vec<_>>() as Vec<i32>,
        cause as MoveCause,
        moment.journal_id as JournalId,
        moment.at.to_sqlx(),
    )
    .map(|row| DropStock {
        drop_id,
        figure: StockFigure {
            variant_id: row.variant_id,
            version: row.version,
            available: row.available.unsigned_abs(),
            reserved: row.reserved.unsigned_abs(),
        },
    })
    .fetch_all(conn)
    .await
    .doing("change stock")
}
