//! The site, and how it reaches the Sluice that keeps its line.

use std::time::Duration;
use uuid::Uuid;

/// The site, and how it reaches the Sluice that keeps its line.
#[derive(Clone)]
pub struct SiteSettings {
    /// Where browsers reach Sluice, such as `https://line.example`. Every pass names it.
    pub public_url: String,
    /// Where the site's own program reaches Sluice: at first the same.
    pub api_url: String,
    /// The drop that lets people in.
    pub drop_id: Uuid,
    /// An API key of the drop's seller. It stays with the program.
    pub seller_key: String,
    /// Whether browsers reach the site by https; true at first. Without it, the cookie of a visit can
    /// be read on the way.
    pub is_https: bool,
    /// How long a visit is believed to go on before Sluice is asked again; a tenth of a second at first,
    /// which with what Sluice itself remembers makes up to one. `None` never asks: then a pass that is
    /// taken back, or a visit that is ended elsewhere, counts until its time is up.
    pub ask_again_after: Option<Duration>,
}

/// Why a site cannot be protected with these settings.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The public URL of Sluice cannot be read.
    #[error("{0} is no address of a Sluice")]
    PublicUrl(String),
    /// There can be no connections to Sluice.
    #[error("could not set up connections to Sluice")]
    Connections(#[from] reqwest::Error),
}

impl SiteSettings {
    /// Settings for a site with https whose program reaches Sluice as browsers do.
    #[must_use]
    pub fn new(public_url: &str, drop_id: Uuid, seller_key: &str) -> Self {
        Self {
            public_url: public_url.to_owned(),
            api_url: public_url.to_owned(),
            drop_id,
            seller_key: seller_key.to_owned(),
            is_https: true,
            ask_again_after: Some(Duration::from_millis(100)),
        }
    }
}
