//! The provider says that something happened. A callback is a hint: it makes us ask.

use crate::{DatabaseError, Doing};
use sqlx::PgPool;
use uuid::Uuid;

/// What the provider says that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderEvent {
    /// The provider's id of the event; one that has made us ask counts once.
    pub id: String,
    /// Names an order, or a payment of one.
    pub reference: String,
    /// What happened.
    pub kind: String,
}

/// Takes in callbacks of the provider, whose signatures the caller has checked. The first time that
/// an event names a call without a certain answer, it makes that call due; after that, nothing.
/// Returns of each event, in their order, whether it was new: `false` if it made calls due before
/// and some of them still have no certain answer.
///
/// An authorization that was closed without money is asked about again if it was given up, or if
/// its order has ended unpaid: whatever the provider holds is found then, and let go.
///
/// Most callbacks tell what an answer has told already. They leave no row, so they cost no more than
/// a look.
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
    // Payments, and then events, are taken in the order of their ids, so that nobody waits in a
    // circle. Payments are found before they are locked, since no index serves "an order's, or this
    // one", and each is locked once, however many events name it. A call that is opened again counts
    // as made, so that the provider is asked what it has before anything is asked of it. The
    // lateral joins keep a plan that was made on empty tables from scanning full ones.
    sqlx::query_scalar!(
        r#"with received as (
             select *, row_number() over (partition by id order by nth) = 1 as is_first
             from unnest($1::text[], $2::text[], $3::text[], $4::uuid[])
                 with ordinality e (id, reference, kind, named, nth)),
         named as (
             select distinct p.id from received r
             cross join lateral (
                 select id, kind, status from payments where order_id = r.named
                 union all
                 select id, kind, status from payments where id = r.named) p
             where r.is_first and (p.status = 'unknown'
                 or p.kind = 'authorize' and p.status in ('failed', 'declined'))
             order by p.id),
         locked as (
             select p.id, p.order_id, p.drop_id, p.kind, p.status from named n
             cross join lateral (
                 select p.id, p.order_id, p.drop_id, p.kind, p.status from payments p
                 cross join lateral (
                     select state from orders
                     where drop_id = p.drop_id and id = p.order_id limit 1) o
                 where p.id = n.id
                     and (p.status = 'unknown' or p.kind = 'authorize' and (p.status = 'failed'
                         or p.status = 'declined'
                             and o.state in ('expired', 'payment_failed', 'cancelled')))
                 limit 1 for no key update of p) p),
         telling as (
             select r.id as event_id, r.reference, r.kind, l.id as payment_id
             from locked l join received r on r.is_first and r.named in (l.id, l.order_id)),
         taken as (
             insert into provider_events (event_id, payment_ref, type)
             select distinct event_id, reference, kind from telling order by event_id
             on conflict do nothing returning event_id),
         asked as (
             select distinct l.id, l.drop_id, l.kind, l.status
             from taken t join telling on telling.event_id = t.event_id
             join locked l on l.id = telling.payment_id),
         opened as (
             update payments p set status = 'unknown', code = null, updated_at = now()
             from asked a where p.id = a.id and a.kind = 'authorize'
                 and a.status in ('failed', 'declined')),
         called as (
             insert into payment_calls as k (payment_id, drop_id, due_at, calls, last_call_at)
             select id, drop_id, now(), 1, now() from asked order by id
             on conflict (payment_id) do update set due_at = least(k.due_at, excluded.due_at))
         select r.is_first and not exists (
             select from telling where telling.event_id = r.id
                 and not exists (select from taken t where t.event_id = r.id)) as "is_new!"
         from received r order by r.nth"#,
        events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>() as Vec<&str>,
        events.iter().map(|event| event.reference.as_str()).collect::<Vec<_>>() as Vec<&str>,
        events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>() as Vec<&str>,
        named as Vec<Option<Uuid>>,
    )
    .fetch_all(pool)
    .await
    .doing("take callbacks in")
}
