//! What is asked.

/// A sale, or a line before a site, and the crowd that is expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WhatIfPlan {
    /// People who come.
    pub people: u32,
    /// How many of them are there when it opens, percent.
    pub at_opening_percent: u8,
    /// Seconds over which the others come, evenly.
    pub over_s: u32,
    /// Units on sale; `None` where units are not what is waited for.
    pub units: Option<u32>,
    /// Units that each of them takes, at least 1.
    pub units_per_ticket: u32,
    /// People let in per second.
    pub admission_rate_per_second: f64,
    /// People let in and not finished, at most.
    pub occupancy_cap: u32,
    /// Orders placed per second.
    pub order_rate_per_second: f64,
    /// Seconds that units are held for who does not pay, or that a visit lasts.
    pub hold_s: u32,
    /// How many of those who are let in pay, percent.
    pub pay_percent: u8,
    /// Seconds after which they have paid; those who take longer than the hold lose it.
    pub pay_after_s: u32,
}

/// A thousand people who are there at the opening, all of whom pay at once, and room for all of them.
#[cfg(test)]
pub(super) const PLAN: WhatIfPlan = WhatIfPlan {
    people: 1000,
    at_opening_percent: 100,
    over_s: 0,
    units: Some(5000),
    units_per_ticket: 1,
    admission_rate_per_second: 10.0,
    occupancy_cap: 5000,
    order_rate_per_second: 200.0,
    hold_s: 300,
    pay_percent: 100,
    pay_after_s: 5,
};
