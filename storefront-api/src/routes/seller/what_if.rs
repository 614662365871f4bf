//! How a sale would go, told before it is made.

use super::create_drop;
use crate::{
    ApiError,
    extract::{Body, CurrentSeller, Faults, Validate},
    routes::ranges::{MAX_UNITS, OCCUPANCY_CAPS, RATES},
};
use edge::{Json, Problem};
use serde::{Deserialize, Serialize};
use shared::decide::what_if::{self, Course, LineBound, WhatIfPlan};
use std::ops::RangeInclusive;
use tokio::task;
use utoipa::ToSchema;

const PEOPLE: RangeInclusive<u32> = 1..=1_000_000;
const PERCENT: RangeInclusive<u8> = 0..=100;
const DAY_SECONDS: u32 = 86_400;

/// A sale, or a line before a site, and the crowd that is expected.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhatIfInput {
    /// People who come, from 1 to 1 000 000.
    #[schema(minimum = 1, maximum = 1_000_000, example = 5000)]
    people: u32,
    /// How many percent of them are there when it opens.
    #[serde(default = "fifty_percent")]
    #[schema(minimum = 0, maximum = 100, default = 50)]
    at_opening_percent: u8,
    /// Seconds over which the others come, evenly; up to a day.
    #[serde(default = "half_an_hour")]
    #[schema(minimum = 0, maximum = 86_400, default = 1800)]
    over_seconds: u32,
    /// Units on sale, of all variants together; null for a line before a site.
    #[schema(minimum = 1, maximum = 10_000_000, example = 500)]
    units: Option<u32>,
    /// Units that each of them takes.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 1000, default = 1)]
    units_per_ticket: u32,
    /// People let in per second.
    #[serde(default = "create_drop::fifty")]
    #[schema(minimum = 0.001, maximum = 100_000, default = 50.0)]
    admission_rate_per_second: f64,
    /// People let in and not finished, at most.
    #[serde(default = "create_drop::thousand")]
    #[schema(minimum = 1, maximum = 10_000_000, default = 1000)]
    occupancy_cap: u32,
    /// Orders placed per second.
    #[serde(default = "create_drop::two_hundred")]
    #[schema(minimum = 0.001, maximum = 100_000, default = 200.0)]
    order_rate_per_second: f64,
    /// Seconds that units are held for those who do not pay, or that a visit lasts.
    #[serde(default = "five_minutes")]
    #[schema(minimum = 1, maximum = 86_400, default = 300)]
    hold_seconds: u32,
    /// How many percent of those who are let in pay; nobody does before a site.
    #[serde(default = "ninety")]
    #[schema(minimum = 0, maximum = 100, default = 90)]
    pay_percent: u8,
    /// Seconds after which they have paid; who takes longer than the hold loses it.
    #[serde(default = "one_minute")]
    #[schema(minimum = 0, maximum = 86_400, default = 60)]
    pay_after_seconds: u32,
}

const fn fifty_percent() -> u8 {
    50
}

const fn half_an_hour() -> u32 {
    1800
}

const fn one() -> u32 {
    1
}

const fn five_minutes() -> u32 {
    300
}

const fn ninety() -> u8 {
    90
}

const fn one_minute() -> u32 {
    60
}

/// How it would go. Columns have one value for each moment, the opening first; people and units as they
/// are then.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct WhatIfResponse {
    /// Seconds between two moments.
    step_s: u32,
    /// People who have joined.
    joined: Vec<u32>,
    /// People in line.
    waiting: Vec<u32>,
    /// People who were let in.
    admitted: Vec<u32>,
    /// Units held for those who have not paid yet, or people inside.
    held: Vec<u32>,
    /// Units sold.
    sold: Vec<u32>,
    /// Units that are free; null before a site.
    available: Vec<Option<u32>>,
    /// Whether it is over by the last moment; six hours are looked at.
    is_over: bool,
    /// How long it took, or was looked at.
    looked_seconds: u32,
    /// When the last unit was sold; null if some are left.
    sold_out_after_seconds: Option<u32>,
    /// People who were not let in.
    not_let_in: u32,
    /// The wait that half of those let in did not exceed; null if nobody was.
    wait_p50_seconds: Option<u32>,
    /// The wait that nine in ten of them did not exceed.
    wait_p90_seconds: Option<u32>,
    /// What held people up most of the time, while any waited.
    held_up_by: Option<LineBound>,
}

impl Validate for WhatIfInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        let seconds = |least| least..=DAY_SECONDS;
        faults.within("/people", self.people, &PEOPLE);
        faults.within("/at_opening_percent", self.at_opening_percent, &PERCENT);
        faults.within("/over_seconds", self.over_seconds, &seconds(0));
        faults.within("/units_per_ticket", self.units_per_ticket, &(1..=1000));
        if let Some(units) = self.units {
            faults.within("/units", units, &(1..=MAX_UNITS.unsigned_abs()));
            if self.units_per_ticket > units {
                faults.add("/units_per_ticket", "must not be above units");
            }
        }
        faults.within("/admission_rate_per_second", self.admission_rate_per_second, &RATES);
        faults.within("/occupancy_cap", self.occupancy_cap, &OCCUPANCY_CAPS);
        faults.within("/order_rate_per_second", self.order_rate_per_second, &RATES);
        faults.within("/hold_seconds", self.hold_seconds, &seconds(1));
        faults.within("/pay_percent", self.pay_percent, &PERCENT);
        faults.within("/pay_after_seconds", self.pay_after_seconds, &seconds(0));
        faults
    }
}

impl From<WhatIfInput> for WhatIfPlan {
    fn from(input: WhatIfInput) -> Self {
        Self {
            people: input.people,
            at_opening_percent: input.at_opening_percent,
            over_s: input.over_seconds,
            units: input.units,
            // Before a site a ticket is a visit.
            units_per_ticket: input.units.map_or(1, |_| input.units_per_ticket),
            admission_rate_per_second: input.admission_rate_per_second,
            occupancy_cap: input.occupancy_cap,
            order_rate_per_second: input.order_rate_per_second,
            hold_s: input.hold_seconds,
            pay_percent: input.units.map_or(0, |_| input.pay_percent),
            pay_after_s: input.pay_after_seconds,
        }
    }
}

impl From<Course> for WhatIfResponse {
    fn from(course: Course) -> Self {
        let points = &course.points;
        Self {
            step_s: course.step_s,
            joined: points.iter().map(|point| point.joined).collect(),
            waiting: points.iter().map(|point| point.waiting).collect(),
            admitted: points.iter().map(|point| point.admitted).collect(),
            held: points.iter().map(|point| point.held).collect(),
            sold: points.iter().map(|point| point.sold).collect(),
            available: points.iter().map(|point| point.available).collect(),
            is_over: course.is_over,
            looked_seconds: course.looked_s,
            sold_out_after_seconds: course.sold_out_after_s,
            not_let_in: course.not_let_in,
            wait_p50_seconds: course.wait_p50_s,
            wait_p90_seconds: course.wait_p90_s,
            held_up_by: course.held_up_by,
        }
    }
}

/// Tells how a sale would go, and changes nothing: a made-up crowd, let in by the rules that let in a real
/// one. All are alike and nobody leaves, so it shows what the settings allow, and is no forecast.
#[utoipa::path(post, path = "/v1/seller/what-if", tag = "seller", security(("seller_key" = [])),
    request_body = WhatIfInput, responses((status = 200, body = WhatIfResponse), Problem))]
#[tracing::instrument(name = "handler.what_if.run", skip_all)]
pub(crate) async fn run(
    _: CurrentSeller,
    Body(input): Body<WhatIfInput>,
) -> Result<Json<WhatIfResponse>, ApiError> {
    let plan = WhatIfPlan::from(input);
    // Some milliseconds of work, which nobody else's request is to wait for.
    match task::spawn_blocking(move || what_if::run(&plan)).await {
        Ok(course) => Ok(Json(course.into())),
        Err(error) => {
            tracing::warn!(%error, "could not tell how a sale would go");
            Err(ApiError::Overloaded)
        }
    }
}
