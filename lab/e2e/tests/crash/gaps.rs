//! The gaps between two steps of the worker, and what each must hold for a crash there to mean
//! something.

use crate::{GAP, drop_of_the_crowd, is_asked_for};
use testkit::{World, world::SaleProgress};

/// A gap: a `pause_point!` of the worker, with the kind and the number of the pass that is held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap {
    pub(crate) name: &'static str,
    pub(crate) before: Before,
    pub(crate) content: Content,
}

/// What brings the worker to a gap that an undisturbed one never sees.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Before {
    Nothing,
    /// A line to rebuild.
    LostLine,
    /// Something that another gap left undone.
    KillAt(&'static str),
}

/// What a gap must hold; counted for the drop of the crowd while the worker stands still.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content {
    /// Room events of people who joined or were let in.
    RoomEvents,
    /// Tickets that were let in.
    Admissions,
    /// Tickets that were let in and have no order yet.
    Flights,
    /// What it is, and a query that counts it.
    Rows(&'static str, &'static str),
    /// What they are, and the states of those ends.
    Untold(&'static str, &'static [&'static str]),
}

/// Ends that are not noted as told to the line.
const UNTOLD: &str = "
    select count(*) from pending p join journal j on j.day = p.day and j.id = p.journal_id
     cross join unnest(j.orders, j.states) c (order_id, state)
     where p.drop_id = $1 and p.consumer = 'line' and c.state = any($2)";

const ORDERS: Content = Content::Rows("orders", "select count(*) from orders where drop_id = $1");
const UNTOLD_ENDS: Content = Content::Untold(
    "ended orders whose end is not noted as told",
    &["confirmed", "rejected", "dead", "expired", "payment_failed", "cancelled"],
);
const UNTOLD_EXPIRED: Content =
    Content::Untold("expired orders that the line knows nothing of", &["expired"]);
const UNTOLD_PAID: Content =
    Content::Untold("paid orders that the line knows nothing of", &["confirmed"]);
const AUTHORIZATIONS: Content = Content::Rows(
    "authorizations under way",
    "select count(*) from payment_calls k join payments p on p.id = k.payment_id
      where k.drop_id = $1 and p.kind = 'authorize' and k.calls > 0 and k.due_at > now()",
);
const CAPTURES: Content = Content::Rows(
    "captures under way",
    "select count(*) from payment_calls k join payments p on p.id = k.payment_id
      where k.drop_id = $1 and p.kind = 'capture' and k.calls > 0 and k.due_at > now()",
);
const AUTHORIZATION_ANSWERS: Content = Content::Rows(
    "answers to authorizations",
    "select count(*) from payments
      where drop_id = $1 and kind = 'authorize' and status <> 'pending'",
);
const UNPUBLISHED: Content = Content::Rows(
    "transactions whose events are not noted as published",
    "select count(*) from pending where drop_id = $1 and consumer = 'events'",
);
const REBUILD: Content = Content::Rows(
    "lines being rebuilt",
    "select count(*) from drops where id = $1 and epoch_state = 'rebuilding'",
);

/// One gap of each role. The fourth write of the log holds people: before it the room begins.
pub(crate) const CORE: [Gap; 8] = [
    at("log.after_ack#4", Content::RoomEvents),
    at("drain.after_ack", Content::Admissions),
    at("orders.after_commit", ORDERS),
    at("line.after_finish", UNTOLD_ENDS),
    at("payments.after_call:capture", CAPTURES),
    at("sweeper.after_commit", UNTOLD_EXPIRED),
    at("relay.after_ack", UNPUBLISHED),
    after_kill("drain.after_admit", "reconciler.after_ack", Content::Admissions),
];

/// All others.
pub(crate) const OTHERS: [Gap; 19] = [
    at("log.after_produce#4", Content::RoomEvents),
    at("log.after_cursor#4", Content::RoomEvents),
    at("drain.after_admit", Content::Flights),
    at("drain.after_produce", Content::Admissions),
    at("drain.after_extend", Content::Admissions),
    at("orders.after_poll", Content::Flights),
    at("orders.after_settle", ORDERS),
    at("payments.before_call:authorize", AUTHORIZATIONS),
    at("payments.before_call:capture", CAPTURES),
    at("payments.after_call:authorize", AUTHORIZATIONS),
    at("payments.after_commit:unpaid", AUTHORIZATION_ANSWERS),
    at("payments.after_commit:paid", UNTOLD_PAID),
    at("relay.after_produce", UNPUBLISHED),
    after_kill("orders.after_commit", "reconciler.after_settle", ORDERS),
    in_rebuild("log.rebuild_after_begin"),
    in_rebuild("log.rebuild_after_log"),
    in_rebuild("log.rebuild_after_boundary"),
    in_rebuild("log.rebuild_after_truth"),
    in_rebuild("log.rebuild_after_open"),
];

/// The gaps in which a worker is frozen until another one has taken over.
pub(crate) const OF_ZOMBIES: [Gap; 5] = [
    at("drain.after_ack", Content::Admissions),
    at("orders.after_poll", Content::Flights),
    at("orders.after_commit", ORDERS),
    at("payments.after_call:authorize", AUTHORIZATIONS),
    at("payments.after_call:capture", CAPTURES),
];

/// Returns those of some gaps that are asked for.
pub(crate) fn asked_for(gaps: &[Gap]) -> Vec<Gap> {
    gaps.iter().copied().filter(|gap| is_asked_for(GAP, gap.name)).collect()
}

const fn at(name: &'static str, content: Content) -> Gap {
    Gap { name, before: Before::Nothing, content }
}

const fn after_kill(first: &'static str, name: &'static str, content: Content) -> Gap {
    Gap { name, before: Before::KillAt(first), content }
}

const fn in_rebuild(name: &'static str) -> Gap {
    Gap { name, before: Before::LostLine, content: REBUILD }
}

impl Content {
    /// Returns how much of it there is; `progress` is how far the sale has come.
    pub(crate) async fn count(self, world: &World, progress: SaleProgress) -> anyhow::Result<u64> {
        let SaleProgress { joins, admissions, orders, .. } = progress;
        let drop_id = drop_of_the_crowd(world).await?;
        let counting = match self {
            Self::RoomEvents => return Ok(joins + admissions),
            Self::Admissions => return Ok(admissions),
            Self::Flights => return Ok(admissions.saturating_sub(orders)),
            Self::Rows(_, query) => sqlx::query_scalar(query).bind(drop_id),
            Self::Untold(_, states) => sqlx::query_scalar(UNTOLD).bind(drop_id).bind(states),
        };
        let n: i64 = counting.fetch_one(world.database.pool()).await?;
        Ok(n.unsigned_abs())
    }

    /// Returns what it is.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::RoomEvents => "joins and admissions",
            Self::Admissions => "admissions",
            Self::Flights => "tickets without an order",
            Self::Rows(words, _) | Self::Untold(words, _) => words,
        }
    }
}
