//! Who comes to the sale of a trial, where the usual crowd shows nothing.

use crate::common::runs::Crowd;
use crowd::{Preset, RunOptions};

/// LIVE-1 looks at ten seconds that come after ten. One ticket a second is let in and all of them
/// are paid for, so that the line lasts two seconds longer. Everybody listens, so that nobody is there by
/// polls alone. A line that stands still is given up early.
pub(crate) fn slow_down(options: &mut RunOptions) {
    options.shoppers = 30;
    options.units = 22;
    options.admission_rate = 1.0;
    options.poll_only = 0.0;
    options.give_up_after_seconds = 35.0;
    have_all_pay(options);
}

/// The line moves so slowly that there are people in both lanes all the time. A fifth of the admissions
/// are for those with a code, who are more than a third.
pub(crate) fn hand_out_codes(options: &mut RunOptions) {
    options.shoppers = 40;
    options.units = 24;
    options.over_seconds = Some(1.0);
    options.admission_rate = 4.0;
    options.habits.with_code = Some(0.5);
    have_all_pay(options);
}

/// Few never come, and all others leave the site by themselves. A place that is given back is free for
/// up to two seconds, until the line hears of it; half of them must be in use all the same while somebody
/// waits.
pub(crate) fn lead_into_a_site(crowd: &mut Crowd) {
    let options = &mut crowd.options;
    options.preset = Preset::Visitors;
    options.shoppers = 44;
    options.occupancy_cap = 20;
    options.over_seconds = Some(1.0);
    options.hold_seconds = 6;
    options.habits.stay_seconds = Some(2.5);
    options.habits.come_back = Some(0.0);
    crowd.min_slot_use = Some(0.5);
}

fn have_all_pay(options: &mut RunOptions) {
    options.absent = Some(0.0);
    options.never_pay = Some(0.0);
    options.cards = "approve=1".parse().expect("a mix of cards");
}
