//! Passes into other people's sites.
//!
//! | file | is asked by |
//! |---|---|
//! | `protect` | a seller, to stand before a site of theirs |
//! | `hand_over` | a shopper whose turn it is, for the way in |
//! | `gate` | the proxy before the site, and the browsers of its visitors |
//! | `redeem`, `end`, `revoke` | the site's own server; an operator, to take a pass back |
//! | `keys` | whoever verifies passes |
//!
//! `site_input` is what a seller says of a site, `tokens` makes and reads the tokens of passes, `lookup`
//! finds the site of a drop.

mod end;
mod gate;
mod hand_over;
mod keys;
mod lookup;
mod protect;
mod redeem;
mod revoke;
mod site_input;
mod tokens;

use crate::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(protect::create))
        .routes(routes!(hand_over::hand_over))
        .routes(routes!(keys::show))
        .routes(routes!(redeem::redeem))
        .routes(routes!(end::end))
        .routes(routes!(revoke::by_seller))
        .routes(routes!(revoke::by_operator))
        .merge(gate::router())
}
