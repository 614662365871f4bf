//! The drop of a run: created with the seller's key, or an existing one; and many at once. It sells
//! units, or stands before a site.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    drops::Fulfilment,
    ids::{DropId, VariantId},
};

use super::{
    client::{Call, RetryingClient},
    measures::Measures,
    options::RunOptions,
};

/// How long ahead a drop is scheduled: its room stands everywhere when the first shopper comes.
const AHEAD: Duration = Duration::from_secs(3);
/// Drops that are created at a time.
const AT_A_TIME: usize = 16;
/// Where a site begins that is to be protected. Nobody goes there: visitors ask the gate itself.
const SITE: &str = "https://crowd.example/";

/// The lane beside the normal one, for those who have a code, and its share of the admissions.
const LANE: u8 = 1;
const LANE_PERCENT: u8 = 20;
/// Shoppers who may use one code, at most.
const MOST_USES: u64 = 1_000_000;

/// A drop that was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedDrop {
    /// The drop.
    pub drop_id: DropId,
    /// The first of the variants that it sells.
    pub variant_id: VariantId,
    opens_at: Timestamp,
    /// What opens its lane, if it has one beside the normal one.
    pub(crate) code: Option<String>,
}

/// What a drop has to offer.
#[derive(Debug, Clone)]
pub(crate) struct FoundDrop {
    /// What to ask for; at least one.
    pub(crate) variants: Vec<VariantId>,
    /// What a turn leads to.
    pub(crate) fulfilment: Fulfilment,
}

/// Creates so many drops of one product with the options' storefront, key and limits, and returns
/// when all of them open.
///
/// # Errors
///
/// Returns what the storefront said when it refuses, or that it did not answer.
pub async fn create_drops(options: &RunOptions, n_drops: u32) -> anyhow::Result<Vec<CreatedDrop>> {
    let deadline = Instant::now() + options.give_up_after();
    let client = RetryingClient::new(deadline, Arc::new(Measures::new(0)))?;
    create(options, &client, n_drops).await
}

async fn create(
    options: &RunOptions,
    client: &RetryingClient,
    n_drops: u32,
) -> anyhow::Result<Vec<CreatedDrop>> {
    let key = options.seller_key.as_deref().context("creating a drop needs the seller's key")?;
    let product = if options.shape().site {
        None
    } else {
        Some(create_product(options, client, key, n_drops).await?)
    };
    let drops: Vec<CreatedDrop> = stream::iter(0..n_drops)
        .map(|_| create_drop(options, client, key, product.as_ref()))
        .buffer_unordered(AT_A_TIME)
        .try_collect()
        .await?;
    if let Some(last) = drops.iter().map(|created| created.opens_at).max() {
        let left = last.duration_since(SystemClock.now());
        tokio::time::sleep(left.try_into().unwrap_or_default()).await;
    }
    Ok(drops)
}

async fn create_product(
    options: &RunOptions,
    client: &RetryingClient,
    key: &str,
    n_drops: u32,
) -> anyhow::Result<Value> {
    let base = options.storefront.trim_end_matches('/');
    let variant = |(n, units): (usize, u32)| {
        let stock = u64::from(units) * u64::from(n_drops);
        let name = format!("size {}", n + 1);
        json!({"name": name, "price_minor": 4_900, "currency": "EUR", "stock": stock})
    };
    let variants: Vec<Value> = units_of_variants(options).enumerate().map(variant).collect();
    let product = json!({ "name": "Crowd special", "variants": variants });
    post(client, &format!("{base}/v1/seller/products"), key, product).await
}

/// Creates a drop of the product; without one, a drop that stands before a site.
async fn create_drop(
    options: &RunOptions,
    client: &RetryingClient,
    key: &str,
    product: Option<&Value>,
) -> anyhow::Result<CreatedDrop> {
    let base = options.storefront.trim_end_matches('/');
    let opens_at: Timestamp = SystemClock.now() + AHEAD;
    let mut body = match product {
        Some(product) => offer(options, product)?,
        None => site(options),
    };
    body["title"] = json!(format!("Crowd of {}, seed {}", options.shoppers, options.seed));
    body["opens_at"] = json!(opens_at);
    body["closes_at"] = json!(opens_at + Duration::from_secs(24 * 3_600));
    let what = if product.is_some() { "drops" } else { "sites" };
    let flash_drop = post(client, &format!("{base}/v1/seller/{what}"), key, body).await?;
    let id = flash_drop["id"].as_str().context("the drop has no id")?;
    let drop_id = id.parse().context("the drop id is malformed")?;
    let variant_id = *variants_in(&flash_drop)?.first().context("the drop sells nothing")?;
    let has_code = product.is_some() && has_lane(options);
    let code = if has_code { Some(make_code(options, client, key, drop_id).await?) } else { None };
    Ok(CreatedDrop { drop_id, variant_id, opens_at, code })
}

/// Makes the code that opens the lane of a drop, for everybody who is to have it.
async fn make_code(
    options: &RunOptions,
    client: &RetryingClient,
    key: &str,
    drop_id: DropId,
) -> anyhow::Result<String> {
    let base = options.storefront.trim_end_matches('/');
    let max_uses = options.shoppers.clamp(1, MOST_USES);
    let body = json!({ "lane": LANE, "count": 1, "max_uses": max_uses, "label": "Crowd" });
    let made = post(client, &format!("{base}/v1/seller/drops/{drop_id}/codes"), key, body).await?;
    made["codes"][0].as_str().map(str::to_owned).context("the drop has no code")
}

fn has_lane(options: &RunOptions) -> bool {
    options.shape().with_code > 0.0
}

fn offer(options: &RunOptions, product: &Value) -> anyhow::Result<Value> {
    let variants = variants_in(product)?;
    let sold = variants.iter().zip(units_of_variants(options));
    let sold = sold.map(|(id, units)| json!({ "variant_id": id, "units": units }));
    let lane = json!({ "lane": LANE, "name": "With a code", "share_percent": LANE_PERCENT });
    let lanes = if has_lane(options) { vec![lane] } else { Vec::new() };
    Ok(json!({
        "product_id": product["id"],
        "variants": sold.collect::<Vec<_>>(),
        "max_units_per_ticket": 1,
        "max_units_per_customer": 1,
        "lanes": lanes,
        "hold_seconds": options.hold_seconds,
        "admission_rate_per_second": options.admission_rate,
        "occupancy_cap": options.occupancy_cap,
        "order_rate_per_second": options.order_rate,
    }))
}

fn site(options: &RunOptions) -> Value {
    json!({
        "site_url": SITE,
        "visitors_per_minute": options.admission_rate * 60.0,
        "max_inside": options.occupancy_cap,
        "pass_seconds": options.hold_seconds,
    })
}

/// Returns the units of each variant: as many of one as of another, or one more.
fn units_of_variants(options: &RunOptions) -> impl Iterator<Item = u32> {
    let (units, n) = (options.units, options.variants.max(1));
    (0..n).map(move |nth| units / n + u32::from(nth < units % n))
}

/// Reads the variants of a product or a drop.
fn variants_in(body: &Value) -> anyhow::Result<Vec<VariantId>> {
    let variants = body["variants"].as_array().context("there are no variants")?;
    let id = |variant: &Value| {
        let id = variant["id"].as_str().context("a variant has no id")?;
        id.parse::<VariantId>().context("a variant's id is malformed")
    };
    variants.iter().map(id).collect()
}

/// Asks the storefront what the drop has to offer.
///
/// # Errors
///
/// Returns an error when there is no such drop, or none that the crowd knows how to use.
pub(crate) async fn find(
    options: &RunOptions,
    client: &RetryingClient,
    drop_id: DropId,
) -> anyhow::Result<FoundDrop> {
    let base = options.storefront.trim_end_matches('/');
    let call = Call::new(Method::GET, format!("{base}/v1/drops/{drop_id}"));
    let answer = client.call(&call, |_| {}).await?;
    ensure!(answer.status.is_success(), "drop {drop_id}: {} {}", answer.status, answer.body);
    let variants = variants_in(&answer.body)?;
    ensure!(!variants.is_empty(), "drop {drop_id} sells nothing");
    let fulfilment = answer.body["fulfilment"].as_str();
    let fulfilment = fulfilment.and_then(|text| text.parse::<Fulfilment>().ok());
    let fulfilment = fulfilment.context("nobody knows what a turn of the drop leads to")?;
    Ok(FoundDrop { variants, fulfilment })
}

async fn post(client: &RetryingClient, url: &str, key: &str, body: Value) -> anyhow::Result<Value> {
    let idempotency_key = uuid::Uuid::now_v7().to_string();
    let call = Call::new(Method::POST, url)
        .bearer(key)
        .header("idempotency-key", idempotency_key)
        .json(body);
    let answer = client.call(&call, |_| {}).await?;
    ensure!(answer.status.is_success(), "{url}: {} {}", answer.status, answer.body);
    Ok(answer.body)
}
