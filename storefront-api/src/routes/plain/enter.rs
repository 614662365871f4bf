//! The way from a drop's form into its line: a session first, then the form goes on to admission as it is.

use super::{answer::page, filling};
use crate::{
    ApiError, App, pages,
    routes::shopper::{guest::NewGuest, session, session_limits::WithinLimit},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use edge::{Path, Problem, page::Language};
use shared::ids::DropId;

/// Begins or renews the session of whoever sends a form, and sends the form on. Whoever has work to prove
/// first hears that this needs scripts.
pub(super) async fn enter(
    State(app): State<App>,
    limit: Result<WithinLimit, Problem>,
    language: Language,
    Path(drop_id): Path<DropId>,
    headers: HeaderMap,
    guest: NewGuest,
) -> Result<Response, ApiError> {
    if let Err(problem) = limit {
        return Ok(page(problem.status(), filling::busy(language, drop_id)));
    }
    let session = match session::of_guest(&app, &headers, &guest).await {
        Ok((_, session)) => session,
        Err(ApiError::ProofNeeded(_) | ApiError::ProofInvalid(_)) => {
            return Ok(page(StatusCode::FORBIDDEN, filling::busy(language, drop_id)));
        }
        Err(error) => return Err(error),
    };
    let now_ms = app.now().as_millisecond();
    let (jar, _) = session::hand_out(&app, session, now_ms, &headers);
    let line = pages::line_url(&app, &headers, drop_id, language);
    // Keeps method and body.
    Ok(pages::for_forms((jar, Redirect::temporary(&line)).into_response()))
}
