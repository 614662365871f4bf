//! What sellers ask. Each handler takes [`CurrentSeller`](crate::extract::CurrentSeller) and hands
//! its id to every query.

mod code_labels;
mod codes;
mod create_drop;
mod drop_variants;
pub(super) mod drops;
mod export;
mod failure_policy;
mod history;
mod join_keys;
mod lanes;
mod mode;
pub(super) mod numbers;
mod orders;
mod pictures;
mod products;
mod texts;
mod theme;
mod theme_input;
mod theme_view;
mod what_if;
pub(super) mod window;

use crate::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(products::create, products::list))
        .routes(routes!(products::show, texts::edit_product))
        .routes(routes!(pictures::put_product, pictures::delete_product))
        .routes(routes!(create_drop::create, drops::list))
        .routes(routes!(drops::show, texts::edit_drop))
        .routes(routes!(pictures::put_drop, pictures::delete_drop))
        .routes(routes!(theme::show, theme::set))
        .routes(routes!(theme::preview))
        .routes(routes!(theme::put_logo, theme::delete_logo))
        .routes(routes!(theme::show_drop, theme::set_drop))
        .routes(routes!(theme::put_drop_logo, theme::delete_drop_logo))
        .routes(routes!(what_if::run))
        .routes(routes!(drops::schedule))
        .routes(routes!(drops::cancel))
        .routes(routes!(lanes::set))
        .routes(routes!(codes::make, code_labels::list))
        .routes(routes!(code_labels::revoke))
        .routes(routes!(failure_policy::show, failure_policy::change))
        .routes(routes!(mode::pause))
        .routes(routes!(mode::resume))
        .routes(routes!(numbers::show))
        .routes(routes!(history::show))
        .routes(routes!(orders::list))
        .routes(routes!(export::download))
        .routes(routes!(join_keys::create, join_keys::list))
        .routes(routes!(join_keys::revoke))
}
