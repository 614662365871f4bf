//! The way out.

use super::answer::{line_page, refuse, send};
use crate::{
    app::App, error::ApiError, extract::PresentedTicket,
    routes::tickets::leave::take_out_by_shopper,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use edge::{Path, page::Language};
use shared::{ids::DropId, line::ShownState};

/// Takes the ticket of this browser out of line, and says so. One that is past waiting stays, and its page
/// tells where it is.
pub(super) async fn leave(
    State(app): State<App>,
    language: Language,
    Path(drop_id): Path<DropId>,
    headers: HeaderMap,
    presented: Result<PresentedTicket, ApiError>,
) -> Response {
    let page = line_page(&app, drop_id, language, &headers);
    let left = async {
        let shopper = app.sessions.verify(&headers)?;
        take_out_by_shopper(&app, shopper, presented?).await
    };
    match left.await {
        Ok((view, cookie)) if view.state == ShownState::Left => {
            (cookie, send(StatusCode::OK, page.place(&view))).into_response()
        }
        Ok(_) => Redirect::to(&page.address()).into_response(),
        Err(error) => refuse(&page, &error),
    }
}
