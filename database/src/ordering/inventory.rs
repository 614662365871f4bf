//! Stock of drops: the hot rows, and every move of units between available, reserved and sold.

use crate::{DatabaseError, Doing};
use shared::{
    ids::{DropId, OrderId, VariantId},
    line::StockFigure,
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

/// One row of `inventory_moves`: what an order did to the stock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    pub(crate) drop_id: DropId,
    pub(crate) variant_id: VariantId,
    pub(crate) order_id: OrderId,
    pub(crate) kind: MoveKind,
    pub(crate) units: i32,
}

/// Which way units go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MoveKind {
    /// Available to reserved.
    Reserve,
    /// Reserved to available.
    Release,
    /// Reserved to sold.
    Sell,
}

impl MoveKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Reserve => "reserve",
            Self::Release => "release",
            Self::Sell => "sell",
        }
    }

    /// Signs of (available, reserved, sold).
    const fn signs(self) -> (i32, i32, i32) {
        match self {
            Self::Reserve => (-1, 1, 0),
            Self::Release => (1, -1, 0),
            Self::Sell => (0, -1, 1),
        }
    }
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

/// Moves units and writes each move. The rows are locked in key order, so two callers never wait
/// for each other in a circle. Returns the new figures.
pub(crate) async fn apply(
    conn: &mut PgConnection,
    moves: &[Move],
) -> Result<Vec<DropStock>, DatabaseError> {
    if moves.is_empty() {
        return Ok(Vec::new());
    }
    let stock = change_rows(conn, &sums(moves)).await?;
    append_moves(conn, moves, &stock).await?;
    Ok(stock)
}

type Key = (DropId, VariantId);

fn sums(moves: &[Move]) -> BTreeMap<Key, (i32, i32, i32)> {
    let mut sums = BTreeMap::<_, (i32, i32, i32)>::new();
    for change in moves {
        let (available, reserved, sold) = change.kind.signs();
        let sum = sums.entry((change.drop_id, change.variant_id)).or_default();
        sum.0 += available * change.units;
        sum.1 += reserved * change.units;
        sum.2 += sold * change.units;
    }
    sums
}

async fn change_rows(
    conn: &mut PgConnection,
    sums: &BTreeMap<Key, (i32, i32, i32)>,
) -> Result<Vec<DropStock>, DatabaseError> {
    let (drops, variants): (Vec<DropId>, Vec<VariantId>) = sums.keys().copied().unzip();
    sqlx::query(
        "select 1 from inventory i join unnest($1::uuid[], $2::uuid[]) k (drop_id, variant_id)
             on i.drop_id = k.drop_id and i.variant_id = k.variant_id
         order by i.drop_id, i.variant_id for no key update of i",
    )
    .bind(&drops)
    .bind(&variants)
    .execute(&mut *conn)
    .await
    .doing("lock stock")?;
    let rows: Vec<(DropId, VariantId, i64, i32, i32)> = sqlx::query_as(
        "update inventory i set available = i.available + d.available,
             reserved = i.reserved + d.reserved, sold = i.sold + d.sold, version = i.version + 1
         from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::int[])
             d (drop_id, variant_id, available, reserved, sold)
         where i.drop_id = d.drop_id and i.variant_id = d.variant_id
         returning i.drop_id, i.variant_id, i.version, i.available, i.reserved",
    )
    .bind(&drops)
    .bind(&variants)
    .bind(sums.values().map(|sum| sum.0).collect::<Vec<_>>())
    .bind(sums.values().map(|sum| sum.1).collect::<Vec<_>>())
    .bind(sums.values().map(|sum| sum.2).collect::<Vec<_>>())
    .fetch_all(conn)
    .await
    .doing("change stock")?;
    let stock = |(drop_id, variant_id, version, available, reserved): (_, _, _, i32, i32)| {
        let (available, reserved) = (available.unsigned_abs(), reserved.unsigned_abs());
        DropStock { drop_id, figure: StockFigure { variant_id, version, available, reserved } }
    };
    Ok(rows.into_iter().map(stock).collect())
}

async fn append_moves(
    conn: &mut PgConnection,
    moves: &[Move],
    stock: &[DropStock],
) -> Result<(), DatabaseError> {
    let versions: BTreeMap<Key, i64> = stock
        .iter()
        .map(|stock| ((stock.drop_id, stock.figure.variant_id), stock.figure.version))
        .collect();
    let version = |change: &Move| {
        versions.get(&(change.drop_id, change.variant_id)).copied().unwrap_or_default()
    };
    let signs = |pick: fn((i32, i32, i32)) -> i32| -> Vec<i32> {
        moves.iter().map(|change| pick(change.kind.signs()) * change.units).collect()
    };
    sqlx::query(
        "insert into inventory_moves
             (drop_id, variant_id, order_id, kind, d_available, d_reserved, d_sold, version)
         select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[],
             $5::int[], $6::int[], $7::int[], $8::bigint[])",
    )
    .bind(moves.iter().map(|change| change.drop_id).collect::<Vec<_>>())
    .bind(moves.iter().map(|change| change.variant_id).collect::<Vec<_>>())
    .bind(moves.iter().map(|change| change.order_id).collect::<Vec<_>>())
    .bind(moves.iter().map(|change| change.kind.as_str()).collect::<Vec<_>>())
    .bind(signs(|signs| signs.0))
    .bind(signs(|signs| signs.1))
    .bind(signs(|signs| signs.2))
    .bind(moves.iter().map(version).collect::<Vec<_>>())
    .execute(conn)
    .await
    .doing("write stock moves")?;
    Ok(())
}
