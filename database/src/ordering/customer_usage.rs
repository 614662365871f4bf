//! Units that each customer has or holds in a drop.

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
    let (drops, keys) = columns(&usage);
    let rows: Vec<(DropId, String, i32)> = sqlx::query_as(
        "select u.drop_id, u.customer_key, u.units
         from unnest($1::uuid[], $2::text[]) k (drop_id, customer_key)
         join customer_usage u on u.drop_id = k.drop_id and u.customer_key = k.customer_key
         order by u.drop_id, u.customer_key for no key update of u",
    )
    .bind(drops)
    .bind(keys)
    .fetch_all(conn)
    .await
    .doing("lock customers")?;
    for (drop_id, customer_key, units) in rows {
        if let Ok(shopper_id) = customer_key.parse() {
            usage.insert((drop_id, shopper_id), units.unsigned_abs());
        }
    }
    Ok(usage)
}

/// Adds units; `max_units` returns the limit of each drop. The rows are locked already.
pub(crate) async fn add(
    conn: &mut PgConnection,
    added: &Usage,
    max_units: impl Fn(DropId) -> u32,
) -> Result<(), DatabaseError> {
    let (drops, keys) = columns(added);
    sqlx::query(
        "insert into customer_usage as u (drop_id, customer_key, units, max_units)
         select * from unnest($1::uuid[], $2::text[], $3::int[], $4::int[])
         on conflict (drop_id, customer_key) do update
             set units = u.units + excluded.units, max_units = excluded.max_units",
    )
    .bind(drops)
    .bind(keys)
    .bind(added.values().map(|units| *units as i32).collect::<Vec<_>>())
    .bind(added.keys().map(|key| max_units(key.0) as i32).collect::<Vec<_>>())
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
    lock(conn, returned.keys().copied()).await?;
    let (drops, keys) = columns(returned);
    sqlx::query(
        "update customer_usage u set units = u.units - k.units
         from unnest($1::uuid[], $2::text[], $3::int[]) k (drop_id, customer_key, units)
         where u.drop_id = k.drop_id and u.customer_key = k.customer_key",
    )
    .bind(drops)
    .bind(keys)
    .bind(returned.values().map(|units| *units as i32).collect::<Vec<_>>())
    .execute(conn)
    .await
    .doing("give units of customers back")?;
    Ok(())
}

fn columns(usage: &Usage) -> (Vec<DropId>, Vec<String>) {
    usage.keys().map(|(drop_id, shopper_id)| (*drop_id, shopper_id.to_string())).unzip()
}
