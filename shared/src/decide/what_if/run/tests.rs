use super::*;
use crate::decide::what_if::{course::MAX_POINTS, plan::PLAN};

/// Runs a plan, and checks what holds of each.
fn course(plan: &WhatIfPlan) -> Course {
    let course = run(plan);
    assert!(course.points.len() <= MAX_POINTS + 1, "{}", course.points.len());
    for point in &course.points {
        assert_eq!(point.joined, point.waiting + point.admitted, "{point:?}");
        if let (Some(units), Some(available)) = (plan.units, point.available) {
            assert_eq!(available + point.held + point.sold, units, "{point:?}");
        }
        assert!(point.held <= plan.occupancy_cap * plan.units_per_ticket, "{point:?}");
    }
    for pair in course.points.windows(2) {
        assert!(pair[0].sold <= pair[1].sold && pair[0].joined <= pair[1].joined, "{pair:?}");
    }
    course
}

#[test]
fn with_room_for_everybody_the_rate_decides() {
    let course = course(&PLAN);
    assert!(course.is_over && course.sold_out_after_s.is_none(), "{course:?}");
    assert!((105..=107).contains(&course.looked_s), "{}", course.looked_s);
    assert_eq!((course.step_s, course.held_up_by), (1, Some(LineBound::Rate)));
    let tenth = course.points[10];
    assert!((99..=101).contains(&tenth.admitted), "{tenth:?}");
    let (half, most) = (course.wait_p50_s.unwrap(), course.wait_p90_s.unwrap());
    assert!((50..=51).contains(&half) && (90..=91).contains(&most), "{half} {most}");
    assert_eq!((course.not_let_in, course.points.last().unwrap().sold), (0, 1000));
}

#[test]
fn units_that_are_not_paid_come_back_until_all_are_sold() {
    let few = WhatIfPlan {
        units: Some(100),
        admission_rate_per_second: 100.0,
        hold_s: 60,
        pay_percent: 50,
        ..PLAN
    };
    let course = course(&few);
    let last = course.points.last().unwrap();
    assert_eq!((last.sold, last.available, last.held), (100, Some(0), 0));
    assert_eq!(course.sold_out_after_s, Some(course.looked_s));
    assert!(course.looked_s > 60, "some had to come back first: {}", course.looked_s);
    assert_eq!(course.not_let_in, 1000 - last.admitted);
    assert!(last.admitted > 150 && course.held_up_by == Some(LineBound::Stock), "{course:?}");
}

#[test]
fn what_bounds_it_is_told() {
    let bounded = |plan: WhatIfPlan| course(&plan).held_up_by;
    let slow_payers = WhatIfPlan { occupancy_cap: 10, pay_after_s: 120, ..PLAN };
    assert_eq!(bounded(slow_payers), Some(LineBound::Occupancy));
    let slow_orders =
        WhatIfPlan { admission_rate_per_second: 100.0, order_rate_per_second: 1.0, ..PLAN };
    assert_eq!(bounded(slow_orders), Some(LineBound::Commands));
    let nobody_waits = WhatIfPlan { at_opening_percent: 0, over_s: 2000, ..PLAN };
    assert_eq!(course(&nobody_waits).wait_p50_s, Some(0));
    assert_eq!(course(&WhatIfPlan { people: 0, ..PLAN }).held_up_by, None);
}

#[test]
fn where_orders_are_slow_as_many_come_in_as_are_placed_before_too_many_wait() {
    let slow_orders = WhatIfPlan {
        admission_rate_per_second: 100.0,
        order_rate_per_second: 10.0,
        pay_after_s: 0,
        ..PLAN
    };
    let course = course(&slow_orders);
    for point in &course.points[20..80] {
        assert!((55..=95).contains(&point.held), "five to ten seconds of work wait: {point:?}");
    }
}

#[test]
fn before_a_site_people_make_room_once_their_visit_is_over() {
    let site = WhatIfPlan {
        units: None,
        occupancy_cap: 100,
        hold_s: 60,
        pay_percent: 0,
        admission_rate_per_second: 1000.0,
        ..PLAN
    };
    let course = course(&site);
    assert!(course.is_over && course.sold_out_after_s.is_none(), "{course:?}");
    // A hundred each minute, the first at once and the tenth after nine of them.
    assert!((540..=550).contains(&course.looked_s), "{}", course.looked_s);
    let last = course.points.last().unwrap();
    assert_eq!((last.admitted, last.sold, last.available), (1000, 0, None));
}

#[test]
fn nobody_looks_further_than_some_hours_and_no_rate_tells_nothing() {
    let for_ever = WhatIfPlan { admission_rate_per_second: 0.001, ..PLAN };
    let seen = course(&for_ever);
    assert_eq!((seen.is_over, seen.looked_s), (false, LONGEST_S));
    assert_eq!(seen.not_let_in, 1000 - seen.points.last().unwrap().admitted);
    for rate in [0.0, -1.0, f64::NAN] {
        let none = WhatIfPlan { order_rate_per_second: rate, ..PLAN };
        assert_eq!(run(&none), Course::default());
    }
}
