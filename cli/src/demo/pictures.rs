//! The pictures of all products, and how they are shown: through the API of sellers, since the storefront
//! alone writes their files.

use crate::{demo_seller::DemoSeller, seed_state::ShopIds};
use anyhow::{Context as _, bail};
use reqwest::{Client, header::CONTENT_TYPE};
use shared::ids::ProductId;
use std::time::Duration;

// Drawn by `cli/pictures/draw`.
const CLOCK: &[u8] = include_bytes!("../../pictures/tide-clock.png");
const JACKET: &[u8] = include_bytes!("../../pictures/deck-jacket.png");
const KETTLE: &[u8] = include_bytes!("../../pictures/storm-kettle.png");
const LAMP: &[u8] = include_bytes!("../../pictures/harbour-lamp.png");

/// A storefront decodes few pictures at one time.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Shows pictures of a seller's products.
pub(super) struct Showcase<'a> {
    client: Client,
    storefront: &'a str,
    seller_key: &'a str,
}

impl<'a> Showcase<'a> {
    pub(super) fn new(storefront: &'a str, seller_key: &'a str) -> anyhow::Result<Self> {
        // It is our own, and never behind somebody's proxy.
        let client = Client::builder().timeout(TIMEOUT).no_proxy().build()?;
        Ok(Self { client, storefront: storefront.trim_end_matches('/'), seller_key })
    }

    /// Gives each product its picture, unless it has one.
    pub(super) async fn show_all(
        &self,
        seller: &DemoSeller<'_>,
        lamp: ProductId,
        ids: &ShopIds,
    ) -> anyhow::Result<()> {
        let pictures =
            [(lamp, LAMP), (ids.clock, CLOCK), (ids.jacket, JACKET), (ids.kettle, KETTLE)];
        for (product_id, picture) in pictures {
            if seller.find_product(product_id).await?.picture.is_none() {
                self.show(product_id, picture).await?;
            }
        }
        Ok(())
    }

    async fn show(&self, product_id: ProductId, picture: &'static [u8]) -> anyhow::Result<()> {
        let storefront = self.storefront;
        let url = format!("{storefront}/v1/seller/products/{product_id}/picture");
        let request = self.client.put(url).bearer_auth(self.seller_key);
        let sent = request.header(CONTENT_TYPE, "image/png").body(picture).send().await;
        let answer = sent.with_context(|| {
            format!(
                "the storefront at {storefront} does not take pictures; run this again once it runs"
            )
        })?;
        let status = answer.status();
        if !status.is_success() {
            bail!("a picture was refused: {status} {}", answer.text().await.unwrap_or_default());
        }
        Ok(())
    }
}
