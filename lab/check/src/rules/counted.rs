//! RATE-1 where a seller counts people in by hand.

use super::pace::{CHANGE_US, find};
use crate::{evidence::Evidence, replay::RoomReplay, verdict::Verdict};

/// A number that may come in since a moment, and all below it.
struct Served {
    up_to: i64,
    at_us: i64,
}

/// RATE-1: nobody was let in before their number was counted in. Whose number it was is known by the
/// audit log, since each increment and each reset has a row there.
pub(super) fn admissions(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let served = served(evidence);
    let (mut violations, mut n_admitted) = (Vec::new(), 0);
    for (id, life) in &room.tickets {
        let Some(at_us) = life.admitted_at_us() else { continue };
        n_admitted += 1;
        let number = life.score.number().cast_signed();
        let first = served.partition_point(|served| served.up_to < number);
        match served.get(first) {
            None => violations.push(format!("{id} was let in, and nobody counted {number} in")),
            Some(served) if at_us < served.at_us - CHANGE_US => {
                violations.push(format!("{id} was let in before number {number} was counted in"));
            }
            Some(_) => {}
        }
    }
    if n_admitted == 0 {
        return Verdict::not_applicable("nobody was admitted");
    }
    let most = served.last().map_or(0, |served| served.up_to);
    Verdict::of(violations, n_admitted, format!("{n_admitted} admitted, {most} counted in"))
}

/// Returns which numbers were counted in when, each higher than the one before.
fn served(evidence: &Evidence) -> Vec<Served> {
    let mut rows: Vec<Served> = Vec::new();
    for row in &evidence.audit {
        let up_to = row.new.as_ref().and_then(|new| find(new, "served_up_to")?.as_i64());
        rows.extend(up_to.map(|up_to| Served { up_to, at_us: row.at_us }));
    }
    rows.sort_by_key(|served| served.at_us);
    let mut highest = 0;
    rows.retain(|served| {
        let is_higher = served.up_to > highest;
        highest = highest.max(served.up_to);
        is_higher
    });
    rows
}
