//! The variants that a drop is to sell.

use crate::{extract::Faults, routes::ranges::MAX_UNITS};
use database::selling::drops::NewDropVariant;
use serde::Deserialize;
use shared::ids::VariantId;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Variants of one drop, at most: each has lines of its own.
const MAX_VARIANTS: usize = 20;

/// A variant that a drop is to sell.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DropVariantInput {
    /// One of the product's.
    pub(super) variant_id: VariantId,
    /// Units to sell, from 1 to 10 000 000; they are taken out of the variant's stock.
    #[schema(minimum = 1, maximum = 10_000_000, example = 500)]
    pub(super) units: i32,
}

impl From<DropVariantInput> for NewDropVariant {
    fn from(input: DropVariantInput) -> Self {
        Self { variant_id: input.variant_id, units: input.units }
    }
}

/// Adds what is wrong with the variants of a body.
pub(super) fn check(variants: &[DropVariantInput], faults: &mut Faults) {
    if variants.is_empty() || variants.len() > MAX_VARIANTS {
        faults.add("/variants", format!("must have 1 to {MAX_VARIANTS} entries"));
        return;
    }
    let mut known = BTreeSet::new();
    for (n, DropVariantInput { variant_id, units }) in variants.iter().enumerate() {
        faults.within(&format!("/variants/{n}/units"), *units, &(1..=MAX_UNITS));
        if !known.insert(variant_id) {
            faults.add(format!("/variants/{n}/variant_id"), "must be named once");
        }
    }
    let all: i64 = variants.iter().map(|variant| i64::from(variant.units)).sum();
    if all > i64::from(MAX_UNITS) {
        faults.add("/variants", format!("must have at most {MAX_UNITS} units together"));
    }
}
