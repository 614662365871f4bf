//! The API's document, made from the handlers themselves, so that it can't describe another API.

use crate::{
    app::App,
    routes::{room, stream, tickets},
};
use edge::{Problem, SESSION_COOKIE};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Where the document is: beside the storefront's, since both services may have one host name.
pub(crate) const PATH: &str = "/openapi-admission.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sluice admission",
        description = "Joining a line and watching it move. Errors are RFC 9457 problems with a \
            stable `code`. What the streams send is in docs/STREAM.md.",
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "/", description = "The host that this document came from")),
    tags(
        (name = "tickets", description = "Joining, looking and leaving"),
        (name = "streams", description = "Live positions, over a WebSocket or server-sent events"),
        (name = "rooms", description = "A room in numbers, for everybody"),
    ),
    components(schemas(Problem)),
    modifiers(&SecuritySchemes),
)]
struct Document;

struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A session's token, of the storefront's `POST /v1/session`"))
            .build();
        components.add_security_scheme("session", SecurityScheme::Http(bearer));
        let cookie = ApiKeyValue::with_description(SESSION_COOKIE, "The same, from a browser");
        components
            .add_security_scheme("session_cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let ticket = ApiKeyValue::with_description(
            "Sluice-Ticket",
            "A ticket's `token`; a browser sends the cookie `__Host-sluice-ticket-<drop>`, and a \
             WebSocket may offer the subprotocol `sluice.ticket.<token>`",
        );
        components.add_security_scheme("ticket", SecurityScheme::ApiKey(ApiKey::Header(ticket)));
    }
}

/// Every route of the API with its part of the document.
pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(tickets::join::join))
        .routes(routes!(tickets::join_several::join_several))
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
