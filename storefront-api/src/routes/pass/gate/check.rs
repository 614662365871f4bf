//! Whether a visitor is inside: the proxy asks before it passes a request on.

use super::visit::Gate;
use crate::{ApiError, App};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use edge::{Path, Problem, Query};
use serde::Deserialize;
use shared::{ids::DropId, site::Site};
use utoipa::{IntoParams, ToSchema};

/// Tells the site which visit a request belongs to.
const PASS: HeaderName = HeaderName::from_static("x-sluice-pass");

/// How the proxy wants to hear it.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CheckQuery {
    /// The status of the answer for a visitor who is not inside.
    #[serde(default)]
    #[param(inline)]
    answer: OutsideStatus,
}

/// The status of the answer for a visitor who is not inside.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
enum OutsideStatus {
    /// The browser may be given the answer as it is.
    #[default]
    #[serde(rename = "302")]
    Found,
    /// For proxies that know no other refusal, such as nginx: `location` has the way all the same.
    #[serde(rename = "401")]
    Unauthorized,
}

/// Tells whether a visitor is inside, by the cookie of their request. If not, `location` has the
/// waiting page, from which the way leads back to `x-forwarded-uri` or `x-original-uri`. While the line
/// gives no answer, and the site lets some people in then, it has the site's own `/.sluice/enter`.
#[utoipa::path(get, path = "/v1/gate/{drop_id}/check", tag = "gate",
    params(("drop_id" = DropId, Path), CheckQuery),
    responses(
        (status = 204, description = "They are inside; `x-sluice-pass` has the id of their ticket"),
        (status = 302, description = "They are not"),
        (status = 401, description = "They are not, and the proxy has asked for this status"),
        Problem))]
#[tracing::instrument(name = "handler.gate.check", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn check(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    Query(query): Query<CheckQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let gate = Gate::find(&app, drop_id).await?;
    if let Some(visit) = gate.visit_inside(&headers).await? {
        return Ok((StatusCode::NO_CONTENT, [(PASS, visit.jti.to_string())]).into_response());
    }
    let (site, public_url) = (&gate.found.site, &app.settings.storefront.public_url);
    let wanted = wanted(site, &headers);
    let way = if gate.is_door_open().await {
        site.find_or_beginning(Some(&wanted)).enter()
    } else {
        site.waiting_page(public_url, drop_id, &wanted)
    };
    let status = match query.answer {
        OutsideStatus::Found => StatusCode::FOUND,
        OutsideStatus::Unauthorized => StatusCode::UNAUTHORIZED,
    };
    Ok((status, [(header::LOCATION, way)]).into_response())
}

/// Where the visitor wanted to go, as their proxy says: with the origin, if it is one of the site's.
fn wanted(site: &Site, headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let path = text("x-forwarded-uri").or_else(|| text("x-original-uri"));
    let path = path.filter(|path| path.starts_with('/')).unwrap_or_default();
    let origin = text("x-forwarded-proto").zip(text("x-forwarded-host"));
    let whole = origin.map(|(scheme, host)| format!("{scheme}://{host}{path}"));
    whole.filter(|whole| site.find(whole).is_some()).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_proxy_says_where_its_visitor_wanted_to_go() {
        let named = ["https://www.shop.example".to_owned()];
        let site = Site::new("https://shop.example/", &named).unwrap();
        let wanted = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs.iter().map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            });
            wanted(&site, &pairs.collect())
        };
        let (scheme, host) = (("x-forwarded-proto", "https"), "x-forwarded-host");
        let path = ("x-forwarded-uri", "/a?b");
        assert_eq!(wanted(&[path]), "/a?b");
        assert_eq!(wanted(&[("x-original-uri", "/c")]), "/c");
        assert_eq!(
            wanted(&[path, scheme, (host, "www.shop.example")]),
            "https://www.shop.example/a?b"
        );
        for stranger in ["evil.example", "shop.example@evil.example", "a, b", ""] {
            assert_eq!(wanted(&[path, scheme, (host, stranger)]), "/a?b", "{stranger}");
        }
        for path in ["https://evil.example", ".evil.example", ""] {
            assert_eq!(wanted(&[("x-original-uri", path)]), "", "{path}");
        }
    }
}
