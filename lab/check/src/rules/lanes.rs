//! LANE-1.

use std::collections::BTreeMap;

use shared::line::{Epoch, Lane};

use crate::{
    evidence::Evidence,
    replay::{LanePick, RoomReplay},
    verdict::Verdict,
};

/// What rounding may add up to.
const ROUNDED: f64 = 1e-6;

/// LANE-1: of each two lanes, what they were let in while both had somebody who could be goes by
/// their shares, to within one ticket of each; and a lane without a share had nobody let in before
/// others who could be.
pub(super) fn shares_kept(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    if evidence.drop.manual {
        return Verdict::not_applicable("people are counted in by hand");
    }
    let mut lanes = Lanes::of(evidence);
    if lanes.shares.len() == 1 {
        return Verdict::not_applicable("the drop has one lane");
    }
    room.lane_picks.iter().for_each(|pick| lanes.count(pick));
    let Lanes { n_compared, violations, .. } = lanes;
    if n_compared == 0 && violations.is_empty() {
        return Verdict::not_applicable("no two lanes had people at the same time");
    }
    Verdict::of(violations, n_compared, format!("{n_compared} admissions beside another lane"))
}

/// What the lanes have been let in so far.
struct Lanes {
    /// In percent; the normal lane has what the others leave.
    shares: BTreeMap<Lane, u8>,
    epoch: Epoch,
    leads: BTreeMap<(Lane, Lane), Lead>,
    n_compared: usize,
    violations: Vec<String>,
}

/// How far the first of two lanes has been ahead of the second, tickets divided by shares.
#[derive(Default)]
struct Lead {
    now: f64,
    least: f64,
    most: f64,
}

impl Lanes {
    fn of(evidence: &Evidence) -> Self {
        let number = |number: i16| u8::try_from(number).unwrap_or_default();
        let rows = evidence.lanes.iter();
        let mut shares: BTreeMap<Lane, u8> =
            rows.map(|row| (Lane(number(row.lane)), number(row.share_percent))).collect();
        shares.insert(Lane::NORMAL, 100_u8.saturating_sub(shares.values().sum()));
        let (leads, violations) = (BTreeMap::new(), Vec::new());
        Self { shares, epoch: Epoch::default(), leads, n_compared: 0, violations }
    }

    fn count(&mut self, pick: &LanePick) {
        if pick.epoch != self.epoch {
            // A rebuilt line counts from nothing.
            self.leads.clear();
            self.epoch = pick.epoch;
        }
        let with_share: Vec<(Lane, f64)> = self
            .shares
            .iter()
            .filter(|(_, percent)| **percent > 0)
            .map(|(lane, percent)| (*lane, 100.0 / f64::from(*percent)))
            .collect();
        let has_share = |lane: &Lane| with_share.iter().any(|(other, _)| other == lane);
        if !has_share(&pick.lane) && pick.fitting.iter().any(has_share) {
            self.violations.push(format!("{} was let in without a share", pick.ticket_id));
        }
        for (n, one) in with_share.iter().enumerate() {
            with_share[n + 1..].iter().for_each(|other| self.compare(pick, *one, *other));
        }
    }

    /// Compares two lanes; with each comes what a ticket of it is worth.
    fn compare(&mut self, pick: &LanePick, (one, worth): (Lane, f64), other: (Lane, f64)) {
        let (other, other_worth) = other;
        if !pick.fitting.contains(&one) || !pick.fitting.contains(&other) {
            self.leads.remove(&(one, other));
            return;
        }
        self.n_compared += 1;
        let lead = self.leads.entry((one, other)).or_default();
        if pick.lane == one {
            lead.now += worth;
        } else if pick.lane == other {
            lead.now -= other_worth;
        }
        (lead.least, lead.most) = (lead.least.min(lead.now), lead.most.max(lead.now));
        if lead.most - lead.least > worth + other_worth + ROUNDED {
            self.leads.remove(&(one, other));
            let (one, other, id) = (one.0, other.0, pick.ticket_id);
            self.violations.push(format!("{id}: lanes {one} and {other} are out of their shares"));
        }
    }
}
