//! Signing in to a console: with a key, or by a link that somebody has handed out.

mod links;
mod session;

use crate::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(session::show, session::begin, session::end))
        .routes(routes!(links::create))
}
