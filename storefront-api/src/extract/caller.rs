//! Who is asking. Role and tenant come from here and from nowhere else: no handler reads a header,
//! and no seller id comes from a path or a body.
//!
//! Sellers and operators show an API key now; accounts will join in [`Caller::identify`].

use crate::{ApiError, App};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use database::people::api_keys::{self, KeyOwner};
use edge::CurrentShopper;
use shared::{
    credentials::ApiKey,
    ids::{SellerId, ShopperId},
};

/// Somebody whom we believe.
#[derive(Clone, Debug)]
pub enum Caller {
    /// A shopper with a session.
    Shopper(Shopper),
    /// A seller's key.
    Seller(Seller),
    /// An operator's key.
    Operator(Operator),
}

/// A shopper, guests included.
#[derive(Clone, Copy, Debug)]
pub struct Shopper {
    /// The account.
    pub id: ShopperId,
}

/// A seller; every query of theirs names the tenant.
#[derive(Clone, Debug)]
pub struct Seller {
    /// The tenant.
    pub seller_id: SellerId,
}

/// Somebody who runs the installation.
#[derive(Clone, Debug)]
pub struct Operator {
    /// Name of the key.
    pub name: String,
}

impl Seller {
    /// The name in the audit log.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("seller:{}", self.seller_id)
    }
}

impl Operator {
    /// The name in the audit log.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("operator:{}", self.name)
    }
}

impl Caller {
    /// Finds out who sent these headers.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError`] when nobody we believe did.
    pub async fn identify(app: &App, headers: &HeaderMap) -> Result<Self, ApiError> {
        match bearer(headers).filter(|token| token.starts_with("sk_")) {
            Some(token) => Self::by_key(app, token).await,
            None => {
                let CurrentShopper { id, .. } = app.sessions.verify(headers)?;
                Ok(Self::Shopper(Shopper { id }))
            }
        }
    }

    async fn by_key(app: &App, token: &str) -> Result<Self, ApiError> {
        let key = ApiKey::parse(token).ok_or(ApiError::ApiKeyInvalid)?;
        let owner = api_keys::find(&app.pool, &key.hash()).await?;
        Ok(match owner.ok_or(ApiError::ApiKeyInvalid)? {
            KeyOwner::Seller { seller_id, .. } => Self::Seller(Seller { seller_id }),
            KeyOwner::Operator { name } => Self::Operator(Operator { name }),
        })
    }

    /// The name under which this caller's idempotency keys are kept, apart from all others'.
    #[must_use]
    pub fn owner(&self) -> String {
        match self {
            Self::Shopper(shopper) => format!("shopper:{}", shopper.id),
            Self::Seller(seller) => seller.actor(),
            Self::Operator(operator) => operator.actor(),
        }
    }

    /// Takes the caller that a layer found, or finds it.
    async fn of(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        if let Some(caller) = parts.extensions.get::<Self>() {
            return Ok(caller.clone());
        }
        Self::identify(app, &parts.headers).await
    }
}

impl FromRequestParts<App> for Shopper {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match Caller::of(parts, app).await? {
            Caller::Shopper(shopper) => Ok(shopper),
            Caller::Seller(_) | Caller::Operator(_) => Err(ApiError::Forbidden),
        }
    }
}

impl FromRequestParts<App> for Seller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match by_key_only(parts, app).await? {
            Caller::Seller(seller) => Ok(seller),
            Caller::Shopper(_) | Caller::Operator(_) => Err(ApiError::Forbidden),
        }
    }
}

impl FromRequestParts<App> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match by_key_only(parts, app).await? {
            Caller::Operator(operator) => Ok(operator),
            Caller::Shopper(_) | Caller::Seller(_) => Err(ApiError::Forbidden),
        }
    }
}

/// Finds a caller where a key is needed: without any, the answer asks for one.
async fn by_key_only(parts: &mut Parts, app: &App) -> Result<Caller, ApiError> {
    match Caller::of(parts, app).await {
        Err(ApiError::Problem(_)) => Err(ApiError::ApiKeyRequired),
        found => found,
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
