//! A site that gives only so many visits in all: what is judged of it, and the rules of stock seen violated.

use check::{Evidence, evidence::MoveEvidence, judge};
use shared::{drops::DropState, invariants::Invariant, lifecycle::TicketState};

use crate::{
    passes::{redemption, visits},
    sound::journal_id,
};

/// How many visits the run has that begin.
const VISITS: i32 = 30;

/// The run of visits before a site that gives no more than those: what two never use goes to the next.
fn limited() -> Evidence {
    let mut evidence = visits();
    evidence.drop.max_visits = Some(VISITS);
    evidence.moves[0].d_available = VISITS;
    for (n, order) in (1..).zip(&mut evidence.orders) {
        let begins = order.state == TicketState::Visited;
        (order.units_held, order.is_only_one) = (i32::from(begins), true);
        let end = if begins {
            (order.processed_at_us, "visit", [0, -1, 1])
        } else {
            (order.updated_at_us, "expire", [1, -1, 0])
        };
        let placed = (order.processed_at_us, "place", [-1, 1, 0]);
        for (sequence, (at_us, cause, deltas)) in [(1, placed), (2, end)] {
            evidence.moves.push(MoveEvidence {
                variant_id: order.variant_id,
                version: 0,
                cause: cause.to_owned(),
                d_available: deltas[0],
                d_reserved: deltas[1],
                d_sold: deltas[2],
                journal_id: Some(journal_id(n, sequence)),
                at_us,
            });
        }
    }
    evidence.moves.sort_by_key(|change| change.at_us);
    for (version, change) in (1..).zip(&mut evidence.moves) {
        change.version = version;
    }
    let stock = &mut evidence.inventory[0];
    (stock.total, stock.sold) = (VISITS, VISITS);
    stock.version = i64::try_from(evidence.moves.len()).unwrap();
    evidence
}

/// Breaks the run of only so many visits and expects this rule among what is named.
#[track_caller]
fn breaks_limited(rule: Invariant, change: impl FnOnce(&mut Evidence)) {
    let mut evidence = limited();
    change(&mut evidence);
    let report = judge(&evidence);
    assert!(report.verdict(rule).is_fail(), "{rule:?}:\n{report}");
}

/// Where a pass stands that nobody has used.
fn unused(evidence: &Evidence) -> usize {
    let mut orders = evidence.orders.iter();
    orders.position(|order| order.state == TicketState::Expired).unwrap()
}

/// Where the first move with this cause stands.
fn moved(evidence: &Evidence, cause: &str) -> usize {
    evidence.moves.iter().position(|change| change.cause == cause).unwrap()
}

#[test]
fn a_run_of_only_so_many_visits_violates_nothing() {
    let report = judge(&limited());
    assert!(report.is_clean(), "{report}");
    for rule in [Invariant::Stock1, Invariant::Stock2, Invariant::Stock3, Invariant::Pass1] {
        assert_eq!(report.verdict(rule).word(), "PASS", "{rule:?}:\n{report}");
    }
    assert_eq!(report.verdict(Invariant::Stock1).n_cases(), 30, "{report}");
}

#[test]
fn stock_1_more_visits_than_the_site_gives() {
    breaks_limited(Invariant::Stock1, |evidence| evidence.drop.max_visits = Some(VISITS - 1));
    breaks_limited(Invariant::Stock1, |evidence| {
        let mut begun = evidence.transitions[redemption(evidence)].clone();
        begun.order_id = evidence.orders[unused(evidence)].id;
        evidence.transitions.push(begun);
    });
}

#[test]
fn stock_2_a_visit_that_takes_nothing_or_comes_back_though_it_began() {
    breaks_limited(Invariant::Stock2, |evidence| {
        let at = moved(evidence, "visit");
        (evidence.moves[at].d_reserved, evidence.moves[at].d_sold) = (0, 0);
    });
    breaks_limited(Invariant::Stock2, |evidence| {
        let at = moved(evidence, "visit");
        (evidence.moves[at].d_available, evidence.moves[at].d_sold) = (1, 0);
    });
    breaks_limited(Invariant::Stock2, |evidence| {
        let at = unused(evidence);
        evidence.orders[at].units_held = 1;
    });
}

#[test]
fn stock_3_a_line_that_is_sold_out_while_a_visit_is_left() {
    breaks_limited(Invariant::Stock3, |evidence| {
        (evidence.drop.state, evidence.drop.max_visits) = (DropState::SoldOut, Some(VISITS + 1));
        evidence.moves[0].d_available = VISITS + 1;
    });
}

#[test]
fn limit_1_a_shopper_who_has_two_of_so_many_visits() {
    breaks_limited(Invariant::Limit1, |evidence| {
        evidence.orders[1].shopper_id = evidence.orders[0].shopper_id;
    });
}

#[test]
fn end_1_a_visit_that_never_began_and_is_not_given_on() {
    breaks_limited(Invariant::End1, |evidence| {
        let at = moved(evidence, "expire");
        evidence.moves.remove(at);
    });
}
