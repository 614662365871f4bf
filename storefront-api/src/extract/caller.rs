//! Whoever sent a request, by the credential that came with it.
//!
//! A token that was sent on purpose wins over the cookies that a browser adds. Of these, a console's counts
//! on the routes of sellers and operators alone, and a shopper's session on those of shoppers: both may be
//! in one browser.

use super::{
    console::CurrentConsole,
    people::{CurrentOperator, CurrentSeller},
};
use crate::{ApiError, App};
use axum::http::{Extensions, HeaderMap, Method};
use database::people::api_keys::{self, KeyOwner};
use edge::{CurrentShopper, PeerAddr, session::bearer};
use shared::{credentials::ApiKey, ids::KeyId};

/// Whoever sent a request, once their credential is found valid.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// Has a session.
    Shopper(CurrentShopper),
    /// Has a seller's API key, or is signed in to a seller's console.
    Seller(CurrentSeller),
    /// Has an operator's API key, or is signed in to the operators' console.
    Operator(CurrentOperator),
}

impl Caller {
    /// Finds who sent a request with these parts to a seller's or an operator's route; fails without a
    /// valid credential.
    pub(crate) async fn identify(
        app: &App,
        method: &Method,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<Self, ApiError> {
        if let Some(key) = api_key(headers) {
            return Self::by_key(app, key, extensions).await;
        }
        if bearer(headers).is_none()
            && let Some(console) = CurrentConsole::find(app, method, headers, extensions).await?
        {
            let session = console.session;
            return Ok(Self::new(session.owner, session.key_id));
        }
        Ok(Self::Shopper(app.sessions.verify(headers)?))
    }

    /// As [`identify`](Self::identify), for the routes of shoppers, where consoles count for nothing.
    pub(super) async fn on_shoppers_route(
        app: &App,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<Self, ApiError> {
        match api_key(headers) {
            Some(key) => Self::by_key(app, key, extensions).await,
            None => Ok(Self::Shopper(app.sessions.verify(headers)?)),
        }
    }

    async fn by_key(app: &App, key: &str, extensions: &Extensions) -> Result<Self, ApiError> {
        let hash = ApiKey::parse(key).ok_or(ApiError::ApiKeyInvalid)?.hash();
        let peer = extensions.get::<PeerAddr>().copied();
        let asking = api_keys::find_named(&app.pool, &hash);
        let found = app.key_lookup.find(hash, peer, asking).await?;
        let (key_id, owner) = found.ok_or(ApiError::ApiKeyInvalid)?;
        Ok(Self::new(owner, Some(key_id)))
    }

    fn new(owner: KeyOwner, key_id: Option<KeyId>) -> Self {
        match owner {
            KeyOwner::Seller { seller_id: id, .. } => Self::Seller(CurrentSeller { id, key_id }),
            KeyOwner::Operator { role, name } => {
                Self::Operator(CurrentOperator { role, name, key_id })
            }
        }
    }

    /// Returns the name that this caller's idempotency keys are kept under, apart from all others'.
    pub(crate) fn owner(&self) -> String {
        match self {
            Self::Shopper(shopper) => format!("shopper:{}", shopper.id),
            Self::Seller(seller) => seller.actor(),
            Self::Operator(operator) => operator.actor(),
        }
    }
}

/// The bearer token, if it is meant as an API key.
fn api_key(headers: &HeaderMap) -> Option<&str> {
    bearer(headers).filter(|token| token.starts_with("sk_"))
}
