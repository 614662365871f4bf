//! An order as a page, which reloads itself when something is about to happen.

use super::{answer::page, filling};
use crate::{ApiError, App};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use database::ordering::order_views::OrderView;
use edge::{Path, Query, page::Language};
use serde::Deserialize;
use shared::ids::OrderId;

/// What went wrong with the form before, if something did.
#[derive(Debug, Deserialize)]
pub(super) struct AfterForm {
    problem: Option<String>,
}

/// Shows an order to its shopper; to everybody else there is none.
pub(super) async fn show(
    State(app): State<App>,
    language: Language,
    Path(id): Path<String>,
    Query(after): Query<AfterForm>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Some(order) = find(&app, &headers, &id).await? else {
        return Ok(page(StatusCode::NOT_FOUND, filling::missing_order(language)));
    };
    let problem = after.problem.as_deref();
    Ok(page(StatusCode::OK, filling::order(language, &order, problem, app.now())))
}

async fn find(app: &App, headers: &HeaderMap, id: &str) -> Result<Option<OrderView>, ApiError> {
    let Ok(id) = id.parse::<OrderId>() else { return Ok(None) };
    match app.sessions.verify(headers) {
        Ok(shopper) => app.batches.find_order(shopper.id, id).await,
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => Ok(None),
        Err(problem) => Err(problem.into()),
    }
}
