//! The drop with its limits, its stock and its money.

use check::evidence::{
    AuditEvidence, DropEvidence, InventoryEvidence, LedgerEvidence, MoveEvidence, PaymentEvidence,
    ProviderEntry,
};
use serde_json::json;
use shared::{
    drops::{DropMode, DropState, Fulfilment},
    ids::PaymentId,
    lifecycle::TicketState,
};

use crate::tenants::{product_id, seller_id};

use super::{
    ADMITTED, ENDED_US, PRICE, SECOND_CARD, UNITS, admitted_us, drop_id, ended_us, id, journal_id,
    last_journal_id, order_id, state_of, ticket, variant,
};

pub(super) fn flash_drop() -> DropEvidence {
    DropEvidence {
        id: drop_id(),
        seller_id: seller_id(),
        product_id: product_id(),
        fulfilment: Fulfilment::Auto,
        max_visits: None,
        manual: false,
        state: DropState::SoldOut,
        mode: DropMode::Running,
        ended_at_us: Some(ENDED_US),
        max_units_per_ticket: 1,
        max_units_per_customer: 1,
        hold_seconds: 4,
        admission_rate_per_second: 1.0,
        occupancy_cap: 100,
        order_rate_per_second: 10.0,
        limits_version: 2,
        epoch: 1,
        log_generation: 1,
    }
}

pub(super) fn inventory() -> InventoryEvidence {
    InventoryEvidence {
        variant_id: variant(),
        total: UNITS,
        available: 0,
        reserved: 0,
        sold: UNITS,
        version: i64::try_from(moves().len()).unwrap(),
    }
}

pub(super) fn moves() -> Vec<MoveEvidence> {
    let move_at = |journal_id, at_us, cause: &str, d: [i32; 3]| MoveEvidence {
        variant_id: variant(),
        version: 0,
        cause: cause.to_owned(),
        d_available: d[0],
        d_reserved: d[1],
        d_sold: d[2],
        journal_id,
        at_us,
    };
    let mut moves = vec![move_at(None, -1, "carve", [UNITS, 0, 0])];
    for n in 1..=ADMITTED {
        let (placed, ended) = (Some(journal_id(n, 1)), Some(last_journal_id(n)));
        moves.push(move_at(placed, admitted_us(n) + 1_000, "place", [-1, 1, 0]));
        moves.push(match state_of(n) {
            TicketState::Expired => move_at(ended, ended_us(n), "expire", [1, -1, 0]),
            _ => move_at(ended, ended_us(n), "pay", [0, -1, 1]),
        });
    }
    moves.sort_by_key(|change| change.at_us);
    for (version, change) in (1..).zip(&mut moves) {
        change.version = version;
    }
    moves
}

pub(super) fn audit() -> Vec<AuditEvidence> {
    let row = |id, old, new| AuditEvidence {
        id,
        at_us: 0,
        actor: "operator:ann".to_owned(),
        old,
        new,
        why: "a test".to_owned(),
    };
    let limits = |cap| json!({"limits": {"occupancy_cap": cap, "admission_rate_per_second": 1.0}});
    vec![row(1, None, Some(json!({"units": UNITS}))), row(2, Some(limits(50)), Some(limits(100)))]
}

pub(super) fn payment(n: u64) -> PaymentEvidence {
    PaymentEvidence {
        id: PaymentId::from_uuid(id(3, n)),
        order_id: order_id(n),
        kind: "capture".to_owned(),
        status: "succeeded".to_owned(),
    }
}

pub(super) fn booked(n: u64) -> [LedgerEvidence; 2] {
    [("provider", PRICE), ("seller", -PRICE)].map(|(account, amount_minor)| LedgerEvidence {
        payment_id: PaymentId::from_uuid(id(3, n)),
        order_id: order_id(n),
        account: account.to_owned(),
        amount_minor,
        currency: "EUR".to_owned(),
    })
}

pub(super) fn provider(n: u64) -> Vec<ProviderEntry> {
    let entry = |kind: &str| ProviderEntry {
        kind: kind.to_owned(),
        payment_id: format!("pay_{n}"),
        reference: ticket(n).to_string(),
        amount_minor: PRICE,
        currency: "EUR".to_owned(),
    };
    let declined = ProviderEntry { payment_id: format!("pay_{n}_1"), ..entry("declined") };
    match state_of(n) {
        TicketState::Expired => vec![entry("authorized"), entry("voided")],
        _ if n == SECOND_CARD => vec![declined, entry("authorized"), entry("captured")],
        _ => vec![entry("authorized"), entry("captured")],
    }
}
