//! The drop of a run: created with the seller's key, or an existing one.

use std::time::Duration;

use anyhow::{Context, ensure};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    ids::{DropId, VariantId},
};

use super::{
    client::{Call, RetryingClient},
    options::RunOptions,
};

/// How long ahead a drop is scheduled: its room stands everywhere when the first shopper comes.
const AHEAD: Duration = Duration::from_secs(3);

/// Creates a product and a drop of it, and returns when the drop opens.
///
/// # Errors
///
/// Returns what the storefront said when it refuses.
pub(crate) async fn drop_for(
    options: &RunOptions,
    client: &RetryingClient,
) -> anyhow::Result<DropId> {
    let key = options.seller_key.as_deref().context("creating a drop needs the seller's key")?;
    let base = options.storefront.trim_end_matches('/');
    let product = json!({
        "name": "Crowd special",
        "variants": [
            {"name": "one size", "price_minor": 4_900, "currency": "EUR", "stock": options.units},
        ],
    });
    let product = post(client, &format!("{base}/v1/seller/products"), key, product).await?;
    let variant = product["variants"][0]["id"].as_str().context("the product has no variant")?;
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
    let id = id.parse().context("the drop id is malformed")?;
    let left = opens_at.duration_since(SystemClock.now());
    tokio::time::sleep(left.try_into().unwrap_or_default()).await;
    Ok(id)
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
