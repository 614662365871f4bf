//! Units that each customer has or holds in a drop.

use crate::{DatabaseError, Doing};
use shared::ids::{DropId, ShopperId};
use sqlx::{PgConnection, prelude::FromRow};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Units by customer. The order of the keys is the order of the locks.
pub(crate) type Usage = BTreeMap<(DropId, ShopperId), u32>;

#[derive(FromRow)]
struct UsageRow {
    drop_id: Uuid,
    customer_key: String,
    units: i32,
}

/// Locks the rows of these customers and reads them. Who has no row has nothing; nobody else can
/// make one meanwhile, since that takes the drop row's lock.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    customers: impl Iterator<Item = (DropId, ShopperId)>,
) -> Result<Usage, DatabaseError> {
    let mut usage: Usage = customers.map(|customer| (customer, 0)).collect();
    let (drops, keys) = columns(&usage);
    let rows: Vec<UsageRow> = sqlx::query_as(
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
    for row in rows {
        if let Ok(shopper) = row.customer_key.parse() {
            usage.insert((DropId::from_uuid(row.drop_id), shopper), row.units.unsigned_abs());
        }
    }
    Ok(usage)
}

/// Adds units; `max_units` holds the limit of each drop. The rows are locked already.
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

/// Gives units back.
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

fn columns(usage: &Usage) -> (Vec<Uuid>, Vec<String>) {
    usage.keys().map(|(drop_id, shopper)| (drop_id.as_uuid(), shopper.to_string())).unzip()
}
