//! The API's document, made from the handlers themselves, so that it can't describe another API.

use crate::{
    app::App,
    routes::{room, stream, tickets},
};
use edge::Problem;
use utoipa::{OpenApi, openapi};
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sluice admission",
        description = "Joining a line and watching it move. Errors are RFC 9457 problems with a \
            stable `code`.",
    ),
    components(schemas(Problem))
)]
struct Document;

/// Every route of the API with its part of the document.
pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(tickets::join::join))
        .routes(routes!(tickets::status::status, tickets::leave::leave))
        .routes(routes!(stream::socket))
        .routes(routes!(stream::events))
        .routes(routes!(room::room))
}

/// The document alone.
#[must_use]
pub fn document() -> openapi::OpenApi {
    api().into_openapi()
}
