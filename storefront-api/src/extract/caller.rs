//! Who is asking. Role and tenant come from here and from nowhere else: no handler reads a header,
//! and no seller id comes from a path or a body.
//!
//! | handler takes | lets in |
//! |---|---|
//! | [`ShopperOnly`] | shoppers, guests included |
//! | [`CurrentSeller`] | sellers |
//! | [`CurrentOperator`] | viewers, where the request only reads; operators and admins |
//! | [`CurrentAdmin`] | admins |

use crate::{ApiError, App};
use axum::{
    extract::FromRequestParts,
    http::{Extensions, HeaderMap, StatusCode, request::Parts},
};
use database::people::api_keys::{KeyOwner, OperatorRole};
use edge::{CurrentShopper, PeerAddr, session::bearer};
use shared::{credentials::ApiKey, ids::SellerId};

/// Whoever sent a request, once their credential is found valid.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// Has a session.
    Shopper(CurrentShopper),
    /// Has a seller's API key.
    Seller(CurrentSeller),
    /// Has an operator's API key.
    Operator(CurrentOperator),
}

/// Admits shoppers, guests included, and nobody with an API key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShopperOnly(pub(crate) CurrentShopper);

/// The seller who sent the request: the tenant of every query that it leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CurrentSeller {
    pub(crate) id: SellerId,
}

/// One of the installation's own people, who may do what the request is about to. A method that is
/// safe changes nothing (RFC 9110), so a viewer may send it; no other.
#[derive(Clone, Debug)]
pub(crate) struct CurrentOperator {
    role: OperatorRole,
    /// Name of the API key.
    name: String,
}

/// One of those who say who else may run the installation.
#[derive(Clone, Debug)]
pub(crate) struct CurrentAdmin(CurrentOperator);

impl CurrentSeller {
    /// Returns the name in the audit log.
    pub(crate) fn actor(&self) -> String {
        format!("seller:{}", self.id)
    }
}

impl CurrentOperator {
    /// Returns the name in the audit log.
    pub(crate) fn actor(&self) -> String {
        format!("operator:{}", self.name)
    }

    /// Lets through whoever has this role, or one that may do more.
    fn at_least(self, role: OperatorRole) -> Result<Self, ApiError> {
        if self.role >= role { Ok(self) } else { Err(ApiError::RoleTooLow(role)) }
    }
}

impl CurrentAdmin {
    /// Returns the name in the audit log.
    pub(crate) fn actor(&self) -> String {
        self.0.actor()
    }
}

impl Caller {
    /// Finds who sent a request with these headers and extensions; fails without a valid
    /// credential.
    pub(crate) async fn identify(
        app: &App,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<Self, ApiError> {
        match bearer(headers).filter(|token| token.starts_with("sk_")) {
            Some(token) => Self::by_key(app, token, extensions.get::<PeerAddr>().copied()).await,
            None => Ok(Self::Shopper(app.sessions.verify(headers)?)),
        }
    }

    async fn by_key(app: &App, token: &str, peer: Option<PeerAddr>) -> Result<Self, ApiError> {
        let key = ApiKey::parse(token).ok_or(ApiError::ApiKeyInvalid)?;
        Ok(match app.key_lookup.owner(&app.pool, &key, peer).await? {
            KeyOwner::Seller { seller_id: id, .. } => Self::Seller(CurrentSeller { id }),
            KeyOwner::Operator { role, name } => Self::Operator(CurrentOperator { role, name }),
        })
    }

    /// Returns the name that this caller's idempotency keys are kept under, apart from all others'.
    pub(crate) fn owner(&self) -> String {
        match self {
            Self::Shopper(shopper) => format!("shopper:{}", shopper.id),
            Self::Seller(seller) => seller.actor(),
            Self::Operator(operator) => operator.actor(),
        }
    }

    /// Takes the caller that a layer has found, or finds it.
    async fn of(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        if let Some(caller) = parts.extensions.get::<Self>() {
            return Ok(caller.clone());
        }
        Self::identify(app, &parts.headers, &parts.extensions).await
    }

    /// As [`of`](Self::of), but without any credential the answer asks for an API key.
    async fn with_key(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match Self::of(parts, app).await {
            Err(ApiError::Problem(problem)) if problem.status() == StatusCode::UNAUTHORIZED => {
                Err(ApiError::ApiKeyRequired)
            }
            found => found,
        }
    }

    /// The operator that this is, if it is one of at least this role.
    fn operator(self, role: OperatorRole) -> Result<CurrentOperator, ApiError> {
        match self {
            Self::Operator(operator) => operator.at_least(role),
            Self::Shopper(_) | Self::Seller(_) => Err(ApiError::Forbidden),
        }
    }
}

impl FromRequestParts<App> for ShopperOnly {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match Caller::of(parts, app).await? {
            Caller::Shopper(shopper) => Ok(Self(shopper)),
            Caller::Seller(_) | Caller::Operator(_) => Err(ApiError::Forbidden),
        }
    }
}

impl FromRequestParts<App> for CurrentSeller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match Caller::with_key(parts, app).await? {
            Caller::Seller(seller) => Ok(seller),
            Caller::Shopper(_) | Caller::Operator(_) => Err(ApiError::Forbidden),
        }
    }
}

impl FromRequestParts<App> for CurrentOperator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let only_reads = parts.method.is_safe();
        let role = if only_reads { OperatorRole::Viewer } else { OperatorRole::Operator };
        Caller::with_key(parts, app).await?.operator(role)
    }
}

impl FromRequestParts<App> for CurrentAdmin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(Self(Caller::with_key(parts, app).await?.operator(OperatorRole::Admin)?))
    }
}
