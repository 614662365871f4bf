//! LIVE-1 and LIVE-2.

use std::collections::{HashMap, HashSet};

use shared::ids::{OrderId, TicketId, VariantId};

use crate::{
    evidence::Evidence,
    faults::RECOVERY_US,
    lives::{Standing, TicketLife},
    replay::{RoomReplay, WaitingByVariant},
    verdict::Verdict,
};

const SECOND_US: i64 = 1_000_000;
/// How long the line has to show that it moves.
const WINDOW_US: i64 = 10 * SECOND_US;
/// How long everything may take to settle.
const SETTLE_US: i64 = 120 * SECOND_US;

/// LIVE-1: an open line with people and units moves at nine tenths of its rate or faster.
pub(super) fn the_line_moves(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    if evidence.drop.manual {
        return Verdict::not_applicable("people are counted in by hand");
    }
    let (Some((first_us, _)), Some((last_us, _))) = (room.waiting.first(), room.waiting.last())
    else {
        return Verdict::not_applicable("nobody joined");
    };
    let end_us = evidence.drop.ended_at_us.unwrap_or(*last_us).min(*last_us);
    let timeline = Timeline::new(evidence, room);
    let (mut violations, mut n_windows) = (Vec::new(), 0);
    let mut at_us = first_us + RECOVERY_US;
    while at_us + WINDOW_US <= end_us {
        if let Some((moved, due)) = timeline.window(at_us) {
            n_windows += 1;
            if moved < due {
                violations
                    .push(format!("{moved} admitted in the 10 s from {at_us} µs, {due} were due"));
            }
        }
        at_us += SECOND_US;
    }
    if n_windows == 0 {
        return Verdict::not_applicable(
            "no ten seconds without a fault and ten more to judge after them",
        );
    }
    Verdict::of(violations, n_windows, format!("{n_windows} windows of 10 s"))
}

/// What LIVE-1 has to know about any moment.
struct Timeline<'a> {
    evidence: &'a Evidence,
    room: &'a RoomReplay,
    processed_us: HashMap<OrderId, i64>,
    ended_us: HashMap<OrderId, i64>,
    let_in: HashMap<TicketId, u32>,
}

impl<'a> Timeline<'a> {
    fn new(evidence: &'a Evidence, room: &'a RoomReplay) -> Self {
        let processed = evidence.orders.iter().map(|order| (order.id, order.processed_at_us));
        let ended = evidence.transitions.iter().filter(|transition| transition.terminal);
        Self {
            evidence,
            room,
            processed_us: processed.collect(),
            ended_us: ended.map(|transition| (transition.order_id, transition.at_us)).collect(),
            let_in: evidence.units_let_in(),
        }
    }

    /// Returns how many were admitted within the window and how many were due; `None` if none were.
    fn window(&self, at_us: i64) -> Option<(u64, u64)> {
        let until_us = at_us + WINDOW_US;
        let is_quiet = self.evidence.is_quiet(at_us - RECOVERY_US, until_us);
        let rate = self.slowest_rate(at_us, until_us)?;
        if !is_quiet {
            return None;
        }
        let servable = self.servable(at_us, until_us);
        let headroom = i64::from(self.evidence.drop.occupancy_cap) - self.occupancy(at_us);
        let due = (0.9 * rate * 10.0).min(servable as f64).min(headroom as f64);
        let within = |(us, _): &&(i64, u32)| (at_us..until_us).contains(us);
        let moved = self.room.admissions.iter().filter(within).map(|(_, n)| u64::from(*n)).sum();
        (due >= 1.0).then_some((moved, due as u64))
    }

    /// Returns the lowest rate of the window; `None` unless the line was running all the time.
    fn slowest_rate(&self, at_us: i64, until_us: i64) -> Option<f64> {
        let configured = &self.room.configured;
        let first = configured.iter().rposition(|(us, _)| *us <= at_us).unwrap_or_default();
        let within = configured.iter().skip(first).take_while(|(us, _)| *us < until_us);
        let mut slowest = self.evidence.drop.admission_rate_per_second;
        for (n, (_, configured)) in within.enumerate() {
            if !configured.mode.admits() {
                return None;
            }
            let rate = configured.admission_rate_micro as f64 / 1e6;
            slowest = if n == 0 { rate } else { slowest.min(rate) };
        }
        Some(slowest)
    }

    /// Returns how many could be let in: of those who waited for a variant all the time, as many as
    /// it has units for; all of them where there is no stock.
    fn servable(&self, at_us: i64, until_us: i64) -> i64 {
        let fewest = self.fewest_waiting(at_us, until_us);
        let served = fewest.into_iter().map(|(variant_id, n_waiting)| {
            let n_waiting = i64::try_from(n_waiting).unwrap_or(i64::MAX);
            if !self.evidence.has_stock() {
                return n_waiting;
            }
            self.n_fitting(variant_id, at_us).clamp(0, n_waiting)
        });
        served.sum()
    }

    /// Returns how many tickets the free units of a variant are enough for. Fewer than a ticket takes are
    /// for the next one once nothing can come back.
    fn n_fitting(&self, variant_id: VariantId, at_us: i64) -> i64 {
        let flash_drop = &self.evidence.drop;
        let takes_most = flash_drop.fulfilment.takes_most();
        let most = if takes_most { i64::from(flash_drop.max_units_per_ticket) } else { 1 };
        let (free, held) = self.units(variant_id, at_us);
        if free < most && held == 0 { free.min(1) } else { free / most }
    }

    /// Returns the fewest that waited for each variant at any time of the window.
    fn fewest_waiting(&self, at_us: i64, until_us: i64) -> WaitingByVariant {
        let waiting = &self.room.waiting;
        let first = waiting.iter().rposition(|(us, _)| *us <= at_us).unwrap_or_default();
        let within = waiting.iter().skip(first).take_while(|(us, _)| *us < until_us);
        let fewest = within.map(|(_, by_variant)| by_variant.clone()).reduce(|fewest, others| {
            let both =
                fewest.into_iter().filter_map(|(id, n)| Some((id, n.min(*others.get(&id)?))));
            both.collect()
        });
        fewest.unwrap_or_default()
    }

    /// Returns the units of a variant that are free at a moment, and those that somebody holds: by the
    /// moves, and by those admitted and not processed.
    fn units(&self, variant_id: VariantId, at_us: i64) -> (i64, i64) {
        let moves = self.evidence.moves.iter();
        let moves = moves.filter(|change| change.variant_id == variant_id && change.at_us <= at_us);
        let (available, reserved) = moves.fold((0, 0), |(available, reserved), change| {
            (available + i64::from(change.d_available), reserved + i64::from(change.d_reserved))
        });
        let wants_it = |life: &TicketLife| life.line.variant_id == variant_id;
        let in_flight = self.admitted_until(at_us, &self.processed_us, wants_it);
        (available - in_flight, reserved + in_flight)
    }

    /// Returns the units of tickets that are admitted and not finished at a moment.
    fn occupancy(&self, at_us: i64) -> i64 {
        self.admitted_until(at_us, &self.ended_us, |_| true)
    }

    /// Returns the units of such tickets that are admitted at a moment and reach `until` only later.
    fn admitted_until(
        &self,
        at_us: i64,
        until: &HashMap<OrderId, i64>,
        is_such: impl Fn(&TicketLife) -> bool,
    ) -> i64 {
        let lives = self.room.tickets.iter().filter(|(id, life)| {
            is_such(life)
                && life.admitted_at_us().is_some_and(|admitted_us| admitted_us <= at_us)
                && until.get(&OrderId::from(**id)).is_none_or(|until_us| *until_us > at_us)
        });
        let units = |(id, life): (&TicketId, &TicketLife)| {
            i64::from(self.let_in.get(id).copied().unwrap_or(life.units))
        };
        lives.map(units).sum()
    }
}

/// LIVE-2: 120 s after the last fault, or after the end, everything is settled.
pub(super) fn everything_settles(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let mut violations = unsettled(evidence, room);
    let last_admission_us = room.admissions.last().map(|(at_us, _)| *at_us);
    let quiet_us = [evidence.last_heal_us(), evidence.drop.ended_at_us, last_admission_us]
        .into_iter()
        .flatten()
        .max();
    let Some(quiet_us) = quiet_us else {
        return Verdict::not_applicable("nothing happened");
    };
    let orders = evidence.orders.iter().map(|order| order.updated_at_us);
    let ends = evidence.shoppers.iter().filter_map(|story| story.end.as_ref());
    let ends = ends.map(|end| end.at_us);
    let settled_us = orders.chain(evidence.last_event_us).chain(ends).max();
    let took_us = settled_us.map_or(0, |settled_us| settled_us - quiet_us).max(0);
    if took_us > SETTLE_US {
        violations.push(format!("settling took {} s", took_us / SECOND_US));
    }
    let over = format!("settled within {:.1} s", took_us as f64 / 1e6);
    Verdict::of(violations, evidence.orders.len(), over)
}

/// Finds what is still in progress, and shoppers who were not told how it ended.
fn unsettled(evidence: &Evidence, room: &RoomReplay) -> Vec<String> {
    let mut violations = Vec::new();
    for order in evidence.orders.iter().filter(|order| !order.state.is_terminal()) {
        violations.push(format!("order {} is still {}", order.id, order.state));
    }
    let is_open = |status: &str| matches!(status, "pending" | "unknown" | "needs_review");
    for row in evidence.payments.iter().filter(|row| is_open(&row.status)) {
        violations.push(format!("{} {} of order {} is open", row.kind, row.id, row.order_id));
    }
    for row in &evidence.journal {
        if row.events_pending {
            violations.push(format!("the events of journal row {} are not published", row.id));
        }
        if row.line_pending {
            violations.push(format!("the line was not told of journal row {}", row.id));
        }
    }
    let orders: HashSet<OrderId> = evidence.orders.iter().map(|order| order.id).collect();
    for (id, life) in &room.tickets {
        let order_id = OrderId::from(*id);
        let is_stuck = life.standing() == Standing::Admitted
            && !orders.contains(&order_id)
            && !evidence.dead_orders.contains(&order_id);
        if is_stuck {
            violations.push(format!("ticket {id} is stuck in flight"));
        }
    }
    for story in &evidence.shoppers {
        let how = story.end.as_ref().map_or("nothing", |end| end.how.as_str());
        if matches!(how, "nothing" | "gave_up") || how.contains("refused") {
            violations.push(format!("shopper {} was not told how it ended: {how}", story.process));
        }
    }
    violations
}
