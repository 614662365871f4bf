//! What operators ask.

pub mod audit;
pub mod dead_letters;
pub mod health;
pub mod limits;
pub mod mode;

use crate::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// All routes of operators.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(limits::show, limits::change))
        .routes(routes!(mode::pause))
        .routes(routes!(mode::resume))
        .routes(routes!(mode::emergency_stop))
        .routes(routes!(audit::list))
        .routes(routes!(dead_letters::list))
        .routes(routes!(health::show))
}
