//! The API's document, made from the handlers themselves, so that it cannot tell of another API.

use crate::{App, routes};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sluice storefront",
        description = "Drops, orders and their running. Errors are RFC 9457 problems with a stable \
            `code`; lists are pages with a cursor; POSTs take an `Idempotency-Key`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "shopper", description = "What shoppers ask"),
        (name = "seller", description = "What sellers ask, with their key"),
        (name = "operator", description = "What operators ask, with their key"),
        (name = "provider", description = "What the payment provider tells us"),
    ),
    modifiers(&SecuritySchemes),
)]
struct Document;

struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let key = |description: &str| {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
            SecurityScheme::Http(scheme.description(Some(description)).build())
        };
        components.add_security_scheme(
            "session",
            key("A session's token, or its cookie `__Host-sluice-session`"),
        );
        components.add_security_scheme("seller_key", key("A seller's key, `sk_...`"));
        components.add_security_scheme("operator_key", key("An operator's key, `sk_...`"));
        let value = ApiKeyValue::with_description(
            "Sluice-Psp-Signature",
            "`t=<unix seconds>,v1=<hex HMAC-SHA-256 of \"<t>.<body>\">`",
        );
        components
            .add_security_scheme("psp_signature", SecurityScheme::ApiKey(ApiKey::Header(value)));
    }
}

/// Every route of the API with its part of the document.
#[must_use]
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(routes::shopper::router())
        .merge(routes::seller::router())
        .merge(routes::operator::router())
        .merge(routes::provider::router())
}

/// The document alone.
#[must_use]
pub fn document() -> openapi::OpenApi {
    api().into_openapi()
}
