//! The seller of a demo: what it sells, and in which drops.

use crate::console::CONSOLE;
use anyhow::Context as _;
use database::{
    PgPool,
    selling::{
        catalogue::{self, NewProduct, Product},
        drops::{self, FlashDrop, NewDrop, NewDropVariant},
    },
};
use jiff::{SignedDuration, Timestamp};
use shared::{
    drops::{Fulfilment, Limits},
    ids::{DropId, ProductId, SellerId},
};

/// The seller of a demo.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DemoSeller<'a> {
    pub(crate) pool: &'a PgPool,
    pub(crate) id: SellerId,
    /// How many drops may be scheduled or open at one time.
    pub(crate) partition_limit: u16,
    pub(crate) now: Timestamp,
}

/// What tells a drop of a demo from its others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    /// A drop that has this id already is left as it is.
    pub(crate) id: DropId,
    /// All of its variants are sold.
    pub(crate) product_id: ProductId,
    pub(crate) title: &'static str,
    pub(crate) description: &'static str,
    pub(crate) fulfilment: Fulfilment,
    /// Units of each variant.
    pub(crate) units: i32,
    /// Units of one ticket, and of one customer, at most.
    pub(crate) max_units: i32,
    /// How long from now it opens.
    pub(crate) opens_in: SignedDuration,
    /// How long it stays open.
    pub(crate) open_for: SignedDuration,
}

impl DemoSeller<'_> {
    pub(crate) async fn find_drop(&self, id: DropId) -> anyhow::Result<Option<FlashDrop>> {
        Ok(drops::find_of_seller(self.pool, self.id, id).await?)
    }

    pub(crate) async fn find_product(&self, id: ProductId) -> anyhow::Result<Product> {
        let found = catalogue::find_product(self.pool, self.id, id).await?;
        found.context("a product of the demo is gone")
    }

    /// Creates a product, unless it is there.
    pub(crate) async fn create_product(&self, product: &NewProduct) -> anyhow::Result<()> {
        Ok(catalogue::create_product(self.pool, product, CONSOLE).await?)
    }

    /// Creates a drop, unless it is there.
    pub(crate) async fn create_drop(&self, offer: &Offer) -> anyhow::Result<()> {
        let product = self.find_product(offer.product_id).await?;
        let new_drop = self.new_drop(offer, &product)?;
        Ok(drops::create(self.pool, &new_drop, self.partition_limit, CONSOLE).await?)
    }

    /// Whether somebody can still buy in a drop.
    pub(crate) fn can_sell(&self, flash_drop: &FlashDrop) -> bool {
        // Not in one that is about to close while somebody waits in line.
        let soon = self.now.saturating_add(SignedDuration::from_mins(30)).unwrap_or(self.now);
        !flash_drop.state.is_over()
            && flash_drop.units_available() > 0
            && flash_drop.closes_at.is_none_or(|closes_at| closes_at > soon)
    }

    fn new_drop(&self, offer: &Offer, product: &Product) -> anyhow::Result<NewDrop> {
        let opens_at = self.now.checked_add(offer.opens_in)?;
        let of_variant = |variant_id| NewDropVariant { variant_id, units: offer.units };
        Ok(NewDrop {
            id: offer.id,
            seller_id: self.id,
            product_id: product.id,
            variants: product.variants.iter().map(|variant| of_variant(variant.id)).collect(),
            fulfilment: offer.fulfilment,
            title: offer.title.to_owned(),
            description: offer.description.to_owned(),
            opens_at: Some(opens_at),
            closes_at: Some(opens_at.checked_add(offer.open_for)?),
            max_units_per_ticket: offer.max_units,
            max_units_per_customer: offer.max_units,
            hold_seconds: 300,
            cooldown_seconds: 0,
            members_only: false,
            invite_only: false,
            lanes: Vec::new(),
            presence: true,
            limits: Limits {
                admission_rate_per_second: 50.0,
                occupancy_cap: 1000,
                order_rate_per_second: 200.0,
                line_cap: None,
                no_show_percent: None,
            },
        })
    }
}
