//! What the demo's shop sells besides its first product.

use database::selling::catalogue::{NewProduct, NewVariant};
use shared::ids::{ProductId, SellerId};

/// Units of each variant: more than any number of runs puts into drops.
const STOCK: i32 = 1_000_000;

/// Something that is sold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goods {
    name: &'static str,
    description: &'static str,
    /// Names, and prices in cents.
    variants: &'static [(&'static str, i64)],
}

/// Goes into the drop that is to come.
pub(super) const CLOCK: Goods = Goods {
    name: "Tide Clock",
    description: "It shows the tide and not the hour: one round from high water to high water.",
    variants: &[("Oak", 8_900), ("Walnut", 9_900)],
};
/// Goes into the drop whose quantity is chosen at the turn.
pub(super) const JACKET: Goods = Goods {
    name: "Deck Jacket",
    description: "Waxed cotton with a hood. Keeps spray out, and wears in for years.",
    variants: &[("Small", 14_900), ("Medium", 14_900), ("Large", 14_900)],
};
/// Is in no drop, and waits for whoever tries to launch one.
pub(super) const KETTLE: Goods = Goods {
    name: "Storm Kettle",
    description: "Solid copper, two litres. Stands where it is put, whatever the sea does.",
    variants: &[("Copper", 5_900)],
};

impl Goods {
    /// Describes them as a product of this seller.
    pub(super) fn product(&self, id: ProductId, seller_id: SellerId) -> NewProduct {
        let variants = self.variants.iter().map(|(name, price_minor)| NewVariant {
            name: (*name).to_owned(),
            price_minor: *price_minor,
            currency: "EUR".to_owned(),
            stock: STOCK,
        });
        NewProduct {
            id,
            seller_id,
            name: self.name.to_owned(),
            description: self.description.to_owned(),
            variants: variants.collect(),
        }
    }
}
