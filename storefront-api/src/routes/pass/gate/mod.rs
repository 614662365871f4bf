//! The gate of a protected site, under `/.sluice/` of the site itself: its proxy passes on what comes
//! there, and asks at each other request whether the visitor is inside.
//!
//! Nobody here has a session or a key. A visitor is known by a cookie of the site's own host, which
//! has the token of their visit; whether the visit still goes on is in the pass's row.
//!
//! | file | holds |
//! |---|---|
//! | `check` | whether a visitor is inside; if not, the way to the waiting page |
//! | `door` | the way in without a line, while that gives no answer |
//! | `enter` | swaps the token of the hand-over for that of the visit |
//! | `leave` | the end of a visit |
//! | `visit` | the cookie |

mod check;
mod door;
mod enter;
mod leave;
mod visit;

use crate::App;
use axum::{middleware::map_response, response::Response};
use edge::headers::UnderOtherHost;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(check::check))
        .routes(routes!(enter::enter))
        .routes(routes!(leave::leave))
        .layer(map_response(mark))
}

async fn mark(mut response: Response) -> Response {
    response.extensions_mut().insert(UnderOtherHost);
    response
}
