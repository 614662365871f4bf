//! AUDIT-1 and IDEM-1.

use std::collections::HashSet;

use super::pace::find;
use crate::{
    evidence::{AuditEvidence, Evidence},
    excuses::kept_joins,
    replay::RoomReplay,
    verdict::Verdict,
};

/// What an operator or seller can change while a drop is running.
const LIVE: [&str; 5] =
    ["admission_rate_per_second", "occupancy_cap", "order_rate_per_second", "mode", "message"];

/// AUDIT-1: each new version of the limits, and each rate that the room was given, is audited.
pub(super) fn audited(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let changes: Vec<&AuditEvidence> =
        evidence.audit.iter().filter(|row| changes_limits(row)).collect();
    let n_changes = usize::try_from(evidence.drop.limits_version - 1).unwrap_or_default();
    let mut violations = Vec::new();
    if changes.len() != n_changes {
        let n_rows = changes.len();
        violations.push(format!("{n_changes} changes of limits or mode have {n_rows} audit rows"));
    }
    for row in evidence.audit.iter().filter(|row| row.actor.is_empty() || row.why.is_empty()) {
        violations.push(format!("audit row {} does not say who or why", row.id));
    }
    violations.extend(unaudited_rates(evidence, room, &changes));
    let n_carved = evidence.moves.iter().filter(|change| change.cause == "carve").count();
    if n_carved > 0 && evidence.audit.is_empty() {
        violations.push("units were given to the drop without an audit row".to_owned());
    }
    let over = format!("{n_changes} changes, {} audit rows", evidence.audit.len());
    Verdict::of(violations, n_changes, over)
}

fn changes_limits(row: &AuditEvidence) -> bool {
    let of = |value: &Option<serde_json::Value>, name| find(value.as_ref()?, name).cloned();
    LIVE.iter().any(|name| {
        let (old, new) = (of(&row.old, name), of(&row.new, name));
        old.is_some() && new.is_some() && old != new
    })
}

/// Finds rates that the room was given although nobody set them.
fn unaudited_rates(
    evidence: &Evidence,
    room: &RoomReplay,
    changes: &[&AuditEvidence],
) -> Vec<String> {
    let micro = |rate: f64| (rate * 1e6).round() as u64;
    let mut known: HashSet<u64> = HashSet::from([micro(evidence.drop.admission_rate_per_second)]);
    for row in changes {
        for value in [&row.old, &row.new].into_iter().flatten() {
            let rate = find(value, LIVE[0]).and_then(serde_json::Value::as_f64);
            known.extend(rate.map(micro));
        }
    }
    let told = room.configured.iter().map(|(_, configured)| configured.admission_rate_micro);
    let unknown: HashSet<u64> = told.filter(|rate| !known.contains(rate)).collect();
    unknown.into_iter().map(|rate| format!("nobody set the rate {}", rate as f64 / 1e6)).collect()
}

/// IDEM-1: a call repeated with its key and body got the same answer as the first time.
pub(super) fn same_again(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let repeated = evidence.shoppers.iter().flat_map(|story| &story.again);
    let mut violations: Vec<String> = repeated
        .clone()
        .filter(|(_, first, again)| first != again)
        .map(|(key, first, again)| format!("{key}: first {first}, then {again}"))
        .collect();
    for story in &evidence.shoppers {
        let numbers: HashSet<_> =
            kept_joins(story, room).map(|join| (join.ticket_id, join.queue_number)).collect();
        if numbers.len() > 1 {
            violations.push(format!(
                "shopper {} got different answers to a join: {numbers:?}",
                story.process
            ));
        }
    }
    let n_tabs = evidence.shoppers.iter().filter(|story| story.joins.len() > 1).count();
    let n_again = repeated.count();
    if n_again + n_tabs == 0 {
        return Verdict::not_applicable("no call was repeated");
    }
    let over = format!("{n_again} payments and {n_tabs} joins repeated");
    Verdict::of(violations, n_again + n_tabs, over)
}
