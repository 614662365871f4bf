//! Links into a console, to be handed to somebody.
//!
//! None takes an `Idempotency-Key`: the answers that are kept for one would hold the token.

use crate::{
    ApiError, App,
    extract::{Body, Faults, Inviter, Validate},
};
use axum::{extract::State, http::StatusCode};
use database::{
    people::{
        api_keys::{KeyOwner, KeyRole, OperatorRole},
        consoles::{self, ConsoleToken, NewLink},
    },
    selling::catalogue,
};
use edge::{Json, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::ids::SellerId;
use utoipa::ToSchema;

/// A link to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkInput {
    /// What its holder may do; a seller makes links with the role `seller` alone.
    role: KeyRole,
    /// The holder, as the audit log shows them; up to 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "ann")]
    name: String,
    /// The seller whose console it leads into; with the role `seller`, and left out by a seller.
    seller_id: Option<SellerId>,
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

/// A link that was just made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LinkResponse {
    /// Where it leads, with its token as the fragment, which browsers send to nobody. It is not shown again.
    #[schema(example = "https://shop.example/operator#token=ct_...")]
    url: String,
    role: KeyRole,
    name: String,
    seller_id: Option<SellerId>,
    /// Until when it is good, once.
    expires_at: Timestamp,
}

impl Validate for LinkInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/name", &self.name, 200);
        faults.text("/why", &self.why, 500);
        if self.role != KeyRole::Seller && self.seller_id.is_some() {
            faults.add("/seller_id", "must not be given for the operators' console");
        }
        faults
    }
}

/// Makes a link that leads into a console, once, within ten minutes. Who comes by it stays signed in for 12
/// hours, or until the key of whoever made it is revoked.
#[utoipa::path(post, path = "/v1/console/links", tag = "console",
    security(("admin_key" = []), ("seller_key" = [])), request_body = LinkInput,
    responses((status = 201, body = LinkResponse), Problem))]
#[tracing::instrument(name = "handler.console_links.create", skip_all)]
pub(crate) async fn create(
    State(app): State<App>,
    inviter: Inviter,
    Body(input): Body<LinkInput>,
) -> Result<(StatusCode, Json<LinkResponse>), ApiError> {
    let owner = holder(&app, &inviter, &input).await?;
    let token = ConsoleToken::generate().map_err(|error| {
        tracing::error!(%error, "the system gave no randomness for a link");
        Problem::internal()
    })?;
    let (hash, actor) = (token.hash(), inviter.actor());
    let link = NewLink { hash: &hash, owner: &owner, key_id: inviter.key_id() };
    let expires_at = consoles::make_link(&app.pool, link, &actor, &input.why).await?;
    let public_url = app.settings.storefront.public_url.trim_end_matches('/');
    let page = if owner.seller_id().is_some() { "seller" } else { "operator" };
    let response = LinkResponse {
        url: format!("{public_url}/{page}#token={}", token.reveal()),
        role: owner.role(),
        name: owner.name().to_owned(),
        seller_id: owner.seller_id(),
        expires_at,
    };
    Ok((StatusCode::CREATED, Json(response)))
}

/// As whom the link is to sign in, if this inviter may hand that out.
async fn holder(app: &App, inviter: &Inviter, input: &LinkInput) -> Result<KeyOwner, ApiError> {
    let name = input.name.clone();
    let role = match input.role {
        KeyRole::Seller => {
            let seller_id = seller(app, inviter, input.seller_id).await?;
            return Ok(KeyOwner::Seller { seller_id, name });
        }
        KeyRole::Viewer => OperatorRole::Viewer,
        KeyRole::Operator => OperatorRole::Operator,
        KeyRole::Admin => OperatorRole::Admin,
    };
    match inviter {
        Inviter::Admin(_) => Ok(KeyOwner::Operator { role, name }),
        Inviter::Seller(_) => Err(ApiError::Forbidden),
    }
}

async fn seller(
    app: &App,
    inviter: &Inviter,
    wanted: Option<SellerId>,
) -> Result<SellerId, ApiError> {
    match (inviter, wanted) {
        (Inviter::Seller(seller), None) => Ok(seller.id),
        (Inviter::Seller(seller), Some(wanted)) if wanted == seller.id => Ok(wanted),
        (Inviter::Seller(_), Some(_)) | (Inviter::Admin(_), None) => Err(ApiError::SellerNotFound),
        (Inviter::Admin(_), Some(wanted)) => {
            let is_known = catalogue::seller_exists(&app.pool, wanted).await?;
            if is_known { Ok(wanted) } else { Err(ApiError::SellerNotFound) }
        }
    }
}
