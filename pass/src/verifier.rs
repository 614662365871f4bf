//! A site's verifier: the whole of what a shop needs that is not built on `tower`.

use crate::{
    claims::{TokenUse, Visitor},
    clock,
    refusal::Refusal,
    remote_keys::RemoteKeys,
    token::{UnverifiedToken, Wanted},
};
use reqwest::Client;
use std::sync::Arc;
use uuid::Uuid;

/// Verifies tokens of the passes of one site with the keys that Sluice publishes. Clones share them.
#[derive(Clone, Debug)]
pub struct SiteVerifier {
    keys: Arc<RemoteKeys>,
    issuer: Arc<str>,
    drop_id: Uuid,
}

impl SiteVerifier {
    /// A verifier for the site of a drop. `api_url` is where Sluice is reached, `public_url` is what
    /// its passes name, as browsers know it.
    #[must_use]
    pub fn new(client: Client, api_url: &str, public_url: &str, drop_id: Uuid) -> Self {
        let url = format!("{}/v1/passes/keys.json", api_url.trim_end_matches('/'));
        Self { keys: Arc::new(RemoteKeys::at(client, url)), issuer: public_url.into(), drop_id }
    }

    /// Returns whom a token lets in, as of now. It proves who made the token and until when it counts;
    /// whether the pass was used already, or taken back, is for Sluice to say.
    ///
    /// # Errors
    ///
    /// Returns why it is refused.
    pub async fn verify(&self, token: &str, token_use: TokenUse) -> Result<Visitor, Refusal> {
        let token = UnverifiedToken::read(token)?;
        let keys = self.keys.with(&token.key_id).await;
        let (issuer, now_s) = (&*self.issuer, clock::now_s());
        token.verify(&keys, &Wanted { issuer, drop_id: self.drop_id, token_use, now_s })
    }
}
