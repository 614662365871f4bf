//! Units that each customer has or holds in a drop that allows more than one.

use crate::{DatabaseError, Doing};
use shared::ids::{DropId, ShopperId};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Units by customer. The order of the keys is the order of the locks.
pub(crate) type Usage = BTreeMap<(DropId, ShopperId), u32>;

/// Locks the rows of these customers and reads them. A customer without a row has no units; nobody
/// else can insert one meanwhile, since that takes the drop row's lock.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    customers: impl Iterator<Item = (DropId, ShopperId)>,
) -> Result<Usage, DatabaseError> {
    let mut usage: Usage = customers.map(|customer| (customer, 0)).collect();
    if usage.is_empty() {
        return Ok(usage);
    }
    let (drops, shoppers) = columns(&usage);
    let rows = sqlx::query!(
        r#"select k.drop_id as "drop_id!: DropId", k.shopper_id as "shopper_id!: ShopperId",
             u.units
         from unnest($1::uuid[], $2::uuid[]) k (drop_id, shopper_id)
         join customer_usage u on u.drop_id = k.drop_id and u.kind = 'account'
             and u.key = uuid_send(k.shopper_id)
         order by u.drop_id, u.key for no key update of u"#,
        drops as Vec<DropId>,
        shoppers as Vec<ShopperId>,
    )
    .fetch_all(conn)
    .await
    .doing("lock customers")?;
    for row in rows {
        usage.insert((row.drop_id, row.shopper_id), row.units.unsigned_abs());
    }
    Ok(usage)
}

/// Adds units; `max_units` returns the limit of each drop. The rows are locked already.
pub(crate) async fn add(
    conn: &mut PgConnection,
    added: &Usage,
    max_units: impl Fn(DropId) -> u32,
) -> Result<(), DatabaseError> {
    if added.is_empty() {
        return Ok(());
    }
    let (drops, shoppers) = columns(added);
    sqlx::query!(
        "insert into customer_usage as u (drop_id, kind, key, units, max_units)
         select k.drop_id, 'account', uuid_send(k.shopper_id), k.units, k.max_units
         from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[])
             k (drop_id, shopper_id, units, max_units)
         on conflict (drop_id, kind, key) do update
             set units = u.units + excluded.units, max_units = excluded.max_units",
        drops as Vec<DropId>,
        shoppers as Vec<ShopperId>,
        added.values().map(|units| *units as i32).collect::<Vec<_>>() as Vec<i32>,
        added.keys().map(|key| max_units(key.0) as i32).collect::<Vec<_>>() as Vec<i32>,
    )
    .execute(conn)
    .await
    .doing("count units of customers")?;
    Ok(())
}

/// Takes units off again, of orders that ended without being paid.
pub(crate) async fn give_back(
    conn: &mut PgConnection,
    returned: &Usage,
) -> Result<(), DatabaseError> {
    if returned.is_empty() {
        return Ok(());
    }
    lock(conn, returned.keys().copied()).await?;
    let (drops, shoppers) = columns(returned);
    sqlx::query!(
        "update customer_usage u set units = u.units - k.units
         from unnest($1::uuid[], $2::uuid[], $3::int[]) k (drop_id, shopper_id, units)
         where u.drop_id = k.drop_id and u.kind = 'account' and u.key = uuid_send(k.shopper_id)",
        drops as Vec<DropId>,
        shoppers as Vec<ShopperId>,
        returned.values().map(|units| *units as i32).collect::<Vec<_>>() as Vec<i32>,
    )
    .execute(conn)
    .await
    .doing("give units of customers back")?;
    Ok(())
}

fn columns(usage: &Usage) -> (Vec<DropId>, Vec<ShopperId>) {
    usage.keys().copied().unzip()
}
