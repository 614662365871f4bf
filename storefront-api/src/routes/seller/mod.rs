//! What sellers ask. Each handler takes [`CurrentSeller`](crate::extract::CurrentSeller) and hands
//! its id to every query.

mod create_drop;
mod drops;
mod numbers;
mod products;
mod window;

use crate::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(products::create, products::list))
        .routes(routes!(products::show))
        .routes(routes!(create_drop::create, drops::list))
        .routes(routes!(drops::show))
        .routes(routes!(drops::schedule))
        .routes(routes!(drops::cancel))
        .routes(routes!(numbers::show))
}
