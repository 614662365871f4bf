//! AUDIT-1, seen violated.

use check::{Evidence, evidence::AuditEvidence, judge};
use serde_json::{Value, json};
use shared::{invariants::Invariant, line::RoomEvent};

use crate::{
    broken::{breaks, breaks_line},
    sound::{chain, evidence, happened},
};

#[test]
fn audit_1_changes_that_nobody_made() {
    breaks(Invariant::Audit1, |evidence| evidence.drop.limits_version = 3);
    breaks(Invariant::Audit1, |evidence| {
        evidence.audit.pop();
    });
    breaks(Invariant::Audit1, |evidence| evidence.audit[1].why.clear());
    breaks_line(Invariant::Audit1, |events| {
        let RoomEvent::Configured(configured) = &mut events[1].1 else { panic!() };
        configured.admission_rate_micro = 3_000_000;
    });
}

/// Limits as the audit log keeps them.
fn limits(rate: f64, version: i64) -> Value {
    json!({"limits": {"admission_rate_per_second": rate}, "version": version})
}

/// A ramp from the first rate to five times as much, whose steps raised the version three times.
fn ramp(evidence: &mut Evidence) {
    let mut begin = limits(5.0, 2);
    begin["over_seconds"] = json!(3);
    for (id, old, new) in [(3, limits(1.0, 2), begin), (4, limits(1.0, 2), limits(5.0, 5))] {
        let row = evidence.audit[1].clone();
        evidence.audit.push(AuditEvidence { id, old: Some(old), new: Some(new), ..row });
    }
    evidence.drop.limits_version = 5;
}

#[test]
fn audit_1_a_ramp_has_a_row_for_its_begin_and_one_for_its_end() {
    let is_refused = |rate_micro| {
        let (mut evidence, mut events) = (evidence(), happened());
        ramp(&mut evidence);
        let RoomEvent::Configured(configured) = &mut events[1].1 else { panic!() };
        configured.admission_rate_micro = rate_micro;
        evidence.events = chain(events);
        judge(&evidence).verdict(Invariant::Audit1).is_fail()
    };
    assert!(!is_refused(3_000_000), "it goes through that rate");
    assert!(is_refused(6_000_000), "it never comes to that rate");
    breaks(Invariant::Audit1, |evidence| {
        ramp(evidence);
        evidence.audit.pop();
    });
}
