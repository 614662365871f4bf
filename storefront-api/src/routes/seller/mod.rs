//! What sellers ask. Each handler takes [`Seller`](crate::extract::Seller) and hands its tenant to
//! every query.

pub mod create_drop;
pub mod drops;
pub mod numbers;
pub mod products;
mod window;

use crate::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// All routes of sellers.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(products::create, products::list))
        .routes(routes!(products::show))
        .routes(routes!(create_drop::create, drops::list))
        .routes(routes!(drops::show))
        .routes(routes!(drops::schedule))
        .routes(routes!(drops::cancel))
        .routes(routes!(numbers::show))
}
