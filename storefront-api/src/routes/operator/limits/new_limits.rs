//! The limits that a request may set. One that is left out stays as it is.

use crate::{
    extract::Faults,
    routes::ranges::{LINE_CAPS, NO_SHOW_PERCENT, OCCUPANCY_CAPS, RATES},
};
use database::selling::drops::{LimitsChange, NewLineCap};
use serde::{Deserialize, Deserializer};

/// Reads a cap on the line that is there: null stands for the setting for all drops.
pub(super) fn line_cap<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NewLineCap>, D::Error> {
    let cap = Option::<u32>::deserialize(deserializer)?;
    Ok(Some(cap.map_or(NewLineCap::OfSetting, NewLineCap::Tickets)))
}

/// Returns what is wrong with new limits.
pub(super) fn faults(change: LimitsChange) -> Faults {
    let mut faults = Faults::default();
    if let Some(rate) = change.admission_rate_per_second {
        faults.within("/admission_rate_per_second", rate, &RATES);
    }
    if let Some(cap) = change.occupancy_cap {
        faults.within("/occupancy_cap", cap, &OCCUPANCY_CAPS);
    }
    if let Some(rate) = change.order_rate_per_second {
        faults.within("/order_rate_per_second", rate, &RATES);
    }
    if let Some(NewLineCap::Tickets(cap)) = change.line_cap {
        faults.within("/line_cap", cap, &LINE_CAPS);
    }
    if let Some(percent) = change.no_show_percent {
        faults.within("/no_show_percent", percent, &NO_SHOW_PERCENT);
    }
    if change.is_empty() {
        faults.add("", "must change at least one limit");
    }
    faults
}
