//! Which of the goods is in which drop, and what comes after a drop that is over.

use super::goods::{CLOCK, JACKET, KETTLE};
use crate::{
    console::CONSOLE,
    demo_seller::{DemoSeller, Offer},
    seed_state::ShopIds,
};
use database::selling::{
    drops::FlashDrop,
    passes::{self, NewSite},
};
use jiff::SignedDuration;
use shared::{
    decide::failure::OnFailure,
    drops::Fulfilment,
    ids::{DropId, ProductId, VariantId},
};

const A_MOMENT: SignedDuration = SignedDuration::from_secs(5);
const HALF_A_DAY: SignedDuration = SignedDuration::from_hours(12);
const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// Takes an id for each drop that comes after one that is over, or is not what it was made for any
/// more; the others keep theirs.
pub(super) async fn renewed(
    seller: &DemoSeller<'_>,
    known: Option<ShopIds>,
    site_url: Option<&str>,
) -> anyhow::Result<ShopIds> {
    let Some(mut ids) = known else { return Ok(ShopIds::generate()) };
    let coming = seller.find_drop(ids.coming).await?;
    if coming.is_some_and(|flash_drop| !is_to_come(seller, &flash_drop)) {
        ids.coming = DropId::generate();
    }
    let checkout = seller.find_drop(ids.checkout).await?;
    if checkout.is_some_and(|flash_drop| !seller.can_sell(&flash_drop)) {
        ids.checkout = DropId::generate();
    }
    let site = seller.find_drop(ids.site).await?;
    if site.is_some_and(|flash_drop| !stands_before(&flash_drop, site_url)) {
        ids.site = DropId::generate();
    }
    Ok(ids)
}

/// Creates the products and drops that are not there yet.
pub(super) async fn fill(
    seller: &DemoSeller<'_>,
    ids: &ShopIds,
    site_url: Option<&str>,
) -> anyhow::Result<()> {
    for (id, goods) in [(ids.clock, CLOCK), (ids.jacket, JACKET), (ids.kettle, KETTLE)] {
        seller.create_product(&goods.product(id, seller.id)).await?;
    }
    seller.create_drop(&coming(ids)).await?;
    seller.create_drop(&checkout(ids)).await?;
    let Some(site_url) = site_url else { return Ok(()) };
    let site = site(seller, ids.site, site_url);
    Ok(passes::protect(seller.pool, &site, seller.partition_limit, CONSOLE).await?)
}

fn is_to_come(seller: &DemoSeller<'_>, flash_drop: &FlashDrop) -> bool {
    !flash_drop.state.is_over() && flash_drop.opens_at.is_some_and(|at| at > seller.now)
}

/// Whether a drop stands before this site; where none is named, whichever it is will do.
fn stands_before(flash_drop: &FlashDrop, site_url: Option<&str>) -> bool {
    let is_there = |url: &str| flash_drop.site_url.as_deref() == Some(url);
    !flash_drop.state.is_over() && site_url.is_none_or(is_there)
}

fn coming(ids: &ShopIds) -> Offer {
    Offer {
        id: ids.coming,
        product_id: ids.clock,
        title: "Tide Clock, second run",
        description: "Two woods, two hundred of each. Put the opening into your calendar.",
        fulfilment: Fulfilment::Auto,
        units: 200,
        max_units: 1,
        opens_in: A_DAY,
        open_for: HALF_A_DAY,
    }
}

fn checkout(ids: &ShopIds) -> Offer {
    Offer {
        id: ids.checkout,
        product_id: ids.jacket,
        title: "Deck Jacket, for the whole crew",
        description: "Pick a size now. When it is your turn, say how many you take: up to three.",
        fulfilment: Fulfilment::Checkout,
        units: 120,
        max_units: 3,
        opens_in: A_MOMENT,
        open_for: HALF_A_DAY,
    }
}

/// A site with room for one, so that whoever comes second sees the line.
fn site(seller: &DemoSeller<'_>, drop_id: DropId, site_url: &str) -> NewSite {
    NewSite {
        drop_id,
        product_id: ProductId::generate(),
        variant_id: VariantId::generate(),
        seller_id: seller.id,
        title: "Pier Nine Outlet".to_owned(),
        site_url: site_url.to_owned(),
        return_origins: Vec::new(),
        opens_at: seller.now,
        closes_at: None,
        per_minute: 60.0,
        max_inside: 1,
        max_visits: None,
        pass_seconds: 120,
        members_only: false,
        presence: true,
        manual: false,
        on_failure: OnFailure::Closed,
    }
}
