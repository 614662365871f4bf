//! Two sellers in one world, who never met: whose everything is, and how strangers were answered.

use std::collections::HashMap;

use check::{
    evidence::OwnerEvidence,
    probes::{Asker, TenantProbe},
};
use shared::ids::{DropId, ProductId, SellerId, ShopperId, TicketId};
use uuid::Uuid;

use crate::sound::{ADMITTED, ENDED_US, drop_id, ticket};

/// The seller of the drop that is judged.
pub(crate) fn seller_id() -> SellerId {
    SellerId::from_uuid(Uuid::from_u128(8))
}

pub(crate) fn product_id() -> ProductId {
    ProductId::from_uuid(Uuid::from_u128(9))
}

/// The seller of the other drop.
pub(crate) fn other_seller() -> SellerId {
    SellerId::from_uuid(Uuid::from_u128(18))
}

pub(crate) fn other_drop() -> DropId {
    DropId::from_uuid(Uuid::from_u128(11))
}

/// A ticket of the other drop.
pub(crate) fn other_ticket() -> TicketId {
    TicketId::from_uuid(Uuid::from_u128(0x9001))
}

/// A shopper of the other drop.
fn other_shopper() -> ShopperId {
    ShopperId::from_uuid(Uuid::from_u128(0x8001))
}

pub(crate) fn elsewhere() -> HashMap<TicketId, DropId> {
    HashMap::from([(other_ticket(), other_drop())])
}

/// Each order has a row that names its seller, a hold that does not, and an event that does.
pub(crate) fn owners() -> Vec<OwnerEvidence> {
    let of_order = |n| {
        let owner = |what: &str, seller_id| OwnerEvidence {
            what: what.to_owned(),
            ticket_id: Some(ticket(n)),
            drop_id: Some(drop_id()),
            seller_id,
        };
        let seller_id = Some(seller_id());
        [owner("order", seller_id), owner("hold", None), owner("order event", seller_id)]
    };
    (1..=ADMITTED).flat_map(of_order).collect()
}

/// How everybody was answered who asked: nobody, the other seller, a shopper of the other drop.
pub(crate) fn probes() -> Vec<TenantProbe> {
    let askers = [Asker::Nobody, Asker::Seller(other_seller()), Asker::Shopper(other_shopper())];
    let due = [
        ("GET /v1/seller/drops", [401, 200, 403]),
        ("POST /v1/seller/drops", [401, 404, 403]),
        ("GET /v1/seller/drops/{drop_id}/numbers", [401, 404, 403]),
        ("GET /v1/orders", [401, 403, 200]),
        ("POST /v1/orders/{order_id}/payment", [401, 403, 404]),
        ("GET /v1/tickets", [401, 403, 200]),
        ("GET /v1/drops/{drop}/ticket", [401, 401, 403]),
        ("GET /v1/drops/{drop}/stream", [4_501, 4_501, 4_501]),
        ("PATCH /v1/operator/drops/{drop_id}/limits", [401, 403, 403]),
        ("POST /v1/provider/callbacks", [401, 401, 401]),
    ];
    let probes = due.into_iter().flat_map(|(route, statuses)| {
        askers.into_iter().zip(statuses).map(move |(by, status)| TenantProbe {
            by,
            drop_id: drop_id(),
            route: route.to_owned(),
            status: Some(status),
            ids: own_ids(by, status),
            at_us: ENDED_US / 2,
        })
    });
    probes.collect()
}

/// A list tells what is one's own.
fn own_ids(by: Asker, status: u16) -> Vec<Uuid> {
    match by {
        Asker::Seller(id) if status == 200 => vec![id.as_uuid(), other_drop().as_uuid()],
        Asker::Shopper(_) if status == 200 => vec![other_ticket().as_uuid()],
        Asker::Nobody | Asker::Seller(_) | Asker::Shopper(_) => Vec::new(),
    }
}
