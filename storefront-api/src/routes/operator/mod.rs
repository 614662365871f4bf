//! What operators ask. Each handler takes [`CurrentOperator`](crate::extract::CurrentOperator).

mod audit;
mod dead_letters;
mod health;
mod limits;
mod mode;
mod review;

use crate::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(limits::show, limits::change))
        .routes(routes!(mode::pause))
        .routes(routes!(mode::resume))
        .routes(routes!(mode::emergency_stop))
        .routes(routes!(audit::list))
        .routes(routes!(dead_letters::list))
        .routes(routes!(health::show))
        .routes(routes!(review::list))
        .routes(routes!(review::resolve))
}
