//! Where somebody stands. Whoever is held units goes on to their order.

use super::answer::{line_page, send, without_place};
use crate::{
    app::App,
    error::ApiError,
    extract::PresentedTicket,
    routes::{seen::SeenQuery, tickets::status},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use edge::{Path, Query, page::Language};
use shared::{ids::DropId, line::ShownState};

/// Shows the ticket that this browser has for a drop.
pub(super) async fn show(
    State(app): State<App>,
    language: Language,
    Path(drop_id): Path<DropId>,
    Query(query): Query<SeenQuery>,
    headers: HeaderMap,
    presented: Result<PresentedTicket, ApiError>,
) -> Response {
    let page = line_page(&app, drop_id, language, &headers);
    let found = async { status::find(&app, presented?, query.seen()).await };
    match found.await {
        Ok(view) => match view.state {
            ShownState::Held | ShownState::Finished => {
                Redirect::to(&page.order(view.ticket_id)).into_response()
            }
            ShownState::Waiting | ShownState::Admitting | ShownState::Closed | ShownState::Left => {
                send(StatusCode::OK, page.place(&view))
            }
        },
        Err(error) => without_place(&page, &error),
    }
}
