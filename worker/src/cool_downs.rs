//! How long shoppers may not join a drop again whose hold in it ran out unpaid.

use database::selling::scheduling::LiveDrop;
use jiff::Timestamp;
use shared::{ids::ShopperId, line::CoolDown};

/// Returns until when a shopper has to cool down whose hold ran out `at`; `None` if the drop asks for
/// no such time. It follows from Postgres alone, so it is the same whenever and however often it is
/// told.
pub(crate) fn cool_down(
    flash_drop: &LiveDrop,
    shopper_id: ShopperId,
    at: Timestamp,
) -> Option<CoolDown> {
    let cool_s = i64::from(flash_drop.cooldown_seconds);
    let until_us = at.as_microsecond() + cool_s * 1_000_000;
    (cool_s > 0).then_some(CoolDown { shopper_id, until_us })
}
