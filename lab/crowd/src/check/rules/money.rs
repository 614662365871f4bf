//! PAY-1 and PAY-2.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::check::{
    Evidence,
    evidence::{OrderRow, ProviderEntry},
    verdict::Verdict,
};

/// What the provider did for one ticket.
#[derive(Debug, Default)]
struct Account<'a> {
    n_captures: u32,
    captured: i64,
    refunded: i64,
    /// Payments that are held and neither taken nor let go.
    open: HashSet<&'a str>,
    currencies: HashSet<&'a str>,
}

fn accounts(evidence: &Evidence) -> BTreeMap<&str, Account<'_>> {
    let mut accounts: BTreeMap<&str, Account<'_>> = BTreeMap::new();
    for entry in &evidence.provider {
        let ProviderEntry { kind, payment_id, reference, amount_minor, currency } = entry;
        let account = accounts.entry(reference).or_default();
        account.currencies.insert(currency);
        match kind.as_str() {
            "authorized" | "pending" => {
                account.open.insert(payment_id);
            }
            "captured" => {
                account.open.remove(payment_id.as_str());
                account.n_captures += 1;
                account.captured += amount_minor;
            }
            "refunded" => account.refunded += amount_minor,
            "voided" | "capture_declined" | "declined" => {
                account.open.remove(payment_id.as_str());
            }
            _ => {}
        }
    }
    accounts
}

/// PAY-1: the provider's ledger has one capture per ticket at most.
pub(super) fn one_capture(evidence: &Evidence) -> Verdict {
    let accounts = accounts(evidence);
    let more = accounts.iter().filter(|(_, account)| account.n_captures > 1);
    let violations =
        more.map(|(id, account)| format!("order {id} was captured {} times", account.n_captures));
    let n_captures: u32 = accounts.values().map(|account| account.n_captures).sum();
    Verdict::of(violations.collect(), format!("{n_captures} captures"))
}

/// PAY-2: who has confirmed has paid, nobody else has, and both ledgers agree.
pub(super) fn conserved(evidence: &Evidence) -> Verdict {
    let accounts = accounts(evidence);
    let orders: HashMap<String, &OrderRow> =
        evidence.orders.iter().map(|order| (order.id.to_string(), order)).collect();
    let mut violations = unbalanced(evidence);
    for (id, account) in &accounts {
        let kept = account.captured - account.refunded;
        let Some(order) = orders.get(*id) else {
            violations.push(format!("the provider has a payment for {id}, which has no order"));
            continue;
        };
        let owed = if order.is_confirmed() { order.amount_minor } else { 0 };
        if kept != owed {
            let state = &order.state;
            violations.push(format!("order {id} ({state}): {kept} was taken, {owed} is owed"));
        }
        if order.is_finished() && !account.open.is_empty() {
            let state = &order.state;
            violations.push(format!("order {id} ({state}): money is held and not let go"));
        }
        if account.currencies.iter().any(|currency| *currency != order.currency.trim()) {
            violations.push(format!("order {id}: {:?} were used", account.currencies));
        }
    }
    let unpaid = evidence.orders.iter().filter(|order| order.is_confirmed());
    for order in unpaid.filter(|order| order.amount_minor > 0) {
        if !accounts.contains_key(order.id.to_string().as_str()) {
            violations.push(format!("order {} is confirmed and never paid", order.id));
        }
    }
    violations.extend(ledgers_differ(evidence, &accounts));
    let kept: i64 = accounts.values().map(|account| account.captured - account.refunded).sum();
    Verdict::of(violations, format!("{kept} minor units kept, in both ledgers"))
}

/// Transactions of ours that do not add up to zero.
fn unbalanced(evidence: &Evidence) -> Vec<String> {
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    for row in &evidence.ledger {
        *sums.entry((row.transaction_id, row.currency.trim())).or_default() += row.amount_minor;
    }
    let odd = sums.into_iter().filter(|(_, sum)| *sum != 0);
    odd.map(|((id, currency), sum)| format!("transaction {id} is off by {sum} {currency}"))
        .collect()
}

/// Orders for which our ledger and the provider's have different sums.
fn ledgers_differ(evidence: &Evidence, accounts: &BTreeMap<&str, Account<'_>>) -> Vec<String> {
    let mut ours: BTreeMap<String, i64> = BTreeMap::new();
    for row in evidence.ledger.iter().filter(|row| row.account == "provider") {
        *ours.entry(row.order_id.to_string()).or_default() += row.amount_minor;
    }
    let theirs =
        accounts.iter().map(|(id, account)| (id.to_string(), account.captured - account.refunded));
    let theirs: BTreeMap<String, i64> = theirs.collect();
    let ids: std::collections::BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
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
