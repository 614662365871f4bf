//! The drop of a run: created with the seller's key, or an existing one; and many at once.

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

/// A drop that was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreatedDrop {
    /// The drop.
    pub drop_id: DropId,
    /// The only variant that it sells.
    pub variant_id: VariantId,
    opens_at: Timestamp,
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

/// Creates a product and a drop of it, and returns when the drop opens.
///
/// # Errors
///
/// Returns what the storefront said when it refuses.
pub(crate) async fn drop_for(
    options: &RunOptions,
    client: &RetryingClient,
) -> anyhow::Result<DropId> {
    let drops = create(options, client, 1).await?;
    Ok(drops.first().context("no drop was created")?.drop_id)
}

async fn create(
    options: &RunOptions,
    client: &RetryingClient,
    n_drops: u32,
) -> anyhow::Result<Vec<CreatedDrop>> {
    let key = options.seller_key.as_deref().context("creating a drop needs the seller's key")?;
    let base = options.storefront.trim_end_matches('/');
    let stock = u64::from(options.units) * u64::from(n_drops);
    let product = json!({
        "name": "Crowd special",
        "variants": [
            {"name": "one size", "price_minor": 4_900, "currency": "EUR", "stock": stock},
        ],
    });
    let product = post(client, &format!("{base}/v1/seller/products"), key, product).await?;
    let drops: Vec<CreatedDrop> = stream::iter(0..n_drops)
        .map(|_| create_drop(options, client, key, &product))
        .buffer_unordered(AT_A_TIME)
        .try_collect()
        .await?;
    if let Some(last) = drops.iter().map(|created| created.opens_at).max() {
        let left = last.duration_since(SystemClock.now());
        tokio::time::sleep(left.try_into().unwrap_or_default()).await;
    }
    Ok(drops)
}

async fn create_drop(
    options: &RunOptions,
    client: &RetryingClient,
    key: &str,
    product: &Value,
) -> anyhow::Result<CreatedDrop> {
    let base = options.storefront.trim_end_matches('/');
    let variant = product["variants"][0]["id"].as_str().context("the product has no variant")?;
    let variant_id = variant.parse().context("the variant id is malformed")?;
    let opens_at: Timestamp = SystemClock.now() + AHEAD;
    let closes_at = opens_at + Duration::from_secs(24 * 3_600);
    let body = json!({
        "product_id": product["id"],
        "variant_id": variant,
        "title": format!("Crowd of {}, seed {}", options.shoppers, options.seed),
        "units": options.units,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "max_units_per_ticket": 1,
        "max_units_per_customer": 1,
        "hold_seconds": options.hold_seconds,
        "admission_rate_per_second": options.admission_rate,
        "occupancy_cap": options.occupancy_cap,
        "order_rate_per_second": options.order_rate,
    });
    let flash_drop = post(client, &format!("{base}/v1/seller/drops"), key, body).await?;
    let id = flash_drop["id"].as_str().context("the drop has no id")?;
    let drop_id = id.parse().context("the drop id is malformed")?;
    Ok(CreatedDrop { drop_id, variant_id, opens_at })
}

/// Asks the storefront what the drop sells.
///
/// # Errors
///
/// Returns an error when there is no such drop.
pub(crate) async fn variant_of(
    options: &RunOptions,
    client: &RetryingClient,
    drop_id: DropId,
) -> anyhow::Result<VariantId> {
    let base = options.storefront.trim_end_matches('/');
    let call = Call::new(Method::GET, format!("{base}/v1/drops/{drop_id}"));
    let answer = client.call(&call, |_| {}).await?;
    ensure!(answer.status.is_success(), "drop {drop_id}: {} {}", answer.status, answer.body);
    let variant = answer.body["variant"]["id"].as_str().context("the drop has no variant")?;
    variant.parse().context("the variant id is malformed")
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
