//! One rule per invariant, each a pure function of the evidence.

mod answers;
mod bucket;
mod commands;
mod counted;
mod ends;
mod holdings;
mod journal;
mod lanes;
mod line;
mod liveness;
mod money;
mod orders;
mod pace;
mod passes;
mod positions;
mod rest;
mod stock;
mod tenants;

use shared::invariants::Invariant;

use super::{evidence::Evidence, replay::RoomReplay, verdict::Verdict};

/// Judges every invariant, in the order of [`Invariant::ALL`].
pub(crate) fn all(evidence: &Evidence, room: &RoomReplay) -> Vec<(Invariant, Verdict)> {
    let judged =
        Invariant::ALL.iter().map(|invariant| (*invariant, judge(*invariant, evidence, room)));
    judged.collect()
}

fn judge(invariant: Invariant, evidence: &Evidence, room: &RoomReplay) -> Verdict {
    match invariant {
        Invariant::Stock1 => stock::never_oversold(evidence),
        Invariant::Stock2 => stock::conserved(evidence),
        Invariant::Stock3 => stock::sold_while_wanted(evidence, room),
        Invariant::Order1 => orders::one_per_ticket(evidence),
        Invariant::Order2 => orders::one_end(evidence, room),
        Invariant::Order3 => commands::nothing_lost(evidence, room),
        Invariant::Limit1 => orders::within_limit(evidence),
        Invariant::Queue1 => line::nobody_passed_over(evidence, room),
        Invariant::Queue2 => line::everybody_accounted_for(evidence, room),
        Invariant::Queue3 => line::one_live_ticket(evidence, room),
        Invariant::Lane1 => lanes::shares_kept(evidence, room),
        Invariant::Rate1 if evidence.drop.manual => counted::admissions(evidence, room),
        Invariant::Rate1 => pace::admissions(evidence, room),
        Invariant::Rate2 => pace::orders(evidence),
        Invariant::Pos1 => positions::true_to_the_rank(evidence, room),
        Invariant::Pay1 => money::one_capture(evidence),
        Invariant::Pay2 => money::conserved(evidence),
        Invariant::Pass1 => passes::redeemed_once(evidence, room),
        Invariant::Tenant1 => tenants::kept_apart(evidence, room),
        Invariant::Audit1 => answers::audited(evidence, room),
        Invariant::Idem1 => answers::same_again(evidence, room),
        Invariant::Rest1 => rest::nothing_left(evidence, room),
        Invariant::End1 => ends::told_in_time(evidence, room),
        Invariant::Live1 => liveness::the_line_moves(evidence, room),
        Invariant::Live2 => liveness::everything_settles(evidence, room),
    }
}
