//! Who was let in, until they have paid or are done.

use super::plan::WhatIfPlan;
use crate::gcra::Gcra;
use std::collections::VecDeque;

/// People who were let in and are not finished.
#[derive(Clone, Debug)]
pub(super) struct Inside {
    orders: Gcra,
    tat_us: Option<f64>,
    /// Percent of them who pay, and what of a whole one is over.
    pay_percent: u32,
    part_of_payer: u32,
    pay_after_us: u64,
    hold_us: u64,
    /// Those whose order is not placed yet.
    ordering: u32,
    occupied: u32,
    paying: VecDeque<Group>,
    idle: VecDeque<Group>,
}

/// People whose orders were placed in the same tick.
#[derive(Clone, Copy, Debug)]
struct Group {
    done_us: u64,
    people: u32,
}

/// Those who have just finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Departed {
    pub(super) paid: u32,
    /// Those whose units come back.
    pub(super) unpaid: u32,
}

impl Inside {
    /// Nobody yet; `orders` is the rule by which their orders are placed.
    pub(super) fn of(plan: &WhatIfPlan, orders: Gcra) -> Self {
        let is_in_time = plan.pay_after_s <= plan.hold_s;
        Self {
            orders,
            tat_us: None,
            pay_percent: if is_in_time { u32::from(plan.pay_percent.min(100)) } else { 0 },
            part_of_payer: 0,
            pay_after_us: u64::from(plan.pay_after_s) * 1_000_000,
            hold_us: u64::from(plan.hold_s) * 1_000_000,
            ordering: 0,
            occupied: 0,
            paying: VecDeque::new(),
            idle: VecDeque::new(),
        }
    }

    pub(super) const fn enter(&mut self, people: u32) {
        self.ordering += people;
        self.occupied += people;
    }

    /// Places orders, as fast as they may be.
    pub(super) fn order(&mut self, now_us: u64) {
        let (placed, tat_us) = self.orders.take(self.tat_us, now_us as f64, self.ordering);
        self.tat_us = Some(tat_us);
        self.ordering -= placed;
        let parts = u64::from(self.part_of_payer) + u64::from(placed) * u64::from(self.pay_percent);
        self.part_of_payer = (parts % 100) as u32;
        let payers = (parts / 100) as u32;
        push(&mut self.paying, now_us + self.pay_after_us, payers);
        push(&mut self.idle, now_us + self.hold_us, placed - payers);
    }

    /// Takes out those who are finished by now.
    pub(super) fn finish(&mut self, now_us: u64) -> Departed {
        let (paid, unpaid) = (pop(&mut self.paying, now_us), pop(&mut self.idle, now_us));
        self.occupied -= paid + unpaid;
        Departed { paid, unpaid }
    }

    pub(super) const fn occupied(&self) -> u32 {
        self.occupied
    }

    pub(super) const fn ordering(&self) -> u32 {
        self.ordering
    }
}

fn push(groups: &mut VecDeque<Group>, done_us: u64, people: u32) {
    if people > 0 {
        groups.push_back(Group { done_us, people });
    }
}

/// Takes out those who are done; all take equally long, so the first are done first.
fn pop(groups: &mut VecDeque<Group>, now_us: u64) -> u32 {
    let mut people = 0;
    while let Some(group) = groups.front()
        && group.done_us <= now_us
    {
        people += group.people;
        groups.pop_front();
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::what_if::plan::PLAN;

    const SECOND_US: u64 = 1_000_000;

    fn inside(plan: &WhatIfPlan) -> Inside {
        Inside::of(plan, Gcra::per_second(1000.0).unwrap())
    }

    #[test]
    fn of_ten_who_order_one_after_another_as_many_pay_as_do_of_ten_together() {
        let plan = WhatIfPlan { pay_percent: 30, pay_after_s: 1, hold_s: 9, ..PLAN };
        let mut inside = inside(&plan);
        inside.order(0);
        for n in 1..=10 {
            inside.enter(1);
            inside.order(n * 100_000);
        }
        assert_eq!((inside.occupied(), inside.ordering()), (10, 0));
        assert_eq!(inside.finish(3 * SECOND_US), Departed { paid: 3, unpaid: 0 });
        assert_eq!(inside.finish(20 * SECOND_US), Departed { paid: 0, unpaid: 7 });
        assert_eq!(inside.occupied(), 0);
    }

    #[test]
    fn who_takes_longer_than_the_hold_does_not_pay() {
        let mut inside =
            inside(&WhatIfPlan { pay_percent: 100, pay_after_s: 9, hold_s: 8, ..PLAN });
        inside.order(0);
        inside.enter(2);
        inside.order(SECOND_US);
        assert_eq!(inside.finish(60 * SECOND_US), Departed { paid: 0, unpaid: 2 });
    }
}
