//! AUDIT-1 and IDEM-1.

use std::{collections::HashSet, ops::RangeInclusive};

use super::pace::find;
use crate::{
    evidence::{AuditEvidence, Evidence},
    excuses::kept_joins,
    replay::RoomReplay,
    verdict::Verdict,
};

/// What an operator or seller can change while a drop has a room.
const LIVE: [&str; 11] = [
    "admission_rate_per_second",
    "occupancy_cap",
    "order_rate_per_second",
    "line_cap",
    "no_show_percent",
    "mode",
    "mode_until",
    "message",
    "lanes",
    "serving_counter",
    "resets",
];

/// AUDIT-1: each new version of the limits, and each rate that the room was given, is audited. The
/// steps of a ramp have two rows in all, that of its begin and that of its end.
pub(super) fn audited(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let changes: Vec<&AuditEvidence> =
        evidence.audit.iter().filter(|row| changes_limits(row)).collect();
    let n_changes = evidence.drop.limits_version - 1;
    let n_audited = n_versions(&changes);
    let mut violations = Vec::new();
    if n_audited != n_changes {
        violations
            .push(format!("{n_changes} changes of limits or mode have {n_audited} audit rows"));
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
    Verdict::of(violations, usize::try_from(n_changes).unwrap_or_default(), over)
}

/// Returns how many versions of the limits rows tell of: one each, but the end of a ramp tells of all
/// since its begin, except for those between that have a row of their own.
fn n_versions(changes: &[&AuditEvidence]) -> i64 {
    let of = |value: &Option<serde_json::Value>| find(value.as_ref()?, "version")?.as_i64();
    let (mut single, mut of_ramps) = (Vec::new(), HashSet::new());
    for row in changes {
        match (of(&row.old), of(&row.new)) {
            (Some(old), Some(new)) if new != old + 1 => of_ramps.extend(old + 1..=new),
            (_, version) => single.push(version),
        }
    }
    let others = of_ramps.iter().filter(|version| !single.contains(&Some(**version)));
    (single.len() + others.count()) as i64
}

fn changes_limits(row: &AuditEvidence) -> bool {
    let of = |value: &Option<serde_json::Value>, name| find(value.as_ref()?, name).cloned();
    LIVE.iter().any(|name| {
        let (old, new) = (of(&row.old, name), of(&row.new, name));
        old.is_some() && new.is_some() && old != new
    })
}

/// Finds rates that the room was given although nobody set them, and no ramp went through them.
fn unaudited_rates(
    evidence: &Evidence,
    room: &RoomReplay,
    changes: &[&AuditEvidence],
) -> Vec<String> {
    let mut known: HashSet<u64> = HashSet::from([micro(evidence.drop.admission_rate_per_second)]);
    for row in changes {
        for value in [&row.old, &row.new].into_iter().flatten() {
            let rate = find(value, LIVE[0]).and_then(serde_json::Value::as_f64);
            known.extend(rate.map(micro));
        }
    }
    let ramps: Vec<RangeInclusive<u64>> = changes.iter().filter_map(|row| ramp(row)).collect();
    let is_known = |rate: &u64| known.contains(rate) || ramps.iter().any(|one| one.contains(rate));
    let told = room.configured.iter().map(|(_, configured)| configured.admission_rate_micro);
    let unknown: HashSet<u64> = told.filter(|rate| !is_known(rate)).collect();
    unknown.into_iter().map(|rate| format!("nobody set the rate {}", rate as f64 / 1e6)).collect()
}

/// Returns the rates that a ramp goes through, if a row tells of its begin.
fn ramp(row: &AuditEvidence) -> Option<RangeInclusive<u64>> {
    find(row.new.as_ref()?, "over_seconds")?;
    let rate = |value: &Option<serde_json::Value>| find(value.as_ref()?, LIVE[0])?.as_f64();
    let (old, new) = (micro(rate(&row.old)?), micro(rate(&row.new)?));
    Some(old.min(new)..=old.max(new))
}

fn micro(rate: f64) -> u64 {
    (rate * 1e6).round() as u64
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
