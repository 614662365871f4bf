//! Who is let in where. Role and tenant come from here and from nowhere else: no handler reads a header,
//! and no seller id comes from a path or a body.
//!
//! | handler takes | lets in |
//! |---|---|
//! | [`ShopperOnly`] | shoppers, guests included |
//! | [`ProvenShopper`] | the same, and of those whose session is bound to a key whoever has it |
//! | [`CurrentSeller`] | sellers |
//! | [`CurrentOperator`] | viewers, where the request only reads; operators and admins |
//! | [`CurrentAdmin`] | admins |
//! | [`Inviter`] | sellers and admins |

use super::{
    caller::Caller,
    people::{CurrentAdmin, CurrentOperator, CurrentSeller, Inviter, ProvenShopper, ShopperOnly},
};
use crate::{ApiError, App};
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use database::people::api_keys::OperatorRole;

/// Takes the caller that a layer has found, or finds it. Without any credential the answer asks for an
/// API key.
async fn with_key(parts: &Parts, app: &App) -> Result<Caller, ApiError> {
    if let Some(caller) = parts.extensions.get::<Caller>() {
        return Ok(caller.clone());
    }
    match Caller::identify(app, &parts.method, &parts.headers, &parts.extensions).await {
        Err(ApiError::Problem(problem)) if problem.status() == StatusCode::UNAUTHORIZED => {
            Err(ApiError::ApiKeyRequired)
        }
        found => found,
    }
}

/// The operator that this is, if it is one of at least this role.
fn operator(caller: Caller, role: OperatorRole) -> Result<CurrentOperator, ApiError> {
    match caller {
        Caller::Operator(operator) => operator.at_least(role),
        Caller::Shopper(_) | Caller::Seller(_) => Err(ApiError::Forbidden),
    }
}

impl FromRequestParts<App> for ShopperOnly {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match Caller::on_shoppers_route(app, &parts.headers, &parts.extensions).await? {
            Caller::Shopper(shopper) => Ok(Self(shopper)),
            Caller::Seller(_) | Caller::Operator(_) => Err(ApiError::Forbidden),
        }
    }
}

impl FromRequestParts<App> for ProvenShopper {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let ShopperOnly(shopper) = ShopperOnly::from_request_parts(parts, app).await?;
        if let Some(key) = shopper.key {
            app.possession.check(parts, &[key])?;
        }
        Ok(Self(shopper))
    }
}

impl FromRequestParts<App> for CurrentSeller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match with_key(parts, app).await? {
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
        operator(with_key(parts, app).await?, role)
    }
}

impl FromRequestParts<App> for CurrentAdmin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(Self(operator(with_key(parts, app).await?, OperatorRole::Admin)?))
    }
}

impl FromRequestParts<App> for Inviter {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match with_key(parts, app).await? {
            Caller::Seller(seller) => Ok(Self::Seller(seller)),
            caller => Ok(Self::Admin(CurrentAdmin(operator(caller, OperatorRole::Admin)?))),
        }
    }
}
