//! Creates what a demo needs: a seller, keys, a product and a drop that opens soon.
//!
//! May run any number of times: whatever the state file names is used again if the database still
//! has it; a demo drop that is over or sold out is followed by a new one.

use crate::{
    demo_seller::{DemoSeller, Offer},
    keys,
    seed_state::Seeded,
};
use anyhow::Context as _;
use clap::Args;
use database::{
    PgPool,
    people::api_keys::{KeyOwner, OperatorRole},
    selling::catalogue::{self, NewProduct, NewVariant},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    config::{Profile, Settings},
    drops::Fulfilment,
    ids::{DropId, KeyId, ProductId, SellerId},
};
use std::path::PathBuf;

const WHY: &str = "for the demo";
const STOCK: i32 = 1_000_000;

/// What the demo is like.
#[derive(Clone, Debug, Args)]
pub(crate) struct SeedArguments {
    /// File that keeps the keys and ids for the next run; it holds secrets. Without it, each run
    /// creates a new seller.
    #[arg(long, env = "SLUICE_SEED_STATE")]
    pub(crate) state: Option<PathBuf>,
    /// Units of the demo drop.
    #[arg(long, default_value_t = 500)]
    pub(crate) units: i32,
    /// Seconds until the drop opens.
    #[arg(long, default_value_t = 5)]
    pub(crate) opens_in_s: i64,
    /// Hours that it stays open.
    #[arg(long, default_value_t = 12)]
    pub(crate) open_h: i64,
}

/// Creates what is missing and returns everything.
pub(crate) async fn run(settings: &Settings, arguments: &SeedArguments) -> anyhow::Result<Value> {
    let (pool, now) = (open(settings).await?, SystemClock.now());
    let seeded = ensure(&pool, settings, arguments, now).await?;
    let seller = seller_of(&pool, settings, seeded.seller_id, now);
    let found = seller.find_drop(seeded.drop_id).await?.context("the demo drop is gone")?;
    let page = format!("{}/drops/{}", settings.storefront.public_url, seeded.drop_id);
    let variants: Vec<_> = found.variants.iter().map(|variant| variant.id).collect();
    Ok(json!({
        "kind": "demo_drop",
        "drop_id": seeded.drop_id,
        "page": page,
        "opens_at": found.opens_at,
        "closes_at": found.closes_at,
        "variant_ids": variants,
        "product_id": seeded.product_id,
        "seller_id": seeded.seller_id,
        "seller_key": seeded.seller_key,
        "operator_key": seeded.operator_key,
    }))
}

/// Opens the database of an installation that may have a demo, with its schema up to date.
pub(crate) async fn open(settings: &Settings) -> anyhow::Result<PgPool> {
    let is_for_people = settings.profile.name == Profile::Production;
    anyhow::ensure!(!is_for_people, "a demo is not for production: it makes keys and a drop");
    let pool = database::connect(&settings.database)?;
    database::migrate(&pool).await.context("cannot bring the schema up to date")?;
    Ok(pool)
}

/// Creates what is missing, and writes the state file.
pub(crate) async fn ensure(
    pool: &PgPool,
    settings: &Settings,
    arguments: &SeedArguments,
    now: Timestamp,
) -> anyhow::Result<Seeded> {
    let path = arguments.state.as_deref();
    let mut seeded = match Seeded::recall(pool, path).await? {
        Some(known) => known,
        None => create_people(pool).await?,
    };
    let seller = seller_of(pool, settings, seeded.seller_id, now);
    seller.create_product(&demo_product(seeded.seller_id, seeded.product_id)).await?;
    let found = seller.find_drop(seeded.drop_id).await?;
    if !found.is_some_and(|flash_drop| seller.can_sell(&flash_drop)) {
        seeded.drop_id = DropId::generate();
        seller.create_drop(&demo_drop(&seeded, arguments)).await?;
    }
    seeded.remember(path)?;
    Ok(seeded)
}

/// Describes the seller of a demo.
pub(crate) fn seller_of<'a>(
    pool: &'a PgPool,
    settings: &Settings,
    id: SellerId,
    now: Timestamp,
) -> DemoSeller<'a> {
    DemoSeller { pool, id, partition_limit: settings.kafka.partition_limit(), now }
}

/// Creates the seller and the operator with their keys, and takes ids for what is to be sold.
async fn create_people(pool: &PgPool) -> anyhow::Result<Seeded> {
    let seller_id = SellerId::generate();
    catalogue::create_seller(pool, seller_id, "Tidewater Goods").await?;
    let seller = KeyOwner::Seller { seller_id, name: "demo".to_owned() };
    let seller_key = keys::create(pool, KeyId::generate(), &seller, WHY).await?;
    let operator_id = KeyId::generate();
    // Each demo has an operator of its own, and no two have one name.
    let operator =
        KeyOwner::Operator { role: OperatorRole::Operator, name: format!("demo {operator_id}") };
    let operator_key = keys::create(pool, operator_id, &operator, WHY).await?;
    Ok(Seeded {
        seller_id,
        seller_key: seller_key.reveal().to_owned(),
        operator_key: operator_key.reveal().to_owned(),
        product_id: ProductId::generate(),
        drop_id: DropId::generate(),
        shop: None,
    })
}

fn demo_product(seller_id: SellerId, id: ProductId) -> NewProduct {
    NewProduct {
        id,
        seller_id,
        name: "Harbour Lamp".to_owned(),
        description: "A brass lamp, made in small numbers.".to_owned(),
        variants: vec![NewVariant {
            name: "Brass".to_owned(),
            price_minor: 12_900,
            currency: "EUR".to_owned(),
            stock: STOCK,
        }],
    }
}

fn demo_drop(seeded: &Seeded, arguments: &SeedArguments) -> Offer {
    Offer {
        id: seeded.drop_id,
        product_id: seeded.product_id,
        title: "Harbour Lamp, first edition",
        description: "Numbered and signed. One per person, so that many get one.",
        fulfilment: Fulfilment::Auto,
        units: arguments.units,
        max_units: 1,
        opens_in: SignedDuration::from_secs(arguments.opens_in_s),
        open_for: SignedDuration::from_hours(arguments.open_h),
    }
}
