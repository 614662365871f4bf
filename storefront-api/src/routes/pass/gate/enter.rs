//! The way in: the token of the hand-over is swapped, once, for the cookie of a visit.

use super::visit::Gate;
use crate::{ApiError, App, routes::pass::tokens};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use database::selling::passes::{self, RedeemOutcome};
use edge::{Path, Problem, Query};
use serde::Deserialize;
use shared::{credentials::PassPurpose, ids::DropId};
use utoipa::IntoParams;

/// What a browser comes with; whatever else its link has is let be.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EnterQuery {
    /// The token of the hand-over.
    pass: Option<String>,
    /// The path on the site to go on to.
    to: Option<String>,
}

/// Lets a browser in that comes with a pass which was not used before, and sends it on without the
/// pass in its address. One that is inside already is sent on, too; any other has to wait. While the line
/// gives no answer, as many come in without a pass as the site's policy says.
#[utoipa::path(get, path = "/v1/gate/{drop_id}/enter", tag = "gate",
    params(("drop_id" = DropId, Path), EnterQuery),
    responses((status = 303, description = "To the site, or to the waiting page"), Problem))]
#[tracing::instrument(name = "handler.gate.enter", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn enter(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    Query(query): Query<EnterQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let gate = Gate::find(&app, drop_id).await?;
    let site = &gate.found.site;
    let path = site.path_or_beginning(query.to.as_deref());
    if let Some(begun) = begin(&gate, query.pass.as_deref()).await? {
        return Ok((begun, Redirect::to(&path)).into_response());
    }
    if gate.visit_inside(&headers).await?.is_some() {
        return Ok(Redirect::to(&path).into_response());
    }
    if let Some(begun) = gate.let_through().await {
        return Ok((begun, Redirect::to(&path)).into_response());
    }
    let public_url = &app.settings.storefront.public_url;
    Ok(Redirect::to(&site.waiting_page(public_url, drop_id, &path)).into_response())
}

/// Begins the visit of whoever has this token, unless it is no good.
async fn begin(gate: &Gate<'_>, token: Option<&str>) -> Result<Option<CookieJar>, ApiError> {
    let (app, drop_id) = (gate.app, gate.drop_id);
    let opened = token.map(|token| tokens::open(app, token, PassPurpose::HandOver, drop_id));
    let Some(Ok(claims)) = opened else { return Ok(None) };
    match passes::redeem(&app.pool, drop_id, claims.jti).await? {
        RedeemOutcome::Redeemed(pass) => Ok(Some(gate.begin(&pass))),
        RedeemOutcome::AlreadyRedeemed | RedeemOutcome::Over(_) | RedeemOutcome::Unknown => {
            Ok(None)
        }
    }
}
