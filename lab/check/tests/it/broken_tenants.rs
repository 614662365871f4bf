//! TENANT-1, seen violated: by an answer, and by what is stored.

use check::{Evidence, Requirement, judge, probes::TenantProbe};
use shared::invariants::Invariant;

use crate::{
    broken::breaks,
    sound::{drop_id, evidence, order_id, ticket},
    tenants::{other_drop, other_seller, other_ticket},
};

/// Changes the answers to one route, one for each who asks: nobody, the other seller, a shopper of
/// the other drop.
fn answered<'a>(evidence: &'a mut Evidence, route: &str) -> Vec<&'a mut TenantProbe> {
    let probes = evidence.probes.iter_mut().filter(|probe| probe.route == route);
    let probes: Vec<&mut TenantProbe> = probes.collect();
    assert_eq!(probes.len(), 3, "{route}");
    probes
}

#[test]
fn tenant_1_an_answer_that_was_not_due() {
    for (route, asker, status) in [
        // Served.
        ("PATCH /v1/operator/drops/{drop_id}/limits", 1, 200),
        ("POST /v1/orders/{order_id}/payment", 2, 202),
        ("POST /v1/seller/drops", 1, 201),
        ("GET /v1/orders", 0, 200),
        ("GET /v1/drops/{drop}/ticket", 2, 200),
        ("POST /v1/provider/callbacks", 0, 200),
        // It is told that there is such an order, or such numbers.
        ("POST /v1/orders/{order_id}/payment", 2, 409),
        ("GET /v1/seller/drops/{drop_id}/numbers", 1, 403),
        // Its own list.
        ("GET /v1/seller/drops", 1, 404),
    ] {
        breaks(Invariant::Tenant1, |evidence| {
            answered(evidence, route)[asker].status = Some(status);
        });
    }
}

#[test]
fn tenant_1_a_stream_that_shows_something() {
    for (asker, status) in [(0, 101), (2, 101), (2, 4_500)] {
        breaks(Invariant::Tenant1, |evidence| {
            answered(evidence, "GET /v1/drops/{drop}/stream")[asker].status = Some(status);
        });
    }
    // An upgrade may also be refused like any other request.
    let mut refused = evidence();
    answered(&mut refused, "GET /v1/drops/{drop}/stream")[2].status = Some(403);
    assert_eq!(judge(&refused).verdict(Invariant::Tenant1).word(), "PASS");
}

#[test]
fn tenant_1_an_id_in_an_answer() {
    let ids = [
        drop_id().as_uuid(),
        evidence().drop.seller_id.as_uuid(),
        evidence().drop.product_id.as_uuid(),
        evidence().inventory[0].variant_id.as_uuid(),
        evidence().orders[0].shopper_id.as_uuid(),
        evidence().payments[0].id.as_uuid(),
        order_id(1).as_uuid(),
        // One who waits has no order.
        ticket(60).as_uuid(),
    ];
    for id in ids {
        breaks(Invariant::Tenant1, |evidence| {
            answered(evidence, "GET /v1/orders")[2].ids.push(id);
        });
        // In a refusal, and in one that says to come back.
        for status in [403, 503] {
            breaks(Invariant::Tenant1, |evidence| {
                let probe = &mut answered(evidence, "GET /v1/drops/{drop}/ticket")[2];
                probe.status = Some(status);
                probe.ids.push(id);
            });
        }
    }
}

#[test]
fn tenant_1_a_row_or_event_of_another() {
    // An order, a hold and an event, as `owners` has them.
    for n in [0, 2] {
        breaks(Invariant::Tenant1, |evidence| {
            evidence.owners[n].seller_id = Some(other_seller());
        });
    }
    for n in [0, 1, 2] {
        breaks(Invariant::Tenant1, |evidence| {
            evidence.owners[n].drop_id = Some(other_drop());
        });
        breaks(Invariant::Tenant1, |evidence| {
            evidence.owners[n].ticket_id = Some(other_ticket());
        });
    }
}

#[test]
fn tenant_1_a_ticket_of_two_drops() {
    // Of an order, and of one who waits.
    for n in [1, 60] {
        breaks(Invariant::Tenant1, |evidence| {
            evidence.elsewhere.insert(ticket(n), other_drop());
        });
    }
    // Given to a shopper of this drop.
    breaks(Invariant::Tenant1, |evidence| {
        evidence.shoppers[59].joins[0].ticket_id = other_ticket();
    });
    // Ordered here.
    breaks(Invariant::Tenant1, |evidence| {
        evidence.commands[5].order.ticket_id = other_ticket();
    });
    breaks(Invariant::Tenant1, |evidence| evidence.orders[5].id = other_ticket().into());
    breaks(Invariant::Tenant1, |evidence| {
        evidence.order_events.insert(other_ticket().into(), Vec::new());
    });
}

#[test]
fn tenant_1_counts_those_who_were_answered() {
    let n_cases = |evidence: &Evidence| judge(evidence).verdict(Invariant::Tenant1).n_cases();
    let mut evidence = evidence();
    assert_eq!(n_cases(&evidence), 30);
    let mut probes = evidence.probes.iter_mut();
    for status in [None, Some(408), Some(429), Some(500), Some(503), Some(1_012)] {
        probes.next().unwrap().status = status;
    }
    assert_eq!(n_cases(&evidence), 24);
    // While everything is away nobody is answered.
    for probe in &mut evidence.probes {
        probe.status = None;
    }
    let report = judge(&evidence);
    assert_eq!(report.verdict(Invariant::Tenant1).word(), "NOT-APPLICABLE");
    let required = [Requirement::new(Invariant::Tenant1, 1)];
    assert!(!report.held_to(&required, None, None).is_clean());
}
