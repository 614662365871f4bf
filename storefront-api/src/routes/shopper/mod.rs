//! What shoppers ask.

pub mod config;
pub mod drops;
pub mod orders;
pub mod payment;
pub mod session;
pub mod tickets;

use crate::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// All routes of shoppers.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(config::show))
        .routes(routes!(session::begin))
        .routes(routes!(drops::list))
        .routes(routes!(drops::show))
        .routes(routes!(tickets::list))
        .routes(routes!(orders::list))
        .routes(routes!(orders::show))
        .routes(routes!(payment::pay))
        .routes(routes!(payment::cancel))
}
