//! The way in, by the form of a drop's page.

use super::answer::{line_page, refuse};
use crate::{app::App, error::ApiError, routes::tickets::join::join_by_form};
use axum::{
    extract::{Form, State, rejection::FormRejection},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use edge::{Path, page::Language};
use serde::Deserialize;
use shared::ids::{DropId, VariantId};

/// What a shopper wants.
#[derive(Debug, Deserialize)]
pub(super) struct JoinForm {
    variant_id: VariantId,
    /// Left out where the shopper chooses once the units are held.
    units: Option<u32>,
}

/// Joins, and leads to the page of the line. To join again changes nothing, so a form may be sent twice.
pub(super) async fn join(
    State(app): State<App>,
    language: Language,
    Path(drop_id): Path<DropId>,
    headers: HeaderMap,
    form: Result<Form<JoinForm>, FormRejection>,
) -> Response {
    let page = line_page(&app, drop_id, language, &headers);
    let joined = async {
        let Form(JoinForm { variant_id, units }) = form.map_err(|_| ApiError::NotUnits)?;
        let shopper = app.sessions.verify(&headers)?;
        join_by_form(&app, drop_id, shopper, variant_id, units).await
    };
    match joined.await {
        Ok(cookie) => (cookie, Redirect::to(&page.address())).into_response(),
        Err(error) => refuse(&page, &error),
    }
}
