//! The provider says that something happened. A callback is a hint: it makes us ask.

use crate::{DatabaseError, Doing};
use sqlx::PgPool;
use uuid::Uuid;

/// Takes in a callback of the provider, whose signature the caller has checked. The first time, it
/// makes the calls due that had no certain answer; after that, nothing. Returns whether it was new.
///
/// The reference names an order, or a payment of one. An authorization that was closed without
/// money is asked about again if it was given up, or if its order has ended unpaid: whatever the
/// provider holds is found then, and let go.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; the provider sends it again then.
pub async fn receive_event(
    pool: &PgPool,
    event_id: &str,
    reference: &str,
    kind: &str,
) -> Result<bool, DatabaseError> {
    // A reference that is no id of ours tells us nothing.
    let named: Option<Uuid> = reference.parse().ok();
    // The order is found first, since no index serves "an order's, or this one". A call that is
    // opened again counts as made, so that the provider is asked what it has before
    // anything is asked of it.
    sqlx::query_scalar!(
        r#"with event as (
             insert into provider_events (event_id, payment_ref, type) values ($1, $2, $3)
             on conflict do nothing returning event_id),
         named as (
             select p.id, p.drop_id, p.status from payments p
             cross join lateral (select state from orders where id = p.order_id limit 1) o
             where exists (select from event)
                 and p.order_id = coalesce((select order_id from payments where id = $4), $4)
                 and (p.order_id = $4 or p.id = $4)
                 and (p.status = 'unknown' or p.kind = 'authorize' and (p.status = 'failed'
                     or p.status = 'declined'
                         and o.state in ('expired', 'payment_failed', 'cancelled')))
             order by p.id for no key update of p),
         opened as (
             update payments p set status = 'unknown', code = null, updated_at = now()
             from named n where p.id = n.id and n.status <> 'unknown'),
         called as (
             insert into payment_calls as k (payment_id, drop_id, due_at, calls, last_call_at)
             select id, drop_id, now(), 1, now() from named
             on conflict (payment_id) do update set due_at = least(k.due_at, excluded.due_at))
         select exists (select from event) as "is_new!""#,
        event_id,
        reference,
        kind,
        named as Option<Uuid>,
    )
    .fetch_one(pool)
    .await
    .doing("take a callback in")
}
