//! The file that keeps what a demo was made of, for its next run. It holds keys.

use anyhow::Context as _;
use database::{PgPool, people::api_keys};
use serde::{Deserialize, Serialize};
use shared::{
    credentials::ApiKey,
    ids::{DropId, ProductId, SellerId},
};
use std::path::Path;

/// What was created, as the state file keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Seeded {
    pub(crate) seller_id: SellerId,
    pub(crate) seller_key: String,
    pub(crate) operator_key: String,
    pub(crate) product_id: ProductId,
    pub(crate) drop_id: DropId,
    /// What `sluice demo` has added; a seed alone leaves it as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shop: Option<ShopIds>,
}

/// What is in the shop of a demo besides its first product and drop.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct ShopIds {
    pub(crate) clock: ProductId,
    pub(crate) jacket: ProductId,
    pub(crate) kettle: ProductId,
    /// The drop that is to come.
    pub(crate) coming: DropId,
    /// The drop of which the quantity is chosen at the turn.
    pub(crate) checkout: DropId,
    /// The drop before a site, where there is one.
    pub(crate) site: DropId,
}

impl ShopIds {
    /// Takes ids that nothing has yet.
    pub(crate) fn generate() -> Self {
        Self {
            clock: ProductId::generate(),
            jacket: ProductId::generate(),
            kettle: ProductId::generate(),
            coming: DropId::generate(),
            checkout: DropId::generate(),
            site: DropId::generate(),
        }
    }
}

impl Seeded {
    /// Reads the state file; `None` if there is none, or it belongs to another database.
    pub(crate) async fn recall(pool: &PgPool, path: Option<&Path>) -> anyhow::Result<Option<Self>> {
        let Some(path) = path.filter(|path| path.exists()) else { return Ok(None) };
        let text =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let seeded: Self = serde_json::from_slice(&text)
            .with_context(|| format!("{} was not written by a seed", path.display()))?;
        for key in [&seeded.seller_key, &seeded.operator_key] {
            let hash = ApiKey::parse(key).context("the state file has no valid API keys")?.hash();
            if api_keys::find(pool, &hash).await?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(seeded))
    }

    /// Writes the state file, if there is to be one.
    pub(crate) fn remember(&self, path: Option<&Path>) -> anyhow::Result<()> {
        use std::{io::Write, os::unix::fs::OpenOptionsExt};
        let Some(path) = path else { return Ok(()) };
        let text = serde_json::to_vec_pretty(self)?;
        let mut options = std::fs::OpenOptions::new();
        // It holds keys, so only its owner may read it.
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(path);
        file.and_then(|mut file| file.write_all(&text))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}
