//! What is done about an order by form. Each leads back to its page, which says what has become of it.

use crate::{
    ApiError, App,
    routes::shopper::{cancel, payment, units},
};
use axum::{
    extract::{Form, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use edge::{Path, Problem, page::Language};
use serde::Deserialize;
use shared::ids::OrderId;
use std::num::NonZeroU32;

/// A payment.
#[derive(Debug, Deserialize)]
pub(super) struct PayForm {
    /// The provider's id of the payment method.
    payment_method: String,
    /// Names the payment, so that a form that is sent twice pays once.
    key: String,
}

/// A choice of units.
#[derive(Debug, Deserialize)]
pub(super) struct UnitsForm {
    units: NonZeroU32,
}

/// Pays for an order whose units are held.
pub(super) async fn pay(
    State(app): State<App>,
    language: Language,
    Path(order_id): Path<OrderId>,
    headers: HeaderMap,
    Form(form): Form<PayForm>,
) -> Result<Response, ApiError> {
    let shopper = app.sessions.verify(&headers)?;
    if !payment::is_method(&form.payment_method) {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields").into());
    }
    let method = &form.payment_method;
    let done = payment::begin_keyed(&app, order_id, shopper.id, method, &form.key).await;
    back(order_id, language, done)
}

/// Takes so many of the units that are held, and gives the others back.
pub(super) async fn choose(
    State(app): State<App>,
    language: Language,
    Path(order_id): Path<OrderId>,
    headers: HeaderMap,
    Form(form): Form<UnitsForm>,
) -> Result<Response, ApiError> {
    let shopper = app.sessions.verify(&headers)?;
    let done = units::take(&app, order_id, shopper.id, form.units.get()).await;
    back(order_id, language, done.map(|_| ()))
}

/// Gives an order back that is not paid for.
pub(super) async fn release(
    State(app): State<App>,
    language: Language,
    Path(order_id): Path<OrderId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let shopper = app.sessions.verify(&headers)?;
    let done = cancel::give_back(&app, order_id, shopper.id).await;
    back(order_id, language, done.map(|_| ()))
}

/// Leads back to the page of an order, with the code of a refusal. A fault of ours is a page of its own.
fn back(
    order_id: OrderId,
    language: Language,
    done: Result<(), ApiError>,
) -> Result<Response, ApiError> {
    let problem = match done {
        Ok(()) => String::new(),
        Err(error) => match error.status_and_code() {
            (status, code) if status.is_client_error() => format!("&problem={code}"),
            _ => return Err(error),
        },
    };
    let page = format!("/orders/{order_id}/plain?lang={}{problem}", language.tag());
    Ok(Redirect::to(&page).into_response())
}
