//! Holds that are shorter than the payment provider may take to answer.
//!
//! No drop is made with such a hold, but `payments.timeout_ms` may have been raised since. Nobody pays
//! twice or for nothing then, and the sale goes on; but holds run out while their money is on its way.

use crate::app::App;
use shared::{config::PaymentSettings, ids::DropId};

/// Says so where it is the case; nobody pays for a pass. Neither the hold nor the setting changes while a drain works, so once
/// for each drain is enough.
pub(super) fn report_short(app: &App, drop_id: DropId) {
    let Some(flash_drop) = app.drops.find(drop_id) else { return };
    if !flash_drop.fulfilment.sells() {
        return;
    }
    let hold_s = flash_drop.hold_seconds;
    let Some(shortest_s) = shortest_instead(hold_s, &app.settings.payments) else { return };
    tracing::error!(
        drop.id = %drop_id, hold_s, shortest_s,
        "the holds of drop {drop_id} last {hold_s} s, but with this payments.timeout_ms they need \
         {shortest_s} s: lower it, or holds run out while their money is on its way"
    );
}

/// Returns the shortest hold that is long enough, if this one is not.
fn shortest_instead(hold_s: u32, payments: &PaymentSettings) -> Option<u64> {
    let shortest_s = payments.shortest_hold_s();
    (u64::from(hold_s) < shortest_s).then_some(shortest_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_that_was_long_enough_is_too_short_once_the_provider_may_take_longer() {
        let instead = |timeout_ms: &str| {
            let settings = testkit::settings([("SLUICE_PAYMENTS__TIMEOUT_MS", timeout_ms)]);
            shortest_instead(60, &settings.payments)
        };
        assert_eq!(instead("10000"), None);
        assert_eq!(instead("29500"), None, "two calls and a second");
        assert_eq!(instead("30000"), Some(61));
    }
}
