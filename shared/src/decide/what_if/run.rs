//! One tick after another.

use super::{
    course::{Course, CoursePoint, Curve, LineBound, TICKS_PER_S},
    inside::Inside,
    line::Line,
    plan::WhatIfPlan,
};
use crate::{
    decide::{
        backlog,
        easing::{Easing, Strain},
    },
    gcra::Gcra,
};
use std::time::Duration;

/// Simulated seconds after which it is looked no further: six hours.
pub const LONGEST_S: u32 = 21_600;
/// As long as a full bucket of any rate needs to fill, or one place of a slow one.
const TICK_US: u64 = 1_000_000 / TICKS_PER_S;
/// Ticks from one look at the orders to the next, as often as workers look: half a second.
const LOOK_TICKS: u64 = TICKS_PER_S / 2;

/// Tells how a sale would go. It costs at most some hundred thousand short steps, whoever asks for what;
/// nothing is told of a rate that is none.
#[must_use]
pub fn run(plan: &WhatIfPlan) -> Course {
    let rules = (
        Gcra::per_second(plan.admission_rate_per_second),
        Gcra::per_second(plan.order_rate_per_second),
    );
    let (Some(admission), Some(orders)) = rules else { return Course::default() };
    let mut sale = Sale::new(plan, admission, orders);
    let (mut curve, mut tick) = (Curve::default(), 0_u64);
    loop {
        if tick.is_multiple_of(LOOK_TICKS) {
            sale.look();
        }
        sale.step(tick * TICK_US);
        curve.add(tick, sale.point());
        if sale.is_over() || tick == u64::from(LONGEST_S) * TICKS_PER_S {
            return sale.course(curve, tick);
        }
        tick += 1;
    }
}

/// A sale in simulated time.
struct Sale<'a> {
    plan: &'a WhatIfPlan,
    admission: Gcra,
    tat_us: Option<f64>,
    easing: Easing,
    /// How many more may be let in until the next look; `None` while orders are not far behind.
    eased: Option<u32>,
    line: Line,
    inside: Inside,
    admitted: u32,
    available: Option<u32>,
    sold: u32,
    /// Ticks in which each of [`LineBound::ALL`] kept somebody waiting.
    held_up: [u32; LineBound::ALL.len()],
}

impl<'a> Sale<'a> {
    fn new(plan: &'a WhatIfPlan, admission: Gcra, orders: Gcra) -> Self {
        Self {
            plan,
            admission,
            tat_us: None,
            easing: Easing::default(),
            eased: None,
            line: Line::of(plan),
            inside: Inside::of(plan, orders),
            admitted: 0,
            available: plan.units,
            sold: 0,
            held_up: [0; LineBound::ALL.len()],
        }
    }

    /// Looks how far orders are behind. They are written at once, and no call for money fails.
    fn look(&mut self) {
        let orders = self.plan.order_rate_per_second;
        let strain = Strain {
            rate_per_second: self.plan.admission_rate_per_second,
            pace_per_second: orders,
            lag_s: backlog::lag_s(orders, orders, u64::from(self.inside.ordering())),
            commit_s: 0.0,
            failed_per_second: 0.0,
        };
        let looked = self.easing.look(&strain, Duration::from_micros(LOOK_TICKS * TICK_US));
        self.eased = looked.map(|(people, _)| people);
    }

    fn step(&mut self, now_us: u64) {
        let finished = self.inside.finish(now_us);
        if let Some(available) = &mut self.available {
            *available += finished.unpaid * self.plan.units_per_ticket;
            self.sold += finished.paid * self.plan.units_per_ticket;
        }
        self.line.arrive(now_us);
        self.let_in(now_us);
        self.inside.order(now_us);
    }

    fn let_in(&mut self, now_us: u64) {
        let waiting = self.line.waiting();
        let (bound, most) = self.bound();
        let (people, tat_us) = self.admission.take(self.tat_us, now_us as f64, waiting.min(most));
        self.tat_us = Some(tat_us);
        self.line.let_in(people, now_us);
        self.inside.enter(people);
        self.admitted += people;
        if let Some(available) = &mut self.available {
            *available -= people * self.plan.units_per_ticket;
        }
        if let Some(eased) = &mut self.eased {
            *eased -= people;
        }
        if people < waiting {
            let by = if people < most { LineBound::Rate } else { bound };
            self.held_up[by as usize] += 1;
        }
    }

    /// Returns how many may be let in, whatever the rate is, and what bounds it.
    fn bound(&self) -> (LineBound, u32) {
        let (orders, ordering) = (self.plan.order_rate_per_second, self.inside.ordering());
        let by_units = self.available.map(|available| available / self.plan.units_per_ticket);
        let by_orders = backlog::room(orders, orders, u64::from(ordering));
        let bounds = [
            (LineBound::Stock, by_units.unwrap_or(u32::MAX)),
            (LineBound::Occupancy, self.plan.occupancy_cap.saturating_sub(self.inside.occupied())),
            (LineBound::Commands, by_orders.min(self.eased.unwrap_or(u32::MAX))),
        ];
        let [mut least, others @ ..] = bounds;
        for other in others {
            least = if other.1 < least.1 { other } else { least };
        }
        least
    }

    fn held(&self) -> u32 {
        self.inside.occupied() * self.plan.units_per_ticket
    }

    /// Whether too little is left for anybody, and no more can come back.
    fn is_sold_out(&self) -> bool {
        self.available.is_some_and(|free| free + self.held() < self.plan.units_per_ticket)
    }

    fn is_over(&self) -> bool {
        // Those who are inside a site keep nobody else from anything that is told.
        let is_done = self.inside.occupied() == 0 || self.available.is_none();
        self.is_sold_out() || (self.line.has_all() && self.line.waiting() == 0 && is_done)
    }

    fn point(&self) -> CoursePoint {
        CoursePoint {
            joined: self.line.joined(),
            waiting: self.line.waiting(),
            admitted: self.admitted,
            held: self.held(),
            sold: self.sold,
            available: self.available,
        }
    }

    fn course(self, curve: Curve, tick: u64) -> Course {
        let (step_s, points) = curve.end(tick, self.point());
        let looked_s = tick.div_ceil(TICKS_PER_S) as u32;
        let most = (0..).zip(self.held_up).max_by_key(|(n, ticks)| (*ticks, std::cmp::Reverse(*n)));
        let held_up_by =
            most.filter(|(_, ticks)| *ticks > 0).map(|(n, _): (usize, u32)| LineBound::ALL[n]);
        let (is_over, is_sold_out) = (self.is_over(), self.is_sold_out());
        let not_let_in = self.plan.people - self.admitted;
        let [wait_p50_s, wait_p90_s] = self.line.percentiles([50, 90]);
        Course {
            step_s,
            points,
            is_over,
            looked_s,
            sold_out_after_s: is_sold_out.then_some(looked_s),
            not_let_in,
            wait_p50_s,
            wait_p90_s,
            held_up_by,
        }
    }
}

#[cfg(test)]
mod tests;
