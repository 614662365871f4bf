//! RATE-1 and RATE-2.

use super::bucket::{RateFrom, overflows};
use crate::{evidence::Evidence, replay::RoomReplay, verdict::Verdict};

/// A batch in progress when the rate changed may still have used the other rate.
pub(super) const CHANGE_US: i64 = 1_000_000;

/// RATE-1: admissions, by Redis time and the rates that the room was given.
pub(super) fn admissions(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let told = room.configured.iter().map(|(at_us, configured)| RateFrom {
        at_us: *at_us,
        per_second: configured.admission_rate_micro as f64 / 1e6,
    });
    let mut rates: Vec<RateFrom> = told.collect();
    if rates.is_empty() {
        let per_second = evidence.drop.admission_rate_per_second;
        rates.push(RateFrom { at_us: i64::MIN, per_second });
    }
    let mut happened = room.admissions.clone();
    happened.sort_by_key(|(at_us, _)| *at_us);
    judge(&happened, &rates, "admitted")
}

/// RATE-2: commands, by the time taken under the drop row's lock and the rates in the audit log.
pub(super) fn orders(evidence: &Evidence) -> Verdict {
    let mut happened: Vec<(i64, u32)> = Vec::new();
    let mut times: Vec<i64> = evidence.orders.iter().map(|order| order.processed_at_us).collect();
    times.sort_unstable();
    for at_us in times {
        match happened.last_mut() {
            Some((last_us, n)) if *last_us == at_us => *n += 1,
            _ => happened.push((at_us, 1)),
        }
    }
    judge(&happened, &order_rates(evidence), "processed")
}

fn judge(happened: &[(i64, u32)], rates: &[RateFrom], what: &str) -> Verdict {
    if happened.is_empty() {
        return Verdict::not_applicable(format!("nothing was {what}"));
    }
    let violations = overflows(happened, rates).into_iter().map(|(at_us, level, most)| {
        format!("at {at_us} µs: {level:.1} {what} above the rate, a burst of {most:.0} is allowed")
    });
    let most = most_in_a_second(happened);
    let n: usize = happened.iter().map(|(_, n)| *n as usize).sum();
    Verdict::of(violations.collect(), n, format!("{n} {what}, at most {most} in a second"))
}

/// Returns the order rate over time: the drop's current one, and before each audited change the
/// old one. Around a change the greater of the two counts.
fn order_rates(evidence: &Evidence) -> Vec<RateFrom> {
    const NAME: &str = "order_rate_per_second";
    let mut changes: Vec<(i64, f64, f64)> = Vec::new();
    for row in &evidence.audit {
        let of = |value: &Option<serde_json::Value>| find(value.as_ref()?, NAME)?.as_f64();
        if let (Some(old), Some(new)) = (of(&row.old), of(&row.new))
            && old != new
        {
            changes.push((row.at_us, old, new));
        }
    }
    let first = changes.first().map_or(evidence.drop.order_rate_per_second, |(_, old, _)| *old);
    let mut rates = vec![RateFrom { at_us: i64::MIN, per_second: first }];
    for (at_us, old, new) in changes {
        let from = if new > old { at_us - CHANGE_US } else { at_us + CHANGE_US };
        rates.push(RateFrom { at_us: from, per_second: new });
    }
    rates.sort_by_key(|rate| rate.at_us);
    rates
}

/// Finds a field of this name at any depth.
pub(super) fn find<'a>(value: &'a serde_json::Value, name: &str) -> Option<&'a serde_json::Value> {
    match value {
        serde_json::Value::Object(fields) => {
            fields.get(name).or_else(|| fields.values().find_map(|value| find(value, name)))
        }
        _ => None,
    }
}

fn most_in_a_second(happened: &[(i64, u32)]) -> u64 {
    let (mut first, mut sum, mut most) = (0, 0_u64, 0);
    for &(at_us, n) in happened {
        sum += u64::from(n);
        while happened[first].0 <= at_us - 1_000_000 {
            sum -= u64::from(happened[first].1);
            first += 1;
        }
        most = most.max(sum);
    }
    most
}
