//! How well slots were used, in runs of which that is known.

use check::{Evidence, SlotUse, faults::Fault, judge};
use shared::{drops::DropMode, line::RoomEvent};

use crate::{
    passes::visits,
    sound::{ENDED_US, chain, evidence, happened},
};

fn slot_use(evidence: &Evidence) -> SlotUse {
    judge(evidence).slot_use
}

/// The sound run with other limits.
fn run_with(mode: DropMode, cap: u32) -> Evidence {
    let mut events = happened();
    let RoomEvent::Configured(configured) = &mut events[1].1 else { panic!() };
    (configured.mode, configured.occupancy_cap) = (mode, cap);
    let mut evidence = evidence();
    evidence.events = chain(events);
    evidence
}

#[test]
fn slots_are_in_use_from_the_admission_to_the_end() {
    // One is let in each second and stays for one, but for two who stay for five.
    let one = slot_use(&run_with(DropMode::Running, 1));
    let (share, seconds) = (one.share().unwrap(), one.slot_ms / 1_000);
    assert!(share > 0.95 && (29..=31).contains(&seconds), "{one}");
    let two = slot_use(&run_with(DropMode::Running, 2));
    assert_eq!(two.slot_ms, 2 * one.slot_ms, "{two}");
    // The second slot has somebody for eight seconds: while one of those two stays.
    assert!(two.used_ms > one.used_ms + 7_000 && two.used_ms < one.used_ms + 9_000, "{two}");
}

#[test]
fn slots_count_only_while_somebody_could_be_let_in() {
    assert_eq!(slot_use(&run_with(DropMode::Paused, 1)).share(), None);
    let mut broken = evidence();
    let what = "kill -9 of the worker".to_owned();
    broken.faults.push(Fault { what, began_us: 0, healed_us: ENDED_US });
    assert_eq!(slot_use(&broken).share(), None);
    let mut sold_out = evidence();
    sold_out.moves[0].d_available = 0;
    assert_eq!(slot_use(&sold_out).share(), None);
}

#[test]
fn slots_of_a_site_count_whatever_the_stock() {
    let visits = slot_use(&visits());
    assert!(visits.slot_ms > 0 && visits.used_ms > 0, "{visits}");
}

#[test]
fn a_run_that_left_slots_empty_is_not_clean() {
    let report = judge(&run_with(DropMode::Running, 2));
    let share = report.slot_use.share().unwrap();
    assert!(report.clone().held_to_slot_use(None).is_clean());
    assert!(report.clone().held_to_slot_use(Some(share - 0.01)).is_clean());
    let short = report.held_to_slot_use(Some(share + 0.01));
    assert!(!short.is_clean() && short.to_string().contains("slots in use"), "{short}");
    let nobody = judge(&run_with(DropMode::Paused, 1)).held_to_slot_use(Some(0.0));
    assert!(nobody.shortfalls[0].contains("nobody waited"), "{nobody}");
}
