//! PAY-1 and PAY-2.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::{
    evidence::{Evidence, OrderEvidence, ProviderEntry},
    verdict::Verdict,
};

/// What the provider did for one ticket.
#[derive(Debug, Default)]
struct TicketTotals<'a> {
    n_captures: usize,
    captured: i64,
    refunded: i64,
    /// Payments that are authorized and neither captured nor voided.
    open: HashSet<&'a str>,
    currencies: HashSet<&'a str>,
}

fn totals_by_ticket(evidence: &Evidence) -> BTreeMap<&str, TicketTotals<'_>> {
    let mut by_ticket: BTreeMap<&str, TicketTotals<'_>> = BTreeMap::new();
    for entry in &evidence.provider {
        let ProviderEntry { kind, payment_id, reference, amount_minor, currency } = entry;
        let totals = by_ticket.entry(reference).or_default();
        totals.currencies.insert(currency);
        match kind.as_str() {
            "authorized" | "pending" => {
                totals.open.insert(payment_id);
            }
            "captured" => {
                totals.open.remove(payment_id.as_str());
                totals.n_captures += 1;
                totals.captured += amount_minor;
            }
            "refunded" => totals.refunded += amount_minor,
            "voided" | "capture_declined" | "declined" => {
                totals.open.remove(payment_id.as_str());
            }
            _ => {}
        }
    }
    by_ticket
}

/// PAY-1: the provider's ledger has at most one capture per ticket.
pub(super) fn one_capture(evidence: &Evidence) -> Verdict {
    let by_ticket = totals_by_ticket(evidence);
    let more = by_ticket.iter().filter(|(_, totals)| totals.n_captures > 1);
    let violations =
        more.map(|(id, totals)| format!("order {id} was captured {} times", totals.n_captures));
    let n_captures: usize = by_ticket.values().map(|totals| totals.n_captures).sum();
    Verdict::of(violations.collect(), n_captures, format!("{n_captures} captures"))
}

/// PAY-2: confirmed orders are paid, no others are, and both ledgers agree.
pub(super) fn conserved(evidence: &Evidence) -> Verdict {
    let by_ticket = totals_by_ticket(evidence);
    let orders: HashMap<String, &OrderEvidence> =
        evidence.orders.iter().map(|order| (order.id.to_string(), order)).collect();
    let mut violations = unbalanced(evidence);
    for (id, totals) in &by_ticket {
        let kept = totals.captured - totals.refunded;
        let Some(order) = orders.get(*id) else {
            violations.push(format!("the provider has a payment for {id}, which has no order"));
            continue;
        };
        let due = if order.is_confirmed() { order.amount_minor } else { 0 };
        if kept != due {
            let state = &order.state;
            violations.push(format!("order {id} ({state}): {kept} was taken, {due} was due"));
        }
        if order.state.is_terminal() && !totals.open.is_empty() {
            let state = &order.state;
            violations.push(format!("order {id} ({state}): money is still held"));
        }
        if totals.currencies.iter().any(|currency| *currency != order.currency.trim()) {
            violations.push(format!("order {id}: paid in {:?}", totals.currencies));
        }
    }
    let unpaid = evidence.orders.iter().filter(|order| order.is_confirmed());
    for order in unpaid.filter(|order| order.amount_minor > 0) {
        if !by_ticket.contains_key(order.id.to_string().as_str()) {
            violations.push(format!("order {} is confirmed but was never paid", order.id));
        }
    }
    violations.extend(ledgers_differ(evidence, &by_ticket));
    let kept: i64 = by_ticket.values().map(|totals| totals.captured - totals.refunded).sum();
    let over = format!("{kept} minor units kept, in both ledgers");
    Verdict::of(violations, by_ticket.len(), over)
}

/// Finds payments whose entries of ours do not add up to zero.
fn unbalanced(evidence: &Evidence) -> Vec<String> {
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    for row in &evidence.ledger {
        *sums.entry((row.payment_id, row.currency.trim())).or_default() += row.amount_minor;
    }
    let odd = sums.into_iter().filter(|(_, sum)| *sum != 0);
    odd.map(|((id, currency), sum)| format!("payment {id} is off by {sum} {currency}")).collect()
}

/// Finds orders for which our ledger and the provider's have different sums.
fn ledgers_differ(
    evidence: &Evidence,
    by_ticket: &BTreeMap<&str, TicketTotals<'_>>,
) -> Vec<String> {
    let mut ours: BTreeMap<String, i64> = BTreeMap::new();
    for row in evidence.ledger.iter().filter(|row| row.account == "provider") {
        *ours.entry(row.order_id.to_string()).or_default() += row.amount_minor;
    }
    let theirs =
        by_ticket.iter().map(|(id, totals)| (id.to_string(), totals.captured - totals.refunded));
    let theirs: BTreeMap<String, i64> = theirs.collect();
    let ids: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let mut violations = Vec::new();
    for id in ids {
        let of = |ledger: &BTreeMap<String, i64>| ledger.get(id).copied().unwrap_or_default().abs();
        if of(&ours) != of(&theirs) {
            let (ours, theirs) = (of(&ours), of(&theirs));
            violations.push(format!("order {id}: our ledger has {ours}, the provider's {theirs}"));
        }
    }
    violations
}
