//! The provider says that something happened. A callback is a hint: it makes us ask.

use crate::{DatabaseError, Doing};
use sqlx::PgPool;
use uuid::Uuid;

/// What the provider says that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderEvent {
    /// The provider's id of the event; a repeated event counts once.
    pub id: String,
    /// Names an order, or a payment of one.
    pub reference: String,
    /// What happened.
    pub kind: String,
}

/// Takes in callbacks of the provider, whose signatures the caller has checked. The first time, an
/// event makes the calls due that had no certain answer; after that, nothing. Returns of each
/// event, in their order, whether it was new.
///
/// An authorization that was closed without money is asked about again if it was given up, or if
/// its order has ended unpaid: whatever the provider holds is found then, and let go.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; the provider sends them again then.
pub async fn receive_events(
    pool: &PgPool,
    events: Vec<ProviderEvent>,
) -> Result<Vec<bool>, DatabaseError> {
    // A reference that is no id of ours tells us nothing.
    let named: Vec<Option<Uuid>> =
        events.iter().map(|event| event.reference.parse().ok()).collect();
    // Events, and then payments, are taken in the order of their ids, so that nobody waits in a
    // circle. Payments are found before they are locked, since no index serves "an order's, or this
    // one", and each is locked once, however many events name it. A call that is opened again counts
    // as made, so that the provider is asked what it has before anything is asked of it. The
    // lateral joins keep a plan that was made on empty tables from scanning full ones.
    sqlx::query_scalar!(
        r#"with received as (
             select *, row_number() over (partition by id order by nth) = 1 as is_first
             from unnest($1::text[], $2::text[], $3::text[], $4::uuid[])
                 with ordinality e (id, reference, kind, named, nth)),
         taken as (
             insert into provider_events (event_id, payment_ref, type)
             select id, reference, kind from received where is_first order by id
             on conflict do nothing returning event_id),
         named as (
             select distinct p.id from taken t
             join received r on r.id = t.event_id and r.is_first
             cross join lateral (
                 select id from payments where order_id = r.named
                 union
                 select id from payments where id = r.named) p
             order by p.id),
         locked as (
             select p.id, p.drop_id, p.kind, p.status from named n
             cross join lateral (
                 select p.id, p.drop_id, p.kind, p.status from payments p
                 cross join lateral (
                     select state from orders
                     where drop_id = p.drop_id and id = p.order_id limit 1) o
                 where p.id = n.id
                     and (p.status = 'unknown' or p.kind = 'authorize' and (p.status = 'failed'
                         or p.status = 'declined'
                             and o.state in ('expired', 'payment_failed', 'cancelled')))
                 limit 1 for no key update of p) p),
         opened as (
             update payments p set status = 'unknown', code = null, updated_at = now()
             from locked l where p.id = l.id and l.kind = 'authorize'
                 and l.status in ('failed', 'declined')),
         called as (
             insert into payment_calls as k (payment_id, drop_id, due_at, calls, last_call_at)
             select id, drop_id, now(), 1, now() from locked order by id
             on conflict (payment_id) do update set due_at = least(k.due_at, excluded.due_at))
         select r.is_first and t.event_id is not null as "is_new!"
         from received r left join taken t on t.event_id = r.id order by r.nth"#,
        events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>() as Vec<&str>,
        events.iter().map(|event| event.reference.as_str()).collect::<Vec<_>>() as Vec<&str>,
        events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>() as Vec<&str>,
        named as Vec<Option<Uuid>>,
    )
    .fetch_all(pool)
    .await
    .doing("take callbacks in")
}
