//! Fills a shop to look around in: four products with pictures, a drop that runs, one that is to come, one
//! whose quantity is chosen at the turn, and a line before somebody's site.
//!
//! May run any number of times, as a seed may: nothing is made twice, and what one run did not get to
//! is done by the next.
//!
//! | module | holds |
//! |---|---|
//! | `goods` | what is sold besides the first product |
//! | `shelves` | which of it is in which drop, and what comes after a drop that is over |
//! | `pictures` | the pictures of all products, and how they are shown |

mod goods;
mod pictures;
mod shelves;

use crate::{
    links,
    seed::{self, SeedArguments},
    seed_state::{Seeded, ShopIds},
    sites,
};
use anyhow::Context as _;
use clap::Args;
use database::{
    PgPool,
    people::api_keys::{KeyOwner, OperatorRole},
};
use pictures::Showcase;
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    config::Settings,
    site::Site,
};

/// Whom the links sign in, and why there are links.
const NAME: &str = "demo";
const WHY: &str = "to look around in the demo";

/// What the demo is like.
#[derive(Clone, Debug, Args)]
pub(crate) struct DemoArguments {
    #[command(flatten)]
    seed: SeedArguments,
    /// Where a site begins that gets a line before it. Without it, there is no such line.
    #[arg(long, value_parser = sites::beginning)]
    site_url: Option<Site>,
    /// Where the storefront takes pictures. Without it, at its public URL.
    #[arg(long)]
    storefront: Option<String>,
}

/// Fills the shop and returns where it is, with new links into it.
pub(crate) async fn run(settings: &Settings, arguments: &DemoArguments) -> anyhow::Result<Value> {
    let (pool, now) = (seed::open(settings).await?, SystemClock.now());
    let mut seeded = seed::ensure(&pool, settings, &arguments.seed, now).await?;
    let seller = seed::seller_of(&pool, settings, seeded.seller_id, now);
    let site_url = arguments.site_url.as_ref().map(Site::url);
    let ids = shelves::renewed(&seller, seeded.shop, site_url).await?;
    seeded.shop = Some(ids);
    // Kept before anything has these ids: a run that is cut short is finished by the next one.
    seeded.remember(arguments.seed.state.as_deref())?;
    shelves::fill(&seller, &ids, site_url).await?;
    let storefront = arguments.storefront.as_ref().unwrap_or(&settings.storefront.public_url);
    let showcase = Showcase::new(storefront, &seeded.seller_key)?;
    showcase.show_all(&seller, seeded.product_id, &ids).await?;
    answer(&pool, settings, &seeded, &ids, site_url).await
}

async fn answer(
    pool: &PgPool,
    settings: &Settings,
    seeded: &Seeded,
    ids: &ShopIds,
    site_url: Option<&str>,
) -> anyhow::Result<Value> {
    let (seller_id, name) = (seeded.seller_id, NAME.to_owned());
    let seller = KeyOwner::Seller { seller_id, name: name.clone() };
    let operator = KeyOwner::Operator { role: OperatorRole::Operator, name };
    let shop = settings.storefront.public_url.trim_end_matches('/');
    Ok(json!({
        "kind": "demo_shop",
        "shop_url": shop,
        "seller_link": link(pool, settings, &seller).await?,
        "operator_link": link(pool, settings, &operator).await?,
        "page": format!("{shop}/drops/{}", seeded.drop_id),
        "running_drop_id": seeded.drop_id,
        "coming_drop_id": ids.coming,
        "checkout_drop_id": ids.checkout,
        "site_url": site_url,
        "site_drop_id": site_url.map(|_| ids.site),
        "seller_id": seller_id,
        "seller_key": seeded.seller_key,
        "operator_key": seeded.operator_key,
    }))
}

/// Makes a link into the console of its owner.
async fn link(pool: &PgPool, settings: &Settings, owner: &KeyOwner) -> anyhow::Result<String> {
    let made = links::into_console(pool, settings, owner, WHY).await?;
    Ok(made["url"].as_str().context("a link has no address")?.to_owned())
}
