//! What shoppers ask. A handler that needs a session takes
//! [`ShopperOnly`](crate::extract::ShopperOnly).

mod calendar;
pub(super) mod cancel;
mod challenge;
mod code;
mod config;
pub(super) mod drops;
pub(super) mod guest;
mod handoff;
mod odds;
mod one_drop;
mod orders;
pub(super) mod payment;
mod pictures;
pub(super) mod session;
pub(super) mod session_limits;
mod tickets;
pub(super) mod units;

use crate::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(config::show))
        .routes(routes!(session::begin, session::end))
        .routes(routes!(session::member))
        .routes(routes!(handoff::take))
        .routes(routes!(handoff::give))
        .routes(routes!(challenge::show))
        .routes(routes!(drops::list))
        .routes(routes!(one_drop::show))
        .routes(routes!(code::redeem))
        .routes(routes!(calendar::download))
        .routes(routes!(pictures::show))
        .routes(routes!(tickets::list))
        .routes(routes!(orders::list))
        .routes(routes!(orders::show))
        .routes(routes!(units::choose))
        .routes(routes!(payment::pay))
        .routes(routes!(cancel::cancel))
}
