//! TENANT-1.

use std::collections::{BTreeSet, HashSet};

use shared::ids::TicketId;
use uuid::Uuid;

use crate::{
    evidence::{DropEvidence, Evidence, OwnerEvidence},
    probes::{Asker, TenantProbe},
    replay::RoomReplay,
    verdict::Verdict,
};

/// Closes a stream, before its first frame, whose ticket is missing or of another drop. A browser
/// cannot read the status of an upgrade that was refused.
const TICKET_REFUSED: u16 = 4_501;

/// TENANT-1: whoever asks for another seller's things is refused and told nothing of them, and
/// every row, record and ticket of the drop is its own and its seller's alone.
pub(super) fn kept_apart(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let tickets = tickets_of_drop(evidence, room);
    let ids = ids_of_drop(evidence, &tickets);
    let mut violations = strange_rows(evidence);
    violations.extend(shared_tickets(evidence, &tickets));
    for probe in &evidence.probes {
        violations.extend(wrong_answer(probe));
        violations.extend(told(probe, &ids));
    }
    let n_answered = evidence.probes.iter().filter_map(final_status).count();
    if n_answered == 0 && violations.is_empty() {
        return Verdict::not_applicable("nobody asked for another seller's things");
    }
    let over = format!(
        "{n_answered} requests for another seller's things; {} rows and events, {} tickets, {} of \
         other drops",
        evidence.owners.len(),
        tickets.len(),
        evidence.elsewhere.len(),
    );
    Verdict::of(violations, n_answered, over)
}

/// Returns every ticket that anything of the drop names.
fn tickets_of_drop(evidence: &Evidence, room: &RoomReplay) -> BTreeSet<TicketId> {
    let told = evidence.joins().map(|(_, join)| join.ticket_id);
    let asked = evidence.commands.iter().map(|command| command.order.ticket_id);
    let orders = evidence.orders.iter().map(|order| order.id).map(TicketId::from);
    let published = evidence.order_events.keys().copied().map(TicketId::from);
    let logged = room.tickets.keys().copied();
    logged.chain(told).chain(asked).chain(orders).chain(published).collect()
}

/// Returns the ids that nobody is told who asks for another's things. Those of the drop itself are
/// public where drops are shown to everybody; no such route is asked.
fn ids_of_drop(evidence: &Evidence, tickets: &BTreeSet<TicketId>) -> HashSet<Uuid> {
    let DropEvidence { id, seller_id, product_id, .. } = &evidence.drop;
    let mut ids = HashSet::from([id.as_uuid(), seller_id.as_uuid(), product_id.as_uuid()]);
    ids.extend(tickets.iter().map(TicketId::as_uuid));
    ids.extend(evidence.inventory.iter().map(|row| row.variant_id.as_uuid()));
    ids.extend(evidence.orders.iter().map(|order| order.shopper_id.as_uuid()));
    ids.extend(evidence.payments.iter().map(|payment| payment.id.as_uuid()));
    ids
}

/// Finds rows and events that name another drop or seller, or a ticket of another drop.
fn strange_rows(evidence: &Evidence) -> Vec<String> {
    let DropEvidence { id, seller_id, .. } = &evidence.drop;
    let is_strange = |row: &&OwnerEvidence| {
        row.drop_id.is_some_and(|of| of != *id)
            || row.seller_id.is_some_and(|of| of != *seller_id)
            || row.ticket_id.is_some_and(|ticket| evidence.elsewhere.contains_key(&ticket))
    };
    let strange = evidence.owners.iter().filter(is_strange);
    strange.map(|row| format!("not of this drop and its seller alone: {row:?}")).collect()
}

/// Finds tickets that records of another drop name as well.
fn shared_tickets(evidence: &Evidence, tickets: &BTreeSet<TicketId>) -> Vec<String> {
    let shared = tickets.iter().filter_map(|id| Some((id, evidence.elsewhere.get(id)?)));
    shared.map(|(id, drop_id)| format!("ticket {id} is also one of drop {drop_id}")).collect()
}

/// Finds a request that was not answered as it had to be.
fn wrong_answer(probe: &TenantProbe) -> Option<String> {
    let (status, due) = (final_status(probe)?, due(probe));
    let is_closed = probe.route.ends_with("/stream") && status == TICKET_REFUSED;
    let TenantProbe { by, route, .. } = probe;
    let is_wrong = status != due && !is_closed;
    is_wrong.then(|| format!("{route}: {by} was answered {status}, {due} was due"))
}

/// Returns the only right answer, which depends on who asks and whose route it is:
///
/// | route | nobody | the other seller | a shopper of the other drop |
/// |---|---|---|---|
/// | a seller's list | 401 | 200 | 403 |
/// | a seller's thing, by its id | 401 | 404 | 403 |
/// | a shopper's list | 401 | 403 | 200 |
/// | a shopper's order | 401 | 403 | 404 |
/// | a ticket or its stream | 401, without a ticket | 401, without one | 403, with another drop's |
/// | an operator's | 401 | 403 | 403 |
/// | the provider's, not signed | 401 | 401 | 401 |
fn due(probe: &TenantProbe) -> u16 {
    let (method, path) = probe.route.split_once(' ').unwrap_or_default();
    let of_own = if method == "GET" && !path.contains('{') { 200 } else { 404 };
    match (path.split('/').nth(2).unwrap_or_default(), probe.by) {
        (_, Asker::Nobody) | ("drops", Asker::Seller(_)) | ("provider", _) => 401,
        ("seller", Asker::Seller(_)) | ("orders" | "tickets", Asker::Shopper(_)) => of_own,
        _ => 403,
    }
}

/// Returns the answer unless it says to come back: then nothing was decided.
fn final_status(probe: &TenantProbe) -> Option<u16> {
    probe.status.filter(|status| !matches!(status, 408 | 429 | 500..=599 | 1_000..=4_499))
}

/// Finds ids of the drop in an answer.
fn told(probe: &TenantProbe, ids: &HashSet<Uuid>) -> Vec<String> {
    let TenantProbe { by, route, .. } = probe;
    let told = probe.ids.iter().filter(|id| ids.contains(*id));
    told.map(|id| format!("{route}: {by} was told {id}")).collect()
}
