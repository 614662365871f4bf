//! Creates what a demo needs: a seller, keys, a product and a drop that opens soon.
//!
//! May run any number of times: whatever the state file names is used again if the database still
//! has it; a demo drop that is over or sold out is followed by a new one.

use crate::{console::CONSOLE, keys};
use anyhow::Context as _;
use clap::Args;
use database::{
    PgPool,
    people::api_keys::{self, KeyOwner, OperatorRole},
    selling::{
        catalogue::{self, NewProduct, NewVariant, Product},
        drops::{self, FlashDrop, NewDrop, NewDropVariant},
    },
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    config::{Profile, Settings},
    credentials::ApiKey,
    drops::{Fulfilment, Limits},
    ids::{DropId, KeyId, ProductId, SellerId},
};
use std::path::{Path, PathBuf};

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

/// What was created, as the state file keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Seeded {
    seller_id: SellerId,
    seller_key: String,
    operator_key: String,
    product_id: ProductId,
    drop_id: DropId,
}

/// Creates what is missing and returns everything.
pub(crate) async fn run(settings: &Settings, arguments: &SeedArguments) -> anyhow::Result<Value> {
    let is_for_people = settings.profile.name == Profile::Production;
    anyhow::ensure!(!is_for_people, "a demo is not for production: it makes keys and a drop");
    let pool = database::connect(&settings.database)?;
    database::migrate(&pool).await.context("cannot bring the schema up to date")?;
    let (now, limit) = (SystemClock.now(), settings.kafka.partition_limit());
    let seeded = match recall(&pool, arguments.state.as_deref()).await? {
        Some(known) => keep_selling(&pool, known, limit, arguments, now).await?,
        None => create_all(&pool, limit, arguments, now).await?,
    };
    if let Some(path) = &arguments.state {
        remember(path, &seeded)?;
    }
    let found = find_drop(&pool, &seeded).await?.context("the demo drop is gone")?;
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

/// Reads the state file; `None` if there is none, or it belongs to another database.
async fn recall(pool: &PgPool, path: Option<&Path>) -> anyhow::Result<Option<Seeded>> {
    let Some(path) = path.filter(|path| path.exists()) else { return Ok(None) };
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let seeded: Seeded = serde_json::from_slice(&text)
        .with_context(|| format!("{} was not written by a seed", path.display()))?;
    for key in [&seeded.seller_key, &seeded.operator_key] {
        let hash = ApiKey::parse(key).context("the state file has no valid API keys")?.hash();
        if api_keys::find(pool, &hash).await?.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(seeded))
}

fn remember(path: &Path, seeded: &Seeded) -> anyhow::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let text = serde_json::to_vec_pretty(seeded)?;
    let mut options = std::fs::OpenOptions::new();
    // It holds keys, so only its owner may read it.
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(&text))
        .with_context(|| format!("cannot write {}", path.display()))
}

async fn create_all(
    pool: &PgPool,
    partition_limit: u16,
    arguments: &SeedArguments,
    now: Timestamp,
) -> anyhow::Result<Seeded> {
    let seller_id = SellerId::generate();
    catalogue::create_seller(pool, seller_id, "Tidewater Goods").await?;
    let seller = KeyOwner::Seller { seller_id, name: "demo".to_owned() };
    let seller_key = keys::create(pool, KeyId::generate(), &seller, WHY).await?;
    let operator_id = KeyId::generate();
    // Each demo has an operator of its own, and no two have one name.
    let operator =
        KeyOwner::Operator { role: OperatorRole::Operator, name: format!("demo {operator_id}") };
    let operator_key = keys::create(pool, operator_id, &operator, WHY).await?;
    let product = demo_product(seller_id);
    catalogue::create_product(pool, &product, CONSOLE).await?;
    let mut seeded = Seeded {
        seller_id,
        seller_key: seller_key.reveal().to_owned(),
        operator_key: operator_key.reveal().to_owned(),
        product_id: product.id,
        drop_id: DropId::generate(),
    };
    seeded.drop_id = create_drop(pool, &seeded, partition_limit, arguments, now).await?;
    Ok(seeded)
}

/// Keeps the demo drop while somebody can still buy in it.
async fn keep_selling(
    pool: &PgPool,
    mut seeded: Seeded,
    partition_limit: u16,
    arguments: &SeedArguments,
    now: Timestamp,
) -> anyhow::Result<Seeded> {
    let found = find_drop(pool, &seeded).await?;
    if !found.is_some_and(|flash_drop| can_sell(&flash_drop, now)) {
        seeded.drop_id = create_drop(pool, &seeded, partition_limit, arguments, now).await?;
    }
    Ok(seeded)
}

fn can_sell(flash_drop: &FlashDrop, now: Timestamp) -> bool {
    // Not one that is about to close while somebody waits in line.
    let soon = now.saturating_add(SignedDuration::from_mins(30)).unwrap_or(now);
    !flash_drop.state.is_over()
        && flash_drop.units_available() > 0
        && flash_drop.closes_at.is_none_or(|closes_at| closes_at > soon)
}

async fn find_drop(pool: &PgPool, seeded: &Seeded) -> anyhow::Result<Option<FlashDrop>> {
    Ok(drops::find_of_seller(pool, seeded.seller_id, seeded.drop_id).await?)
}

async fn create_drop(
    pool: &PgPool,
    seeded: &Seeded,
    partition_limit: u16,
    arguments: &SeedArguments,
    now: Timestamp,
) -> anyhow::Result<DropId> {
    let product = catalogue::find_product(pool, seeded.seller_id, seeded.product_id).await?;
    let product = product.context("the demo product is gone")?;
    let new_drop = demo_drop(seeded.seller_id, &product, arguments, now)?;
    drops::create(pool, &new_drop, partition_limit, CONSOLE).await?;
    Ok(new_drop.id)
}

fn demo_product(seller_id: SellerId) -> NewProduct {
    NewProduct {
        id: ProductId::generate(),
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

fn demo_drop(
    seller_id: SellerId,
    product: &Product,
    arguments: &SeedArguments,
    now: Timestamp,
) -> anyhow::Result<NewDrop> {
    let variant = product.variants.first().context("the demo product has no variant")?;
    let opens_at = now.checked_add(SignedDuration::from_secs(arguments.opens_in_s))?;
    let closes_at = opens_at.checked_add(SignedDuration::from_hours(arguments.open_h))?;
    Ok(NewDrop {
        id: DropId::generate(),
        seller_id,
        product_id: product.id,
        variants: vec![NewDropVariant { variant_id: variant.id, units: arguments.units }],
        fulfilment: Fulfilment::Auto,
        title: "Harbour Lamp, first edition".to_owned(),
        description: "Numbered and signed. One per person, so that many get one.".to_owned(),
        opens_at: Some(opens_at),
        closes_at: Some(closes_at),
        max_units_per_ticket: 1,
        max_units_per_customer: 1,
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
