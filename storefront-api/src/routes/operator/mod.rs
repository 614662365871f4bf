//! What operators ask. Each handler takes [`CurrentOperator`](crate::extract::CurrentOperator), or
//! [`CurrentAdmin`](crate::extract::CurrentAdmin) where it is about who else may.

mod admission_history;
mod audit;
mod dead_letters;
mod drops;
mod failure_policy;
mod health;
mod history;
mod instances;
mod keys;
mod limits;
mod load_runs;
pub(super) mod mode;
mod numbers;
mod quotas;
mod review;
mod room_health;
mod sessions;

use crate::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(drops::list))
        .routes(routes!(drops::show))
        .routes(routes!(numbers::show))
        .routes(routes!(history::show))
        .routes(routes!(limits::show::show, limits::change::change))
        .routes(routes!(limits::plan::show, limits::plan::make, limits::plan::end))
        .routes(routes!(limits::undo::undo))
        .routes(routes!(limits::preview::show))
        .routes(routes!(failure_policy::show, failure_policy::change))
        .routes(routes!(mode::pause))
        .routes(routes!(mode::hold))
        .routes(routes!(mode::drain))
        .routes(routes!(mode::maintenance))
        .routes(routes!(mode::resume))
        .routes(routes!(mode::emergency_stop))
        .routes(routes!(audit::list))
        .routes(routes!(dead_letters::list))
        .routes(routes!(health::show))
        .routes(routes!(instances::list))
        .routes(routes!(admission_history::show))
        .routes(routes!(review::list))
        .routes(routes!(review::resolve))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::revoke))
        .routes(routes!(sessions::end))
        .routes(routes!(quotas::show, quotas::change))
        .routes(routes!(load_runs::show::list, load_runs::ask::ask))
        .routes(routes!(load_runs::show::show))
        .routes(routes!(load_runs::ask::cancel))
        .routes(routes!(load_runs::work::take))
        .routes(routes!(load_runs::work::tell))
        .routes(routes!(load_runs::work::finish))
}
