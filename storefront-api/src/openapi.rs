//! The API's document, made from the handlers themselves, so that it can't describe another API.

use crate::{App, routes};
use edge::Problem;
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
        description = "Drops and orders for shoppers, and their management for sellers and \
            operators. Errors are RFC 9457 problems with a stable `code`; lists come in pages with \
            a cursor; POST requests of sellers and operators, and payments, accept an \
            `Idempotency-Key`.",
        license(name = "MIT", identifier = "MIT"),
    ),
    tags(
        (name = "shopper", description = "For shoppers; most need a session"),
        (name = "seller", description = "For sellers, with a seller's API key"),
        (name = "operator", description = "For operators, with an operator's API key"),
        (name = "provider", description = "For the payment provider's signed callbacks"),
    ),
    components(schemas(Problem)),
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
            key("A session's token; browsers send it as the cookie `__Host-sluice-session`"),
        );
        components.add_security_scheme("seller_key", key("A seller's API key, `sk_...`"));
        components.add_security_scheme("operator_key", key("An operator's API key, `sk_...`"));
        let value = ApiKeyValue::with_description(
            "Sluice-Psp-Signature",
            "`t=<unix seconds>,v1=<hex HMAC-SHA-256 of \"<t>.<body>\">`",
        );
        components
            .add_security_scheme("psp_signature", SecurityScheme::ApiKey(ApiKey::Header(value)));
    }
}

/// Every route of the API, with its part of the document.
pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(routes::shopper::router())
        .merge(routes::seller::router())
        .merge(routes::operator::router())
        .merge(routes::provider::router())
}

/// Returns the document alone.
#[must_use]
pub fn document() -> openapi::OpenApi {
    api().into_openapi()
}
