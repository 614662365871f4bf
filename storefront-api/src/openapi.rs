//! The API's document, made from the handlers themselves, so that it can't describe another API.

use crate::{App, routes};
use axum::http::StatusCode;
use edge::Problem;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self, Object, PathItem, RefOr, Schema,
        path::Operation,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

/// A text of a request, as `Faults` takes it: line breaks and tabs, but no other control characters.
const TEXT: &str = r"^[^\x00-\x08\x0B-\x1F\x7F-\x9F]*$";
/// The same, and more than white space.
const NOT_BLANK: &str = concat!(
    r"^[^\x00-\x08\x0B-\x1F\x7F-\x9F]*",
    r"[^\s\x00-\x08\x0B-\x1F\x7F-\x9F]",
    r"[^\x00-\x08\x0B-\x1F\x7F-\x9F]*$",
);

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
    servers((url = "/", description = "The host that this document came from")),
    tags(
        (name = "shopper", description = "For shoppers; most need a session"),
        (name = "seller", description = "For sellers, with a seller's API key"),
        (name = "operator", description = "For the installation's own people, with their API keys"),
        (name = "console", description = "For the pages of sellers and operators: signing in"),
        (name = "provider", description = "For the payment provider's signed callbacks"),
        (name = "gate", description = "For protected sites: the proxy before one, and verifiers"),
    ),
    components(schemas(Problem)),
    modifiers(&SecuritySchemes),
)]
struct Document;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sluice for sites of the retired \"Virtual Waiting Room on AWS\"",
        description = "Its API (v1.1), with a seller's key in place of signatures. It is there if the \
            installation has a key for its tokens.",
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "/", description = "The host that this document came from")),
    tags(
        (name = "page", description = "For the pages of any site, without a key"),
        (name = "server", description = "For a site's own server, with its seller's API key"),
    ),
    components(schemas(Problem)),
    modifiers(&SellerKey),
)]
struct AdapterDocument;

struct SecuritySchemes;

struct SellerKey;

impl Modify for SellerKey {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("seller_key", key("A seller's API key, `sk_...`"));
    }
}

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            "session",
            key("A session's token; browsers send it as the cookie `__Host-sluice-session`"),
        );
        components.add_security_scheme("seller_key", key("A seller's API key, `sk_...`"));
        components.add_security_scheme(
            "operator_key",
            key("An operator's or admin's API key, `sk_...`; a viewer's, too, where nothing is changed"),
        );
        components.add_security_scheme("admin_key", key("An admin's API key, `sk_...`"));
        let value = ApiKeyValue::with_description(
            "__Host-sluice-console",
            "The session of a console, from `POST /v1/console/session`. It stands in for its holder's \
             key on all routes of sellers and operators; what changes something needs \
             `x-sluice-console: 1` and our own origin, too",
        );
        components.add_security_scheme("console", SecurityScheme::ApiKey(ApiKey::Cookie(value)));
        let value = ApiKeyValue::with_description(
            "Sluice-Psp-Signature",
            "`t=<unix seconds>,v1=<hex HMAC-SHA-256 of \"<t>.<body>\">`",
        );
        components
            .add_security_scheme("psp_signature", SecurityScheme::ApiKey(ApiKey::Header(value)));
    }
}

/// A scheme in which a key is sent as a bearer's token.
fn key(description: &str) -> SecurityScheme {
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
    SecurityScheme::Http(scheme.description(Some(description)).build())
}

/// Every route of the API, with its part of the document.
pub(crate) fn api() -> OpenApiRouter<App> {
    let mut api = OpenApiRouter::with_openapi(Document::openapi())
        .merge(routes::shopper::router())
        .merge(routes::seller::router())
        .merge(routes::operator::router())
        .merge(routes::console::router())
        .merge(routes::pass::router())
        .merge(routes::provider::router());
    complete_operations(api.get_openapi_mut());
    let components = api.get_openapi_mut().components.iter_mut();
    components.flat_map(|components| components.schemas.values_mut()).for_each(complete_texts);
    api
}

/// Every route of the adapter for the retired waiting room, with its part of a document of its own.
pub(crate) fn adapter() -> OpenApiRouter<App> {
    let mut adapter =
        OpenApiRouter::with_openapi(AdapterDocument::openapi()).merge(routes::aws::router());
    complete_operations(adapter.get_openapi_mut());
    routes::aws::describe_bodies(adapter.get_openapi_mut());
    adapter
}

fn complete_operations(document: &mut openapi::OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            complete(operation, method, path);
        }
    }
}

/// Returns the operations of a path, each with its method.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, post, put, patch, delete, .. } = item;
    let all = [("get", get), ("post", post), ("put", put), ("patch", patch), ("delete", delete)];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Says what no handler says of itself: a name that no other operation has, such as
/// `get_seller_drops_by_id`, and what each status means.
fn complete(operation: &mut Operation, method: &str, path: &str) {
    let words = path.split('/').filter(|word| !word.is_empty() && *word != "v1");
    let words = words.map(|word| if word.starts_with('{') { "by_id" } else { word });
    let name: Vec<&str> = std::iter::once(method).chain(words).collect();
    operation.operation_id = Some(name.join("_").replace(['-', '.'], "_"));
    for (status, response) in &mut operation.responses.responses {
        let Ok(status) = StatusCode::from_bytes(status.as_bytes()) else { continue };
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            response.description = status.canonical_reason().unwrap_or("Done").to_owned();
        }
    }
}

/// Says of each text of a request, by which it has a length, what it may be made of.
fn complete_texts(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = schema else { return };
    complete_text(object);
    for field in object.properties.values_mut() {
        if let RefOr::T(Schema::Object(field)) = field {
            complete_text(field);
        }
    }
}

fn complete_text(text: &mut Object) {
    if text.max_length.is_some() && text.pattern.is_none() {
        let pattern = if text.min_length.is_some() { NOT_BLANK } else { TEXT };
        text.pattern = Some(pattern.to_owned());
    }
}

/// Returns the document alone.
#[must_use]
pub fn document() -> openapi::OpenApi {
    api().into_openapi()
}

/// Returns the document of the adapter for the retired waiting room alone.
#[must_use]
pub fn adapter_document() -> openapi::OpenApi {
    adapter().into_openapi()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// The body of the payment provider, who signs it.
    const OF_OTHERS: &str = "CallbackInput";

    fn is(field: &Value, kind: &str) -> bool {
        let kinds = &field["type"];
        kinds == kind || kinds.as_array().is_some_and(|kinds| kinds.iter().any(|one| one == kind))
    }

    /// Whether a field says what its values are made of, and how much of it there may be.
    fn is_bounded(field: &Value) -> bool {
        let has = |key: &str| !field[key].is_null();
        if is(field, "string") {
            return has("enum") || has("format") || (has("maxLength") && has("pattern"));
        }
        if is(field, "integer") || is(field, "number") {
            return has("minimum") && has("maximum");
        }
        !is(field, "array") || has("maxItems")
    }

    #[test]
    fn what_a_request_may_hold_is_bounded_in_the_document() {
        let document = serde_json::to_value(document()).unwrap();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let mut n_fields = 0;
        for (name, schema) in schemas {
            if !name.ends_with("Input") || name == OF_OTHERS {
                continue;
            }
            // A text, or a choice between others that are here, too.
            let Some(fields) = schema["properties"].as_object() else {
                assert!(is_bounded(schema), "{name}: {schema}");
                continue;
            };
            for (field, of_field) in fields {
                assert!(is_bounded(of_field), "{name}.{field}: {of_field}");
                n_fields += 1;
            }
        }
        assert!(n_fields > 30, "{n_fields}");
    }
}
