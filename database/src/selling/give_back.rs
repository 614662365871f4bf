//! The way of unsold units from a drop back to its variants.

use crate::{DatabaseError, Doing};
use shared::ids::DropId;
use sqlx::PgConnection;

/// Moves a drop's free units back into its variants; returns how many. Variants are locked in the order of
/// their ids, as by whoever takes units out of them.
pub(super) async fn give_back(
    conn: &mut PgConnection,
    drop_id: DropId,
) -> Result<i64, DatabaseError> {
    sqlx::query_scalar!(
        r#"with free as (
             select i.variant_id, i.available
             from inventory i join variants v on v.id = i.variant_id
             where i.drop_id = $1 and i.available > 0
             order by i.variant_id for no key update of i, v),
         emptied as (
             update inventory i set total = i.total - f.available, available = 0,
                 version = i.version + 1
             from free f where i.drop_id = $1 and i.variant_id = f.variant_id
             returning i.variant_id, f.available, i.version),
         moved as (
             insert into stock_moves
                 (drop_id, variant_id, version, cause, d_available, d_reserved, d_sold)
             select $1, variant_id, version, 'give_back', -available, 0, 0 from emptied),
         returned as (
             update variants v set stock = v.stock + e.available
             from emptied e where v.id = e.variant_id)
         select coalesce(sum(available), 0)::bigint as "n_units!" from emptied"#,
        drop_id as DropId,
    )
    .fetch_one(conn)
    .await
    .doing("give units back to a variant")
}
