//! A drop while a batch has it locked.

use super::decide::{Shelf, Shop};
use crate::ordering::boundaries::{Boundaries, Boundary};
use shared::{
    drops::{DropState, Fulfilment},
    gcra::Gcra,
    ids::{DropId, SellerId, VariantId},
    line::Epoch,
    messages::PlaceOrder,
};
use std::collections::BTreeMap;

/// A drop, locked.
pub(super) struct LockedDrop {
    pub(super) seller_id: SellerId,
    pub(super) partition: Option<i32>,
    pub(super) epoch: Epoch,
    /// Its line is being rebuilt: its commands wait, so that the rebuild reads a state at rest.
    pub(super) is_rebuilding: bool,
    /// Which commands its rebuilds left out.
    pub(super) boundaries: Boundaries,
    pub(super) rate: f64,
    pub(super) tat_us: Option<f64>,
    /// The rate that the arrival time was computed with.
    pub(super) tat_rate: Option<f64>,
    pub(super) hold_seconds: i32,
    pub(super) shop: Shop,
    pub(super) currency: BTreeMap<VariantId, String>,
}

/// What a batch reads of a drop and one of its stock rows.
pub(super) struct LockedRow {
    pub(super) id: DropId,
    pub(super) seller_id: SellerId,
    pub(super) state: DropState,
    pub(super) fulfilment: Fulfilment,
    pub(super) has_stock: bool,
    pub(super) partition: Option<i32>,
    pub(super) epoch: i32,
    pub(super) is_rebuilding: bool,
    pub(super) order_rate_per_second: f64,
    pub(super) hold_seconds: i32,
    pub(super) max_units_per_ticket: i32,
    pub(super) max_units_per_customer: i32,
    pub(super) tat_us: Option<f64>,
    pub(super) tat_rate: Option<f64>,
    pub(super) variant_id: VariantId,
    pub(super) available: i32,
    pub(super) price_minor: i64,
    pub(super) currency: String,
}

impl LockedDrop {
    /// Begins a drop that has no stock yet; see [`put_on_shelf`](Self::put_on_shelf).
    pub(super) fn new(row: &LockedRow) -> Self {
        let shop = Shop {
            state: row.state,
            sells: row.fulfilment.sells(),
            has_stock: row.has_stock,
            max_units_per_ticket: row.max_units_per_ticket.unsigned_abs(),
            max_units_per_customer: row.max_units_per_customer.unsigned_abs(),
            shelves: BTreeMap::new(),
            usage: BTreeMap::new(),
        };
        Self {
            seller_id: row.seller_id,
            partition: row.partition,
            epoch: Epoch(row.epoch.unsigned_abs()),
            is_rebuilding: row.is_rebuilding,
            boundaries: Boundaries::default(),
            rate: row.order_rate_per_second,
            tat_us: row.tat_us,
            tat_rate: row.tat_rate,
            hold_seconds: row.hold_seconds,
            shop,
            currency: BTreeMap::new(),
        }
    }

    /// Adds a stock row.
    pub(super) fn put_on_shelf(&mut self, row: LockedRow) {
        let available = row.available.unsigned_abs();
        self.shop.shelves.insert(row.variant_id, Shelf { available, price_minor: row.price_minor });
        self.currency.insert(row.variant_id, row.currency);
    }

    /// Whether one unit is all that a customer may have: a unique index counts, not
    /// `customer_usage`.
    pub(super) const fn is_only_one(&self) -> bool {
        self.shop.has_stock && self.shop.max_units_per_customer == 1
    }

    /// Whether `customer_usage` counts what each customer has.
    pub(super) const fn counts_usage(&self) -> bool {
        self.shop.has_stock && self.shop.max_units_per_customer > 1
    }

    /// The order rate. The column's check keeps it above zero.
    pub(super) fn gcra(&self) -> Option<Gcra> {
        Gcra::per_second(self.rate)
    }

    /// Whether a command belongs to an epoch that was rebuilt without it.
    pub(super) fn passes_over(&self, command: &PlaceOrder, at: Boundary) -> bool {
        self.boundaries.leave_out(command.epoch, at)
    }

    /// Carries the stored arrival time over to a rate that was changed since.
    pub(super) fn rescale(&mut self, now_us: f64) {
        let changed = self.tat_rate.filter(|old| (old - self.rate).abs() > f64::EPSILON);
        let old = changed.and_then(Gcra::per_second);
        if let (Some(tat), Some(old), Some(new)) = (self.tat_us, old, self.gcra()) {
            self.tat_us = Some(new.rescale(&old, tat, now_us));
        }
    }
}
